"""Crops in, embeddings and logits out, each face as if it were alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import decode
from eyecatch.core.errors import ModelError
from eyecatch.core.identity.bundle import Bundle, load_bundle
from eyecatch.core.identity.litert import FlatNetwork
from eyecatch.core.identity.networks import load_weights
from eyecatch.core.tensorflow import Device, has_gpu, keras, prepare_tensorflow, tensorflow

Pictures = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]

Call = Callable[[Pictures], tuple[npt.NDArray[Any], npt.NDArray[Any]]]
"""From uint8 (n, size, size, 3) to embeddings (n, d) and what the network ends in, (n, c)."""


@dataclass(frozen=True, slots=True)
class Identified:
    """What the network says of n crops, in their order.

    Attributes:
        embeddings: float32 (n, d), of unit length, or zero for a face that tells nothing.
        logits: float32 (n, c), one column a name of ``Bundle.names``.
    """

    embeddings: Vectors
    logits: Vectors

    def __len__(self) -> int:
        return len(self.logits)


class Identify:
    """A bundle at work. The network is loaded when the first face comes.

    On a GPU it is TensorFlow that runs it, many faces in one call; on a CPU it is LiteRT
    (``core.identity.litert``), one face at a time.

    Args:
        bundle: the bundle, or where it is.
        batch: faces a call on a GPU.
        device: see ``prepare_tensorflow``.

    Raises:
        ModelError: the bundle can't be used.
    """

    def __init__(self, bundle: Bundle | Path, batch: int = 256, device: Device = "auto") -> None:
        if batch < 1:
            raise ValueError(f"batch: expected at least 1, got {batch}")
        self.bundle = bundle if isinstance(bundle, Bundle) else load_bundle(bundle)
        self.batch = batch
        self.device = device

    def __call__(self, crops: Sequence[bytes]) -> Identified:
        """Judges crops as ``core.crops`` encodes them; none is a normal value.

        Raises:
            ModelError: the weights don't fit, or the network's answer is not a finite number.
            MediaError: a crop is no picture.
        """
        size = self.bundle.architecture.size
        parts = [
            self._ask(prepare(crops[k : k + self.batch], size))
            for k in range(0, max(1, len(crops)), self.batch)
        ]
        return Identified(
            np.concatenate([embeddings for embeddings, _ in parts]),
            np.concatenate([logits for _, logits in parts]),
        )

    def _ask(self, pictures: Pictures) -> tuple[Vectors, Vectors]:
        embeddings, said = (part.astype(float) for part in self._call(pictures))
        if not (np.isfinite(embeddings).all() and np.isfinite(said).all()):
            raise ModelError(
                str(self.bundle.folder),
                "its network answers with numbers that are not finite",
                "train it again",
            )
        # A face that sets off no unit at all has no direction: it stays zero instead of NaN.
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        kept = (embeddings / np.where(lengths == 0, 1, lengths)).astype(np.float16)
        unit = kept.astype(np.float32)  # as an index keeps it, so that it says the same again
        prototypes = self.bundle.prototypes
        logits = said if prototypes is None else prototypes.logits(unit)
        return unit, logits.astype(np.float32)

    @cached_property
    def _call(self) -> Call:
        self.bundle.check_weights()  # on a cluster this may be another machine's file
        on_gpu = self.device == "gpu" or (self.device == "auto" and has_gpu())
        return (
            _Compiled(self.bundle, self.batch, self.device) if on_gpu else FlatNetwork(self.bundle)
        )


class _Compiled:
    """A network as TensorFlow runs it.

    Every call has the same shape, filled up with blank pictures, so that it is compiled once and a
    face's answer does not depend on the faces beside it.
    """

    def __init__(self, bundle: Bundle, batch: int, device: Device) -> None:
        prepare_tensorflow(device)
        self._batch = batch
        tf, network = tensorflow(), load_weights(bundle.architecture, bundle.weights)
        outputs = [network.get_layer("embedding").output, network.output]
        both = keras().Model(network.input, outputs)
        self._run = tf.function(
            lambda pictures: both(pictures, training=False),
            input_signature=[tf.TensorSpec((batch, *network.input.shape[1:]), tf.uint8)],
            autograph=False,
        )

    def __call__(self, pictures: Pictures) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        filled = np.zeros((self._batch, *pictures.shape[1:]), np.uint8)
        filled[: len(pictures)] = pictures
        embeddings, said = (part.numpy()[: len(pictures)] for part in self._run(filled))
        return embeddings, said


class IdentifyAll:
    """Several bundles at work on the same faces; those of equal weights share one network.

    Args:
        bundles: the bundles.
        batch, device: see ``Identify``.
    """

    def __init__(
        self, bundles: Sequence[Bundle], batch: int = 256, device: Device = "auto"
    ) -> None:
        self.bundles = tuple(bundles)
        self._identify = {one.network: Identify(one, batch, device) for one in self.bundles}

    def __call__(self, crops: Sequence[bytes]) -> tuple[Identified, ...]:
        """What each bundle says of the crops, in the order of ``bundles``; see ``Identify``."""
        said = {network: identify(crops) for network, identify in self._identify.items()}
        return tuple(_again(said[bundle.network], bundle) for bundle in self.bundles)


def _again(said: Identified, bundle: Bundle) -> Identified:
    """What a bundle says of faces that another one of its weights has judged."""
    return said if bundle.prototypes is None else judged_again(bundle, said.embeddings)


def judged_again(bundle: Bundle, embeddings: Vectors) -> Identified:
    """What a bundle with prototypes says of faces from their embeddings (n, d) alone."""
    if bundle.prototypes is None:
        raise ValueError("a bundle without prototypes judges pictures, not embeddings")
    logits = bundle.prototypes.logits(embeddings).astype(np.float32)
    return Identified(embeddings, logits)


def prepare(crops: Sequence[bytes], size: int) -> Pictures:
    """Crops as every network takes them, in training as in use: uint8 (n, size, size, 3) BGR.

    Shrinking averages the pixels that fall together (``INTER_AREA``), so that lines don't break up.
    """
    pictures = np.empty((len(crops), size, size, 3), np.uint8)
    for picture, crop in zip(pictures, crops, strict=True):
        cv2.resize(decode(crop), (size, size), dst=picture, interpolation=cv2.INTER_AREA)
    return pictures
