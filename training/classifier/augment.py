"""Augmentation: geometry, light and colour, occlusion, resolution, JPEG, blur, CutMix.

Everything runs inside TensorFlow's graph and follows from a seed. Pictures are BGR.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.classifier.config import Settings

Tensor = Any
"""A ``tf.Tensor``; TensorFlow has no types."""

NIGHT = (-0.45, -0.85, -1.0)
"""Log gains of blue, green and red in a dark scene: half the light gone, most of it red."""

SEPIA = (-0.25, 0.0, 0.1)
"""Log gains of blue, green and red in a scene of old; the other way round it is a cold one."""

PALE = 215.0
"""The grey that a washed-out scene fades to."""


def augment(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Changes each picture at random; the same seed gives the same change.

    Args:
        pictures: uint8 (n, size, size, 3) BGR; n is known before the graph runs.
        seed: int64 (2,).
        settings: how often and how strongly.

    Returns:
        uint8 (n, size, size, 3).
    """
    tf = tensorflow()
    seeds = split(seed, 6)
    moved = tf.cast(_transform(pictures, seeds[0], settings), tf.float32)
    toned = tf.clip_by_value(_change_colours(moved, seeds[1], settings), 0, 255)
    changed = _change_share(tf.cast(toned, tf.uint8), seeds[2], settings.occlusion, _occlude)
    changed = _change_share(changed, seeds[3], settings.downscale, _downscale)
    changed = _change_share(changed, seeds[4], settings.jpeg, _compress)
    return _change_share(changed, seeds[5], settings.blur, _blur)


def cutmix(pictures: Tensor, seed: Tensor, settings: Settings) -> tuple[Tensor, Tensor, Tensor]:
    """Pastes a rectangle of another picture of the batch into some (CutMix, Yun et al. 2019).

    Args:
        pictures: uint8 (n, size, size, 3).
        seed: int64 (2,).
        settings: ``cutmix`` is the share of pictures that are mixed.

    Returns:
        uint8 (n, size, size, 3) the pictures; int64 (n,) the index in the batch of the picture
        that each was mixed with; float32 (n,) the share of each picture that is the original,
        which is the weight of its label: 1 where nothing was pasted.
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


def _transform(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Mirrors, scales, rotates and shifts in one resampling; the edge is repeated."""
    tf = tensorflow()
    n, size = tf.shape(pictures)[0], pictures.shape[1]
    seeds = split(seed, 4)
    mirror = tf.where(uniform(seeds[0], [n]) < settings.flip, -1.0, 1.0)
    zoom = tf.exp(settings.zoom * tf.random.stateless_normal([n], seeds[1]))
    angle = np.deg2rad(settings.rotation) * uniform(seeds[2], [n], -1.0, 1.0)
    centre = (size - 1) / 2
    reach = settings.shift * size
    to = centre + uniform(seeds[3], [2, n], -reach, reach)
    a, b = zoom * tf.cos(angle), zoom * tf.sin(angle)
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


def _change_share(
    pictures: Tensor, seed: Tensor, share: float, change: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    """Changes exactly that share of the pictures, chosen anew for every batch."""
    tf = tensorflow()
    n = pictures.shape[0]
    few = round(share * n)
    if not few:
        return pictures
    seeds = split(seed, 2)
    places = tf.random.experimental.stateless_shuffle(tf.range(n), seeds[0])[:few]
    changed = change(tf.gather(pictures, places), seeds[1])
    return tf.tensor_scatter_nd_update(pictures, places[:, None], changed)


def _occlude(pictures: Tensor, seed: Tensor) -> Tensor:
    """Covers a rectangle of each with noise, a flat colour or a part of the next picture."""
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


def _downscale(pictures: Tensor, seed: Tensor) -> Tensor:
    """Shrinks by 1.5 to 4, all by the same, and enlarges again, as is done to a small face."""
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


def _change_colours(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Light, tint and saturation at random; some as by night, some as in a flashback.

    Takes and returns float32 (n, size, size, 3), 0 to 255; the result may lie beyond.
    """
    tf = tensorflow()
    n = tf.shape(pictures)[0]
    day, night, flashback = split(seed, 3)
    matrix = _change_light(n, day, settings)
    matrix = tf.matmul(matrix, _darken(n, night, settings.night))
    sepia, contrast = _fade_to_sepia(n, flashback, settings.flashback)
    flat = tf.reshape(pictures, [n, -1, 3])
    toned = tf.matmul(flat, tf.matmul(matrix, sepia) * contrast) + PALE * (1 - contrast)
    return tf.reshape(toned, tf.shape(pictures))


def _change_light(n: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    tf = tensorflow()
    seeds = split(seed, 4)
    light = settings.light * tf.random.stateless_normal([n, 1], seeds[0])
    tint = settings.tint * tf.random.stateless_normal([n, 3], seeds[1])
    change = settings.saturation
    kept = tf.random.stateless_uniform([n], seeds[2], 1 - change, 1 + change)
    kept = tf.where(tf.random.stateless_uniform([n], seeds[3]) < settings.grey, 0.0, kept)
    return _colour_matrix(kept, light + tint)


def _darken(n: Tensor, seed: Tensor, share: float) -> Tensor:
    tf = tensorflow()
    seeds = split(seed, 3)
    kept = tf.random.stateless_uniform([n], seeds[0], 0.4, 1.0)
    depth = tf.random.stateless_uniform([n, 1], seeds[1], 0.4, 1.3)
    here = tf.random.stateless_uniform([n], seeds[2]) < share
    return _matrix_where(here, _colour_matrix(kept, depth * tf.constant([NIGHT])))


def _fade_to_sepia(n: Tensor, seed: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """The colour matrix (n, 3, 3), and the contrast (n, 1, 1) that is left."""
    tf = tensorflow()
    seeds = split(seed, 4)
    kept = tf.random.stateless_uniform([n], seeds[0], 0.0, 0.7)
    age = tf.random.stateless_uniform([n, 1], seeds[1], -0.5, 1.5)
    here = tf.random.stateless_uniform([n], seeds[2]) < share
    contrast = tf.where(here, tf.random.stateless_uniform([n], seeds[3], 0.5, 1.0), 1.0)
    return _matrix_where(here, _colour_matrix(kept, age * tf.constant([SEPIA]))), contrast[
        :, None, None
    ]


def _colour_matrix(kept: Tensor, gains: Tensor) -> Tensor:
    """The matrix (n, 3, 3) that keeps a share (n,) of saturation, then applies log gains (n, 3)."""
    tf = tensorflow()
    kept = kept[:, None, None]
    to_grey = tf.repeat(tf.constant([[0.114], [0.587], [0.299]]), 3, axis=1)  # BGR, BT.601
    return (kept * tf.eye(3) + (1 - kept) * to_grey) * tf.exp(gains)[:, None, :]


def _matrix_where(here: Tensor, matrix: Tensor) -> Tensor:
    tf = tensorflow()
    return tf.where(here[:, None, None], matrix, tf.eye(3)[None])
