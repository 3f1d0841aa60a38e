"""Which found box is which face: by overlap, or by the centre where truth is boxed otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detections import iou

Boxes = npt.NDArray[np.float32]
Overlap = Callable[[Boxes, Boxes], npt.NDArray[np.float32]]
"""Of each of (n, 4) boxes with each of (m, 4): float32 (n, m) in 0..1, the higher the likelier one
face."""

MAX_SIDES: Final = 3.0
"""How many times the side (the square root of the area) of one box may be that of the other, to be
the same face by its centre. A head with its hair is 1.3 to 2.5 times its face from brow to chin;
a box of the whole picture, or one of an eye, is no answer to where a face is."""

_ANY: Final = 1e-6
"""Overlap of two boxes that may be the same face by centre: some."""


@dataclass(frozen=True, slots=True)
class MatchRule:
    """When a found box is a face.

    Attributes:
        name: ``iou`` or ``centre``.
        min_iou: overlap from which it may be; 0 by centre.
        overlap: how much two boxes overlap.
    """

    name: str
    min_iou: float
    overlap: Overlap

    @property
    def least(self) -> float:
        """The overlap from which two boxes may be one face."""
        return max(self.min_iou, _ANY)


def by_iou(min_iou: float) -> MatchRule:
    """The rule for truth boxed as the detector boxes, from brow to chin."""
    return MatchRule("iou", min_iou, iou)


def by_centre() -> MatchRule:
    """The rule for truth boxed otherwise, such as whole heads; see ``centre_overlap``."""
    return MatchRule("centre", 0.0, centre_overlap)


def match_boxes(truth: Boxes, found: Boxes, rule: MatchRule) -> list[tuple[int, int]]:
    """Pairs of a face and a found box, one to one, greedily from the most overlap to the least."""
    overlap = rule.overlap(truth, found)
    pairs: list[tuple[int, int]] = []
    for flat in np.argsort(-overlap, axis=None, kind="stable"):
        i, j = (int(n) for n in np.unravel_index(flat, overlap.shape))
        if overlap[i, j] < rule.least:
            break
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def centre_overlap(a: Boxes, b: Boxes) -> npt.NDArray[np.float32]:
    """IoU of boxes (n, 4) with boxes (m, 4) that may be one face by their centres; 0 elsewhere.

    They may if the smaller one's centre lies in the larger one, and the larger one's side is at
    most MAX_SIDES times the smaller one's. That a point inside the truth is a hit is the rule of
    the pointing game (Zhang et al. 2018, "Top-down neural attention by excitation backprop");
    nuScenes (Caesar et al. 2020) matches by centres too, so that sizes are not judged. Here it is
    told both ways round, as it should not matter which of a head and a face is the truth, and
    bounded, so that neither a box of everything nor one of a pixel is a hit.

    Example:
        >>> head = np.float32([[100, 100, 100, 120]])
        >>> face, all_, eye = [125, 150, 55, 60], [0, 0, 640, 360], [130, 160, 12, 12]
        >>> (centre_overlap(head, np.float32([face, all_, eye])) > 0).tolist()
        [[True, False, False]]
    """
    sides_a, sides_b = _sides(a)[:, None], _sides(b)[None]
    inside = np.where(sides_a < sides_b, _holds(b, a).T, _holds(a, b))
    alike = np.maximum(sides_a, sides_b) <= MAX_SIDES * np.minimum(sides_a, sides_b)
    return np.where(inside & alike, iou(a, b), np.float32(0))


def _sides(boxes: Boxes) -> npt.NDArray[np.float32]:
    return np.asarray(np.sqrt(boxes[:, 2] * boxes[:, 3]), np.float32)


def _holds(outer: Boxes, inner: Boxes) -> npt.NDArray[np.bool_]:
    """Whether each box of ``outer`` (n, 4) holds the centre of each of ``inner`` (m, 4): (n, m)."""
    centre = (inner[:, :2] + inner[:, 2:] / 2)[None]
    low, high = outer[:, None, :2], outer[:, None, :2] + outer[:, None, 2:]
    return np.asarray(((centre >= low) & (centre <= high)).all(axis=2))
