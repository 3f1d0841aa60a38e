"""From the network's map to boxes."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.network import STRIDE
from eyecatch.core.detections import Detections, iou

_OVERLAP: Final = 0.4
"""Of two boxes that overlap more than this (IoU), the surer is kept."""

_MOST: Final = 100
"""Faces in one picture; a crowd larger than this is no longer faces."""

_FARTHEST: Final = 7.5
"""The largest log distance: e ** 7.5 = 1800 pixels."""


def decode(map_: npt.NDArray[np.float32], least: float) -> Detections:
    """The faces of one map.

    A face is a cell that is hotter than its eight neighbours (CenterNet, Zhou et al. 2019); what
    still overlaps is one face found twice.

    Args:
        map_: float32 (rows, columns, 5), one answer of the network.
        least: scores below this are no faces, in 0..1 exclusive.

    Returns:
        Boxes in pixels of the network's picture; they may reach past its edges.
    """
    heat = map_[..., 0]
    floor = np.float32(np.log(least / (1 - least)))
    rows, columns = np.nonzero(heat > floor)
    if not len(rows):
        return Detections.none()
    padded = np.pad(heat, 1, constant_values=-np.inf)
    around = np.stack(
        [padded[rows + i, columns + j] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    )
    peak = heat[rows, columns] >= around.max(axis=0)
    rows, columns = rows[peak], columns[peak]
    order = np.argsort(-heat[rows, columns], kind="stable")[: 3 * _MOST]
    rows, columns = rows[order], columns[order]
    reach = np.exp(np.minimum(map_[rows, columns, 1:], _FARTHEST))
    centre = np.stack([columns + 0.5, rows + 0.5], axis=1) * STRIDE
    low, high = centre - reach[:, :2], centre + reach[:, 2:]
    boxes = np.concatenate([low, high - low], axis=1).astype(np.float32)
    scores = (1 / (1 + np.exp(-heat[rows, columns]))).astype(np.float32)
    return apart(Detections(boxes, scores), _OVERLAP)


def apart(found: Detections, overlap: float) -> Detections:
    """Without those that overlap a surer one by more than ``overlap`` (greedy suppression)."""
    shared = iou(found.boxes, found.boxes)
    kept: list[int] = []
    for i in range(len(found)):
        if not kept or shared[i, kept].max() <= overlap:
            kept.append(i)
    kept = kept[:_MOST]
    return Detections(found.boxes[kept], found.scores[kept])
