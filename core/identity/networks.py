"""The networks that a bundle may name; they are built from this code, never from the bundle.

A network takes uint8 (n, size, size, 3) BGR and scales the pixels itself, so that training and
inference can't differ in it. Its layer ``embedding`` gives the vector that stands for a face; the
network ``study`` goes on from there to logits (n, classes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

from eyecatch.core.tensorflow import keras

Network = Any
"""A ``keras.Model``; Keras has no types."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "size": (8, 512),
    "dropout": (0, 0.99),
    "classes": (1, 65_536),
}
"""The least and the greatest of options; a bundle that says otherwise is broken or hostile."""

WIDTHS = (1, 4096)
"""The same of all others: numbers of channels and lengths of vectors."""

MOST_WEIGHTS = 2**27
"""Of a layer: half a gigabyte, a hundred times what any network here has had."""


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
            _check_option(option, value)
        if self.size < LEAST_SIZES[self.name]:
            raise ValueError(f"size: expected {LEAST_SIZES[self.name]} at least, got {self.size}")
        given = {**DEFAULTS[self.name], **self.options}
        if self.name == "study":
            flat = (int(given["size"]) // 8) ** 2 * int(given["filters"])
            if flat * int(given["units"]) > MOST_WEIGHTS:
                raise ValueError(f"a layer of {flat} to {given['units']}: it is too large")

    @property
    def size(self) -> int:
        """Pixels of a side of the pictures that the network takes."""
        return int(self.options.get("size", DEFAULTS[self.name]["size"]))

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


def _check_option(option: str, value: object) -> None:
    low, high = LIMITS.get(option, WIDTHS)
    whole = type(value) is int or (option == "dropout" and type(value) is float)
    if not whole or not low <= value <= high:  # type: ignore[operator]
        kind = "a number" if option == "dropout" else "a whole number"
        raise ValueError(f"{option}: expected {kind} of {low} to {high}, got {value!r}")


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
    return Architecture("study", {"classes": classes} | DEFAULTS["study"] | options)


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
    return Architecture("compact", DEFAULTS["compact"] | options)


DEFAULTS: Mapping[str, dict[str, int | float]] = {
    "compact": {"size": 96, "first": 24, "middle": 96, "last": 256, "embedding": 192},
    "study": {"size": 80, "filters": 64, "units": 128, "dropout": 0.5},
}
"""The options of each that are not given."""

LEAST_SIZES = {"compact": 32, "study": 8}
"""Pixels of a side at least, so that something is left of a picture at the network's end."""

NETWORKS: Mapping[str, Callable[..., Network]] = {"compact": compact, "study": study}
