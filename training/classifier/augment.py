"""What a face may look like in an animation: off centre, by night, far away, half hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.classifier.config import Settings
from eyecatch.training.classifier.tones import tone

Tensor = Any
"""A ``tf.Tensor``; TensorFlow has no types."""


def augment(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Changes pictures at random; the same seed, the same change.

    Args:
        pictures: uint8 (n, size, size, 3) BGR; n is known before the graph runs.
        seed: int64 (2,).
        settings: how strong, see there.

    Returns:
        uint8 (n, size, size, 3).
    """
    tf = tensorflow()
    seeds = split(seed, 6)
    shown = tf.cast(_move(pictures, seeds[0], settings), tf.float32)
    shown = tf.clip_by_value(tone(shown, seeds[1], settings), 0, 255)
    shown = _some(tf.cast(shown, tf.uint8), seeds[2], settings.hidden, _hide)
    shown = _some(shown, seeds[3], settings.coarse, _coarsen)
    shown = _some(shown, seeds[4], settings.poor, _compress)
    return _some(shown, seeds[5], settings.soft, _blur)


def cutmix(pictures: Tensor, seed: Tensor, settings: Settings) -> tuple[Tensor, Tensor, Tensor]:
    """Puts a rectangle of another picture of the batch into some (Yun et al. 2019, "CutMix").

    Args:
        pictures: uint8 (n, size, size, 3).
        seed: int64 (2,).
        settings: ``cutmix`` is the share of pictures that are mixed.

    Returns:
        The pictures; int64 (n,) the place in the batch of each one's partner; and float32 (n,) the
        share of each that is still its own: 1 where nothing was mixed in.
    """
    tf = tensorflow()
    n, size = pictures.shape[:2]
    seeds = split(seed, 4)
    partners = tf.random.experimental.stateless_shuffle(tf.range(n, dtype=tf.int64), seeds[0])
    side = tf.sqrt(uniform(seeds[1], [n]))  # of the rectangle: its area is drawn evenly
    side = tf.where(uniform(seeds[2], [n]) < settings.cutmix, side, 0.0)
    inside = _rectangles(seeds[3], tf.stack([side, side], 1), size)
    mixed = tf.where(inside, tf.gather(pictures, partners), pictures)
    return mixed, partners, 1 - tf.reduce_mean(tf.cast(inside[:, :, :, 0], tf.float32), axis=[1, 2])


def split(seed: Tensor, count: int) -> list[Tensor]:
    """``count`` seeds out of one."""
    tf = tensorflow()
    seeds: list[Tensor] = tf.unstack(tf.random.experimental.stateless_split(seed, count))
    return seeds


def uniform(seed: Tensor, shape: list[Any], low: float = 0.0, high: float = 1.0) -> Tensor:
    """Even numbers from ``low`` to ``high``."""
    return tensorflow().random.stateless_uniform(shape, seed, low, high)


def _move(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Mirrors, zooms, turns and shifts, in one resampling; the edge is repeated."""
    tf = tensorflow()
    n, size = tf.shape(pictures)[0], pictures.shape[1]
    seeds = split(seed, 4)
    mirror = tf.where(uniform(seeds[0], [n]) < settings.flip, -1.0, 1.0)
    zoom = tf.exp(settings.zoom * tf.random.stateless_normal([n], seeds[1]))
    turn = np.deg2rad(settings.turn) * uniform(seeds[2], [n], -1.0, 1.0)
    centre = (size - 1) / 2
    reach = settings.shift * size
    to = centre + uniform(seeds[3], [2, n], -reach, reach)
    a, b = zoom * tf.cos(turn), zoom * tf.sin(turn)
    # Maps a pixel of the result to where it comes from: about the centre, then on to `to`.
    rows = [
        [a * mirror, -b, to[0] - centre * (a * mirror - b)],
        [b * mirror, a, to[1] - centre * (b * mirror + a)],
    ]
    zero = tf.zeros([n])
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures,
        transforms=tf.stack([*rows[0], *rows[1], zero, zero], axis=1),
        output_shape=tf.constant([size, size]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="NEAREST",
    )


def _some(
    pictures: Tensor, seed: Tensor, share: float, change: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    """Changes a share of the pictures, others every time."""
    tf = tensorflow()
    n = pictures.shape[0]
    few = round(share * n)
    if not few:
        return pictures
    seeds = split(seed, 2)
    places = tf.random.experimental.stateless_shuffle(tf.range(n), seeds[0])[:few]
    changed = change(tf.gather(pictures, places), seeds[1])
    return tf.tensor_scatter_nd_update(pictures, places[:, None], changed)


def _hide(pictures: Tensor, seed: Tensor) -> Tensor:
    """Hides a part of each behind noise, a flat colour or a part of the next."""
    tf = tensorflow()
    n, size = pictures.shape[:2]
    seeds = split(seed, 5)
    kind = uniform(seeds[0], [n, 1, 1, 1])
    noise = _values(seeds[1], [n, size, size, 3])
    flat = _values(seeds[2], [n, 1, 1, 3])
    front = tf.where(kind < 1 / 3, noise, tf.where(kind < 2 / 3, flat, tf.roll(pictures, 1, 0)))
    sides = uniform(seeds[3], [n, 2], 0.15, 0.5)
    return tf.where(_rectangles(seeds[4], sides, size), front, pictures)


def _values(seed: Tensor, shape: list[int]) -> Tensor:
    tf = tensorflow()
    return tf.cast(tf.random.stateless_uniform(shape, seed, 0, 256, tf.int32), tf.uint8)


def _rectangles(seed: Tensor, sides: Tensor, size: int) -> Tensor:
    """Bool (n, size, size, 3): inside a rectangle of ``sides`` (n, 2), shares of ``size``."""
    tf = tensorflow()
    start = uniform(seed, list(sides.shape)) * (1 - sides)
    places = (tf.range(size, dtype=tf.float32) + 0.5) / size
    inside = (places >= start[..., None]) & (places < (start + sides)[..., None])
    columns = tf.repeat(inside[:, 1], 3, axis=1)
    return tf.reshape(inside[:, 0, :, None] & columns[:, None], [-1, size, size, 3])


def _coarsen(pictures: Tensor, seed: Tensor) -> Tensor:
    """Shrinks by 1.5 to 4, all alike, and enlarges again, as a small face is when cut out."""
    tf = tensorflow()
    size = pictures.shape[1]
    small = tf.cast(tf.round(size / uniform(seed, [], 1.5, 4.0)), tf.int32)
    shrunk = tf.image.resize(pictures, [small, small], antialias=True)
    enlarged = tf.image.resize(shrunk, [size, size])
    return tf.cast(tf.clip_by_value(tf.round(enlarged), 0, 255), tf.uint8)


def _blur(pictures: Tensor, _seed: Tensor) -> Tensor:
    tf = tensorflow()
    return tf.cast(tf.nn.avg_pool2d(tf.cast(pictures, tf.float32), 3, 1, "SAME"), tf.uint8)


def _compress(pictures: Tensor, seed: Tensor) -> Tensor:
    tf = tensorflow()
    return tf.map_fn(
        lambda one: tf.image.adjust_jpeg_quality(one[0], one[1]),
        (pictures, tf.random.stateless_uniform([pictures.shape[0]], seed, 25, 75, tf.int32)),
        fn_output_signature=tf.uint8,
    )
