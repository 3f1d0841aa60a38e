"""The training target of a patch, and the loss against it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.network import STRIDE
from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.detector.mosaic import Patch

Tensor = Any
"""A ``tf.Tensor``; TensorFlow has no types."""

_SPREAD: Final = 0.09
"""Standard deviation of a face's heat as a share of its size (TTFNet, Liu et al. 2020: .54 / 6)."""

CHANNELS: Final = 7
"""Of a target: heat, its weight; left, top, right, bottom in pixels, their weight."""

_EDGES: Final = 2.5
"""Weight of the boxes' loss beside that of the heat."""


def make_target(patch: Patch) -> npt.NDArray[np.float32]:
    """The target of one patch: float32 (h / 8, w / 8, 7), see ``CHANNELS``.

    The heat is 1 in the cell of a face's centre and falls off as a Gaussian; it has no weight where
    a box of the patch is ignored. The edges have a weight in the cells about the centre, with the
    sum 1 for each face.
    """
    rows, columns = (n // STRIDE for n in patch.picture.shape[:2])
    out = np.zeros((rows, columns, CHANNELS), np.float32)
    out[..., 1] = 1
    for x, y, w, h in patch.ignored:
        left, top = int(x // STRIDE), int(y // STRIDE)
        out[top : int((y + h) // STRIDE) + 1, left : int((x + w) // STRIDE) + 1, 1] = 0
    across, down = np.arange(columns) + 0.5, np.arange(rows) + 0.5
    for box in sorted(patch.boxes.tolist(), key=lambda b: -b[2] * b[3]):
        _add_face(out, box, across, down)
    return out


def _add_face(
    out: npt.NDArray[np.float32],
    box: list[float],
    across: npt.NDArray[np.float64],
    down: npt.NDArray[np.float64],
) -> None:
    x, y, w, h = box
    centre_x, centre_y = (x + w / 2) / STRIDE, (y + h / 2) / STRIDE
    column = min(int(centre_x), len(across) - 1)
    row = min(int(centre_y), len(down) - 1)
    spread_x, spread_y = max(_SPREAD * w / STRIDE, 0.4), max(_SPREAD * h / STRIDE, 0.4)
    gauss = np.exp(
        -(
            ((down[:, None] - down[row]) / spread_y) ** 2
            + ((across - across[column]) / spread_x) ** 2
        )
        / 2
    ).astype(np.float32)
    np.maximum(out[..., 0], gauss, out=out[..., 0])
    near = gauss > 0.35
    out[near, 1] = 1
    out[near, 2] = (across * STRIDE - x)[None].repeat(len(down), 0)[near]
    out[near, 3] = (down * STRIDE - y)[:, None].repeat(len(across), 1)[near]
    out[near, 4] = (x + w - across * STRIDE)[None].repeat(len(down), 0)[near]
    out[near, 5] = (y + h - down * STRIDE)[:, None].repeat(len(across), 1)[near]
    out[near, 6] = gauss[near] / gauss[near].sum()


def loss(answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Focal loss of the heat (CenterNet, Zhou et al. 2019) and GIoU loss of the boxes.

    Args:
        answer: float32 (n, rows, columns, 5), the output of the network.
        target: float32 (n, rows, columns, 7), as ``make_target`` gives it.

    Returns:
        The two losses, each a mean over the faces of the batch.
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
