"""Light and colour as scenes have them: day, night, flashback, each one matrix and an offset."""

from __future__ import annotations

from typing import Any

from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.classifier.config import Settings

Tensor = Any

NIGHT = (-0.45, -0.85, -1.0)
"""Log gains of blue, green and red in a dark scene: half the light gone, most of it red."""

SEPIA = (-0.25, 0.0, 0.1)
"""Log gains of blue, green and red in a scene of old; the other way round it is a cold one."""

PALE = 215.0
"""The grey that a washed-out scene fades to."""


def tone(pictures: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    """Light, tint and saturation at random; some by night, some as in a flashback.

    Args:
        pictures: float32 (n, size, size, 3) BGR, 0 to 255.
        seed: int64 (2,).
        settings: how strong, see there.

    Returns:
        float32, which may reach beyond 0 to 255.
    """
    tf = tensorflow()
    n = tf.shape(pictures)[0]
    day, night, past = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
    matrix = _day(n, day, settings)
    matrix = tf.matmul(matrix, _night(n, night, settings.night))
    old, contrast = _past(n, past, settings.past)
    flat = tf.reshape(pictures, [n, -1, 3])
    shown = tf.matmul(flat, tf.matmul(matrix, old) * contrast) + PALE * (1 - contrast)
    return tf.reshape(shown, tf.shape(pictures))


def _day(n: Tensor, seed: Tensor, settings: Settings) -> Tensor:
    tf = tensorflow()
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 4))
    light = settings.light * tf.random.stateless_normal([n, 1], seeds[0])
    tint = settings.tint * tf.random.stateless_normal([n, 3], seeds[1])
    change = settings.saturation
    kept = tf.random.stateless_uniform([n], seeds[2], 1 - change, 1 + change)
    kept = tf.where(tf.random.stateless_uniform([n], seeds[3]) < settings.grey, 0.0, kept)
    return _matrix(kept, light + tint)


def _night(n: Tensor, seed: Tensor, share: float) -> Tensor:
    tf = tensorflow()
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
    kept = tf.random.stateless_uniform([n], seeds[0], 0.4, 1.0)
    depth = tf.random.stateless_uniform([n, 1], seeds[1], 0.4, 1.3)
    here = tf.random.stateless_uniform([n], seeds[2]) < share
    return _where(here, _matrix(kept, depth * tf.constant([NIGHT])))


def _past(n: Tensor, seed: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """The matrix (n, 3, 3), and the contrast (n, 1, 1) that is left."""
    tf = tensorflow()
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 4))
    kept = tf.random.stateless_uniform([n], seeds[0], 0.0, 0.7)
    age = tf.random.stateless_uniform([n, 1], seeds[1], -0.5, 1.5)
    here = tf.random.stateless_uniform([n], seeds[2]) < share
    contrast = tf.where(here, tf.random.stateless_uniform([n], seeds[3], 0.5, 1.0), 1.0)
    return _where(here, _matrix(kept, age * tf.constant([SEPIA]))), contrast[:, None, None]


def _matrix(kept: Tensor, gains: Tensor) -> Tensor:
    """(n, 3, 3) that keeps a share (n,) of the saturation, and then has log gains (n, 3)."""
    tf = tensorflow()
    kept = kept[:, None, None]
    to_grey = tf.repeat(tf.constant([[0.114], [0.587], [0.299]]), 3, axis=1)  # BGR, BT.601
    return (kept * tf.eye(3) + (1 - kept) * to_grey) * tf.exp(gains)[:, None, :]


def _where(here: Tensor, matrix: Tensor) -> Tensor:
    tf = tensorflow()
    return tf.where(here[:, None, None], matrix, tf.eye(3)[None])
