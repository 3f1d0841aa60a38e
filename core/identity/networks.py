"""The networks that a bundle may name, built from this code and never from the bundle's.

A network takes uint8 (n, size, size, 3) BGR and scales the pixels itself, so that training and
asking can't differ in it. It answers with logits (n, classes); its layer ``embedding`` gives the
vector that stands for a face.
"""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.devices import keras

Network = Any
"""A ``keras.Model``; Keras has no types."""

LARGEST_OPTION = 65_536
"""No size, width or number of classes is larger; a bundle that says so is broken or hostile."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """Which network, and its hyperparameters: all that is needed to build it empty.

    Attributes:
        name: a key of ``NETWORKS``.
        options: keyword arguments of that function; ``classes`` and ``size`` are among them.
    """

    name: str
    options: Mapping[str, int | float]

    def __post_init__(self) -> None:
        if self.name not in NETWORKS:
            raise ValueError(f"network: expected one of {', '.join(NETWORKS)}, got {self.name!r}")
        for option, value in self.options.items():
            if not isinstance(value, int | float) or not 0 <= value <= LARGEST_OPTION:
                raise ValueError(f"{option}: expected 0..{LARGEST_OPTION}, got {value!r}")

    @property
    def size(self) -> int:
        """Pixels of a side of the pictures that the network takes."""
        return int(self.options["size"])

    @property
    def classes(self) -> int:
        """How many logits it gives."""
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
    last bits on where in the batch a row stands, and a face must get the same answer in whatever
    company it is asked about.

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


NETWORKS: Mapping[str, Callable[..., Network]] = {"study": study}


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
