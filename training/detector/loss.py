"""How wrong the network's map is."""

from __future__ import annotations

from typing import Any, Final

from eyecatch.core.detect.network import STRIDE
from eyecatch.core.tensorflow import tensorflow

Tensor = Any
"""A ``tf.Tensor``; TensorFlow has no types."""

_EDGES: Final = 2.5
"""Weight of the boxes' loss beside that of the heat."""


def loss(answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Focal loss of the heat (CenterNet, Zhou et al. 2019) and GIoU loss of the boxes.

    Args:
        answer: float32 (n, rows, columns, 5), as the network gives it.
        target: float32 (n, rows, columns, 7), as ``targets.target`` gives it.

    Returns:
        The two, each a mean over the faces of the batch.
    """
    tf = tensorflow()
    faces = tf.maximum(tf.reduce_sum(target[..., 6]), 1.0)
    return _heat(answer[..., 0], target) / faces, _EDGES * _boxes(answer, target) / faces


def _heat(logit: Tensor, target: Tensor) -> Tensor:
    tf = tensorflow()
    wanted, weight = target[..., 0], target[..., 1]
    hot = tf.cast(wanted > 0.999, tf.float32)
    guess = tf.sigmoid(logit)
    missed = hot * (1 - guess) ** 2 * tf.nn.softplus(-logit)
    false = (1 - hot) * (1 - wanted) ** 4 * guess**2 * tf.nn.softplus(logit)
    return tf.reduce_sum(weight * (missed + false))


def _boxes(answer: Tensor, target: Tensor) -> Tensor:
    """Generalised IoU (Rezatofighi et al. 2019) of boxes about the same cell, and log distances."""
    tf = tensorflow()
    weight = target[..., 6]
    log = tf.clip_by_value(answer[..., 1:], -2.0, 7.0)
    guess, wanted = tf.exp(log), target[..., 2:6]
    inner, outer = tf.minimum(guess, wanted), tf.maximum(guess, wanted)
    inside = tf.maximum(_side(inner, 0), 0.0) * tf.maximum(_side(inner, 1), 0.0)
    union = _side(guess, 0) * _side(guess, 1) + _side(wanted, 0) * _side(wanted, 1) - inside
    hull = tf.maximum(_side(outer, 0) * _side(outer, 1), 1.0)
    giou = inside / tf.maximum(union, 1.0) - (hull - union) / hull
    log_wanted = tf.math.log(tf.maximum(wanted, STRIDE / 8))
    off = tf.reduce_mean(tf.abs(log - log_wanted), axis=-1)
    return tf.reduce_sum(weight * (1 - giou + 0.5 * off))


def _side(reach: Tensor, axis: int) -> Tensor:
    """Width (0) or height (1) of boxes given as left, top, right, bottom."""
    return reach[..., axis] + reach[..., axis + 2]
