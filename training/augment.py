"""What a face may look like in an animation: mirrored, off centre, darker, tinted, blurred."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.devices import tensorflow
from eyecatch.training.settings import Settings

Pictures = npt.NDArray[np.uint8]
Tensor = Any
"""A ``tf.Tensor``; TensorFlow has no types."""


def batches(
    pictures: Pictures,
    order: npt.NDArray[np.int64],
    first: int,
    settings: Settings,
) -> Iterable[tuple[Tensor, Tensor]]:
    """Batches of augmented faces, prepared while the network is at work.

    Args:
        pictures: uint8 (n, size, size, 3) BGR.
        order: int64 (steps, batch): which faces each step shows.
        first: number of the first step to give; what a step shows depends only on its number.
        settings: seed and strength of the augmentation.

    Returns:
        For each step uint8 (batch, size, size, 3), and int64 (batch,) places in ``pictures``.
    """
    tf = tensorflow()
    store = tf.constant(pictures)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def show(step: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        seed = tf.stack([tf.constant(settings.seed, tf.int64), step])
        return augment(tf.gather(store, places), seed, settings), places

    steps = tf.data.Dataset.range(first, len(order))
    data = tf.data.Dataset.zip(steps, tf.data.Dataset.from_tensor_slices(order[first:]))
    shown: Iterable[tuple[Tensor, Tensor]] = data.map(show, num_parallel_calls=2).prefetch(2)
    return shown


def augment(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Changes uint8 (n, size, size, 3) pictures at random; the same seed, the same change."""
    tf = tensorflow()
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
    moved = _move(pictures, seeds[0], settings)
    spoilt = _spoil(moved, seeds[1], settings)
    return tf.cast(tf.clip_by_value(_colour(spoilt, seeds[2], settings), 0, 255), tf.uint8)


def _move(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Mirrors, zooms, turns and shifts, in one resampling; the edge is repeated."""
    tf = tensorflow()
    n, size = tf.shape(pictures)[0], pictures.shape[1]
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 4))
    mirror = tf.where(tf.random.stateless_uniform([n], seeds[0]) < settings.flip, -1.0, 1.0)
    zoom = tf.exp(settings.zoom * tf.random.stateless_normal([n], seeds[1]))
    turn = np.deg2rad(settings.turn) * tf.random.stateless_uniform([n], seeds[2], -1.0, 1.0)
    centre = (size - 1) / 2
    reach = settings.shift * size
    to = centre + tf.random.stateless_uniform([2, n], seeds[3], -reach, reach)
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


def _spoil(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Blurs the first few of a batch, and saves the next few as poor JPEGs."""
    tf = tensorflow()
    few = round(settings.spoilt * pictures.shape[0])
    if not few:
        return tf.cast(pictures, tf.float32)
    blurred = tf.nn.avg_pool2d(tf.cast(pictures[:few], tf.float32), 3, 1, "SAME")
    qualities = tf.random.stateless_uniform([few], seed, 25, 75, tf.int32)
    poor = tf.map_fn(
        lambda one: tf.image.adjust_jpeg_quality(one[0], one[1]),
        (pictures[few : 2 * few], qualities),
        fn_output_signature=tf.uint8,
    )
    rest = tf.cast(pictures[2 * few :], tf.float32)
    return tf.concat([blurred, tf.cast(poor, tf.float32), rest], axis=0)


def _colour(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Light, tint and saturation, as one 3 x 3 matrix a picture."""
    tf = tensorflow()
    n = tf.shape(pictures)[0]
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 4))
    light = settings.light * tf.random.stateless_normal([n, 1], seeds[0])
    tint = settings.tint * tf.random.stateless_normal([n, 3], seeds[1])
    change = settings.saturation
    kept = tf.random.stateless_uniform([n, 1, 1], seeds[2], 1 - change, 1 + change)
    grey = tf.random.stateless_uniform([n, 1, 1], seeds[3]) < settings.grey
    kept = tf.where(grey, 0.0, kept)
    to_grey = tf.repeat(tf.constant([[0.114], [0.587], [0.299]]), 3, axis=1)  # BGR, BT.601
    matrix = (kept * tf.eye(3) + (1 - kept) * to_grey) * tf.exp(light + tint)[:, None, :]
    flat = tf.reshape(pictures, [n, -1, 3])
    return tf.reshape(tf.matmul(flat, matrix), tf.shape(pictures))
