"""The networks that a bundle may name; they are built from this code, never from the bundle.

A network takes uint8 (n, size, size, 3) BGR and scales the pixels itself, so that training and
inference can't differ in it. Its layer ``embedding`` gives the vector that stands for a face; the
network ``study`` goes on from there to logits (n, classes).
"""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

from eyecatch.core.errors import ModelError
from eyecatch.core.tensorflow import keras

Network = Any
"""A ``keras.Model``; Keras has no types."""

LARGEST_OPTION = 65_536
"""No size, width or number of classes is larger; a bundle that says so is broken or hostile."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """Which network, and its hyperparameters: all that is needed to build it empty.

    Attributes:
        name: a key of ``NETWORKS``.
        options: keyword arguments of that function; ``size`` is among them.
    """

    name: str
    options: Mapping[str, int | float]

    def __post_init__(self) -> None:
        if self.name not in NETWORKS:
            raise ValueError(f"network: expected one of {', '.join(NETWORKS)}, got {self.name!r}")
        try:
            signature(NETWORKS[self.name]).bind(**self.options)
        except TypeError as error:
            raise ValueError(f"network {self.name!r}: {error}") from error
        for option, value in self.options.items():
            if not isinstance(value, int | float) or not 0 <= value <= LARGEST_OPTION:
                raise ValueError(f"{option}: expected 0..{LARGEST_OPTION}, got {value!r}")

    @property
    def size(self) -> int:
        """Pixels of a side of the pictures that the network takes."""
        return int(self.options["size"])

    @property
    def embeds(self) -> bool:
        """Whether it gives embeddings only, and prototypes say who a face is."""
        return "classes" not in signature(NETWORKS[self.name]).parameters

    @property
    def classes(self) -> int:
        """How many logits it gives; not of a network that ``embeds``."""
        return int(self.options["classes"])

    def build(self) -> Network:
        """The network with random weights."""
        return NETWORKS[self.name](**self.options)


def study(
    classes: int, size: int = 80, filters: int = 64, units: int = 128, dropout: float = 0.5
) -> Network:
    """The small CNN of the original study: three 3x3 convolutions of 64, then two dense layers.

    The study's softmax is applied after the network, where the temperature is known. The dense
    layers add up in double precision: the float32 matrix product of TensorFlow depends in its
    last bits on where in the batch a row stands, and a face must get the same answer
    whatever else is in the batch.

    Args:
        classes: how many logits.
        size: pixels of a side; 80 as in the study.
        filters: of each convolution; 64 as in the study.
        units: of the first dense layer, which is the embedding.
        dropout: share of the embedding that is left out while training.

    Returns:
        uint8 (n, size, size, 3) BGR -> float64 (n, classes).
    """
    layers = keras().layers
    pictures = layers.Input((size, size, 3), dtype="uint8", name="pictures")
    x = layers.Rescaling(1 / 127.5, offset=-1)(pictures)
    for _ in range(3):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(units, activation="relu", dtype="float64", name="embedding")(x)
    x = layers.Dropout(dropout, dtype="float64")(x)
    logits = layers.Dense(classes, dtype="float64", name="logits")(x)
    return keras().Model(pictures, logits, name="study")


def study_network(classes: int, **options: int | float) -> Architecture:
    """The architecture of ``study`` for that many classes, with all its options spelt out."""
    chosen = {"size": 80, "filters": 64, "units": 128, "dropout": 0.5} | options
    return Architecture("study", {"classes": classes} | chosen)


def compact(
    size: int = 96, first: int = 24, middle: int = 96, last: int = 256, embedding: int = 192
) -> Network:
    """The embedder: residual bottlenecks (ResNet, He et al. 2016) that end in a unit vector.

    1.1 million parameters. It has no classes of its own: a face is named by its distance to
    the prototypes of characters (``prototypes``). As in ``study``, what adds up over a batch's
    row is done in double precision.

    Args:
        size: pixels of a side, at least 32.
        first: channels at a half of the size; twice as many at a quarter.
        middle: channels at an eighth; half as many within a bottleneck.
        last: channels at a sixteenth; three eighths as many within a bottleneck.
        embedding: length of the embedding.

    Returns:
        uint8 (n, size, size, 3) BGR -> float64 (n, embedding), of unit length.
    """
    layers = keras().layers
    pictures = layers.Input((size, size, 3), dtype="uint8", name="pictures")
    x = layers.Rescaling(1 / 127.5, offset=-1)(pictures)
    for channels, blocks, within in (
        (first, 0, 0),
        (2 * first, 0, 0),
        (middle, 3, middle // 2),
        (last, 4, 3 * last // 8),
    ):
        x = _convolved(x, channels, side=3, step=2)
        for _ in range(blocks):
            x = _bottleneck(x, within)
    x = _convolved(x, 2 * last, side=1)
    x = layers.GlobalAveragePooling2D(dtype="float64")(x)
    x = layers.Dense(embedding, dtype="float64", name="direction")(x)
    unit = layers.UnitNormalization(dtype="float64", name="embedding")(x)
    return keras().Model(pictures, unit, name="compact")


def _bottleneck(x: Network, within: int) -> Network:
    layers = keras().layers
    y = _convolved(x, within, side=1)
    y = _convolved(y, within, side=3)
    y = layers.Conv2D(x.shape[-1], 1, use_bias=False)(y)
    # A residual block that starts as the identity trains faster (Goyal et al. 2017).
    y = layers.BatchNormalization(gamma_initializer="zeros")(y)
    return layers.ReLU()(layers.Add()([x, y]))


def _convolved(x: Network, channels: int, side: int, step: int = 1) -> Network:
    layers = keras().layers
    x = layers.Conv2D(channels, side, step, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def compact_network(**options: int | float) -> Architecture:
    """The architecture of ``compact`` with all its options spelt out."""
    chosen = {"size": 96, "first": 24, "middle": 96, "last": 256, "embedding": 192}
    return Architecture("compact", chosen | options)


NETWORKS: Mapping[str, Callable[..., Network]] = {"compact": compact, "study": study}


def load_weights(architecture: Architecture, path: Path) -> Network:
    """Builds the network and fills it with the weights, and no more, of a ``.keras`` file.

    The file's own description of a network (``config.json``, where a ``Lambda`` could hide) is
    never read: Keras takes the arrays out of ``model.weights.h5`` and matches them by layer.

    Args:
        architecture: what to build.
        path: a Keras 3 ``.keras`` file.

    Raises:
        ModelError: the file is no such archive, or its weights are those of another network.
    """
    network = architecture.build()
    try:
        with warnings.catch_warnings(action="error", category=UserWarning):
            network.load_weights(path)  # it only warns of layers that the file lacks
    except (OSError, ValueError, KeyError, TypeError, UserWarning, zipfile.BadZipFile) as error:
        raise ModelError(
            str(path), f"its weights don't fit the network {architecture.name!r}", "train it again"
        ) from error
    if not all(math.isfinite(float(abs(w).max())) for w in network.get_weights() if w.size):
        raise ModelError(str(path), "its weights are not all finite numbers", "train it again")
    return network
