"""From crops to embeddings and logits; no face's answer depends on the faces beside it."""

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
from eyecatch.core.identity.litert import LiteRtNetwork
from eyecatch.core.identity.weights import load_weights
from eyecatch.core.tensorflow import Device, has_gpu, keras, prepare_tensorflow, tensorflow

Pictures = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]

Call = Callable[[Pictures], tuple[npt.NDArray[Any], npt.NDArray[Any]]]
"""From uint8 (n, size, size, 3) to embeddings (n, d) and the network's last output, (n, c)."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Embeddings and logits of n crops, in their order.

    Attributes:
        embeddings: float32 (n, d), of unit length, or zero for a face without a direction.
        logits: float32 (n, c), one column a name of ``Bundle.names``.
    """

    embeddings: Vectors
    logits: Vectors

    def __len__(self) -> int:
        return len(self.logits)


class Identify:
    """Runs a bundle's network on crops; it is loaded when the first face comes.

    On a GPU TensorFlow runs it, many faces in one call; on a CPU LiteRT does
    (``core.identity.litert``), a face a call.

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
        """Embeddings and logits of crops, JPEGs as ``core.crops.encode`` makes them; may be empty.

        Raises:
            ModelError: the weights don't fit, or the network's answer is not a finite number.
            MediaError: a crop is no picture.
        """
        size = self.bundle.architecture.size
        parts = [
            self._infer(prepare(crops[k : k + self.batch], size))
            for k in range(0, max(1, len(crops)), self.batch)
        ]
        return Identified(
            np.concatenate([embeddings for embeddings, _ in parts]),
            np.concatenate([logits for _, logits in parts]),
        )

    def _infer(self, pictures: Pictures) -> tuple[Vectors, Vectors]:
        embeddings, outputs = (part.astype(float) for part in self._network(pictures))
        if not (np.isfinite(embeddings).all() and np.isfinite(outputs).all()):
            raise ModelError(
                str(self.bundle.folder),
                "its network answers with numbers that are not finite",
                "train it again",
            )
        # An embedding of zeros has no direction: it stays zero instead of NaN.
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        kept = (embeddings / np.where(lengths == 0, 1, lengths)).astype(np.float16)
        unit = kept.astype(np.float32)  # what an index stores, so that it leads to equal answers
        prototypes = self.bundle.prototypes
        logits = outputs if prototypes is None else prototypes.logits(unit)
        return unit, logits.astype(np.float32)

    @cached_property
    def _network(self) -> Call:
        self.bundle.check_weights()  # on a cluster this may be another machine's file
        on_gpu = self.device == "gpu" or (self.device == "auto" and has_gpu())
        if on_gpu:
            return _TensorFlowNetwork(self.bundle, self.batch, self.device)
        return LiteRtNetwork(self.bundle)


class _TensorFlowNetwork:
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
        embeddings, outputs = (part.numpy()[: len(pictures)] for part in self._run(filled))
        return embeddings, outputs


class IdentifyAll:
    """Runs several bundles on the same faces; those of equal weights share one network.

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
        """The answer of each bundle, in the order of ``bundles``; see ``Identify``."""
        outputs = {network: identify(crops) for network, identify in self._identify.items()}
        return tuple(_reuse(outputs[bundle.network], bundle) for bundle in self.bundles)


def _reuse(outputs: Identified, bundle: Bundle) -> Identified:
    """A bundle's answer from that of another one with the same network."""
    return outputs if bundle.prototypes is None else classify_embeddings(bundle, outputs.embeddings)


def classify_embeddings(bundle: Bundle, embeddings: Vectors) -> Identified:
    """The answer of a bundle with prototypes from embeddings, float32 (n, d), alone."""
    if bundle.prototypes is None:
        raise ValueError("a bundle without prototypes needs pictures, not embeddings")
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
