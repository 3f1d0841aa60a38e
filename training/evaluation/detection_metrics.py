"""How good found boxes are against those that people drew: recall, precision, average precision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detections import Detections, iou

Boxes = npt.NDArray[np.float32]

SIZES: Final = (0.0, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""Bounds of the sizes told apart: a face's height as a share of its picture's."""

PRECISIONS: Final = (0.80, 0.90, 0.95)
"""At each of which the best recall is measured."""


@dataclass(frozen=True, slots=True)
class DetectedPicture:
    """One picture with the faces it has and those that were found.

    Attributes:
        name: of the file.
        height: of the picture, in pixels.
        truth: float32 (n, 4) x, y, w, h of its faces, in pixels.
        found: the boxes and scores of the detector.
        seconds: that it took.
    """

    name: str
    height: int
    truth: Boxes
    found: Detections
    seconds: float = 0.0

    def above(self, min_score: float) -> DetectedPicture:
        """The same without boxes of a lower score."""
        kept = self.found.scores >= min_score
        return replace(self, found=Detections(self.found.boxes[kept], self.found.scores[kept]))


@dataclass(frozen=True, slots=True)
class DetectionMetrics:
    """Metrics at one IoU; shares in 0..1, NaN where there is nothing to take a share of.

    The attributes are the keys of ``evaluate-detector --json``.

    Attributes:
        least: the IoU from which a found box is a face.
        recall: faces found, of all.
        precision: found boxes that are faces, of all.
        average: average precision, the area under the precision-recall curve.
        at_precision: (precision, recall) for each of ``PRECISIONS``: the highest recall that a
            minimum score gives with at least that precision; 0 where none does.
        by_size: (lower bound, upper bound, faces, recall) for each of ``SIZES`` that has faces.
    """

    least: float
    recall: float
    precision: float
    average: float
    at_precision: tuple[tuple[float, float], ...]
    by_size: tuple[tuple[float, float, int, float], ...]


def detection_metrics(
    pictures: Sequence[DetectedPicture], unfiltered: Sequence[DetectedPicture], min_iou: float
) -> DetectionMetrics:
    """Metrics of a detector.

    Args:
        pictures: with the boxes that count for recall and precision.
        unfiltered: the same with all boxes whatever their score, for the precision-recall curve.
        min_iou: from which a found box is a face.
    """
    pairs = [match_boxes(one.truth, one.found.boxes, min_iou) for one in pictures]
    hits = sum(len(pair) for pair in pairs)
    faces = sum(len(one.truth) for one in pictures)
    boxes = sum(len(one.found) for one in pictures)
    curve = precision_recall_curve(unfiltered, min_iou)
    return DetectionMetrics(
        least=min_iou,
        recall=hits / faces if faces else float("nan"),
        precision=hits / boxes if boxes else float("nan"),
        average=average_precision(curve),
        at_precision=tuple((wanted, best_recall(curve, wanted)) for wanted in PRECISIONS),
        by_size=tuple(_by_size(pictures, pairs)),
    )


def match_boxes(truth: Boxes, found: Boxes, min_iou: float) -> list[tuple[int, int]]:
    """Pairs of a face and a found box, one to one, greedily by IoU from high to low."""
    overlap = iou(truth, found)
    pairs: list[tuple[int, int]] = []
    for flat in np.argsort(-overlap, axis=None, kind="stable"):
        i, j = (int(n) for n in np.unravel_index(flat, overlap.shape))
        if overlap[i, j] < min_iou:
            break
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def precision_recall_curve(
    pictures: Sequence[DetectedPicture], min_iou: float
) -> npt.NDArray[np.float64]:
    """Score, recall and precision at every score, from high to low: float64 (n, 3).

    Within a picture boxes are taken from the highest score down, as the detector gives them; each
    is right if a face is left that it covers with at least ``min_iou``, and takes the best of them.
    """
    scored: list[tuple[float, bool]] = []
    for one in pictures:
        overlap = iou(one.found.boxes, one.truth)
        taken: set[int] = set()
        for row, score in zip(overlap, one.found.scores, strict=True):
            free = [j for j in np.argsort(-row) if row[j] >= min_iou and int(j) not in taken]
            taken.update(int(j) for j in free[:1])
            scored.append((float(score), bool(free)))
    scored.sort(key=lambda pair: -pair[0])
    right = np.cumsum([good for _, good in scored], dtype=np.float64)
    faces = max(1, sum(len(one.truth) for one in pictures))
    count = np.arange(1, len(scored) + 1)
    return np.stack([np.array([s for s, _ in scored]), right / faces, right / count], axis=1)


def best_recall(curve: npt.NDArray[np.float64], min_precision: float) -> float:
    """The highest recall of a curve (n, 3) where the precision is high enough; 0 if it never is."""
    return float(curve[curve[:, 2] >= min_precision, 1].max(initial=0.0))


def average_precision(curve: npt.NDArray[np.float64]) -> float:
    """The area under a curve (n, 3), precision made monotonous first (Pascal VOC 2010)."""
    if not len(curve):
        return 0.0
    best = np.maximum.accumulate(curve[::-1, 2])[::-1]
    return float(np.sum(np.diff(curve[:, 1], prepend=0.0) * best))


def _by_size(
    pictures: Sequence[DetectedPicture], pairs: Sequence[Sequence[tuple[int, int]]]
) -> Iterator[tuple[float, float, int, float]]:
    sizes = [one.truth[:, 3] / one.height for one in pictures]
    hits = [
        np.isin(np.arange(len(one.truth)), [i for i, _ in matched])
        for one, matched in zip(pictures, pairs, strict=True)
    ]
    size, hit = np.concatenate([*sizes, []]), np.concatenate([*hits, []])
    for low, high in pairwise(SIZES):
        inside = (size >= low) & ((size < high) | (high == SIZES[-1]))
        if inside.any():
            yield low, high, int(inside.sum()), float(hit[inside].mean())
