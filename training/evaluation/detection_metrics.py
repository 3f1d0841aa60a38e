"""How good found boxes are against those that people drew: recall, precision, average precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detections import Detections, iou
from eyecatch.training.evaluation.box_matching import Boxes, MatchRule, Overlap, match_boxes

SIZES: Final = (0.0, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""Bounds of the sizes told apart: a face's height as a share of its picture's."""

HEIGHTS: Final = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, math.inf)
"""The same up to the whole picture, and beyond: a face may be larger than what is shown of it."""

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
        return replace(self, found=self.found.above(min_score))


@dataclass(frozen=True, slots=True)
class HeightMetrics:
    """Metrics of the faces of one range of heights.

    Attributes:
        low, high: its bounds, as shares of the picture's height; the last has no upper one.
        faces: as boxed by people, that are so high.
        recall: those of them that were found, in 0..1; None where there are none.
        false: found boxes that are so high and no face.
    """

    low: float
    high: float | None
    faces: int
    recall: float | None
    false: int


@dataclass(frozen=True, slots=True)
class DetectionMetrics:
    """Metrics by one rule of what a hit is; shares in 0..1, NaN where there is none to take.

    The attributes are the keys of ``evaluate-detector --json``.

    Attributes:
        least: the IoU from which a found box is a face; 0 where its centre decides.
        recall: faces found, of all.
        precision: found boxes that are faces, of all.
        average: average precision, the area under the precision-recall curve.
        at_precision: (precision, recall) for each of ``PRECISIONS``: the highest recall that a
            minimum score gives with at least that precision; 0 where none does.
        by_size: (lower bound, upper bound, faces, recall) for each of ``SIZES`` that has faces.
        match: what a hit is: ``iou`` or ``centre``, see ``training.evaluation.box_matching``.
        by_height: for each of ``HEIGHTS`` that has faces or false alarms.
    """

    least: float
    recall: float
    precision: float
    average: float
    at_precision: tuple[tuple[float, float], ...]
    by_size: tuple[tuple[float, float, int, float], ...]
    match: str
    by_height: tuple[HeightMetrics, ...]


def detection_metrics(
    pictures: Sequence[DetectedPicture], unfiltered: Sequence[DetectedPicture], rule: MatchRule
) -> DetectionMetrics:
    """Metrics of a detector.

    Args:
        pictures: with the boxes that count for recall and precision.
        unfiltered: the same with all boxes whatever their score, for the precision-recall curve.
        rule: when a found box is a face.
    """
    pairs = [match_boxes(one.truth, one.found.boxes, rule) for one in pictures]
    hits = sum(len(pair) for pair in pairs)
    faces = sum(len(one.truth) for one in pictures)
    boxes = sum(len(one.found) for one in pictures)
    curve = precision_recall_curve(unfiltered, rule.least, rule.overlap)
    return DetectionMetrics(
        least=rule.min_iou,
        recall=hits / faces if faces else float("nan"),
        precision=hits / boxes if boxes else float("nan"),
        average=average_precision(curve),
        at_precision=tuple((wanted, best_recall(curve, wanted)) for wanted in PRECISIONS),
        by_size=tuple(_by_size(pictures, pairs)),
        match=rule.name,
        by_height=tuple(_by_height(pictures, pairs)),
    )


def precision_recall_curve(
    pictures: Sequence[DetectedPicture], min_iou: float, overlap: Overlap = iou
) -> npt.NDArray[np.float64]:
    """Score, recall and precision at every score, from high to low: float64 (n, 3).

    Within a picture boxes are taken from the highest score down, as the detector gives them; each
    is right if a face is left that it covers with at least ``min_iou``, and takes the best of them.
    """
    scored: list[tuple[float, bool]] = []
    for one in pictures:
        taken: set[int] = set()
        overlaps = overlap(one.found.boxes, one.truth)
        for row, score in zip(overlaps, one.found.scores, strict=True):
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
    sizes, hit = _matched([(one.truth, one.height) for one in pictures], _sides(pairs, 0))
    for low, high, inside in _ranges(sizes, SIZES):
        if inside.any():
            yield low, high, int(inside.sum()), float(hit[inside].mean())


def _by_height(
    pictures: Sequence[DetectedPicture], pairs: Sequence[Sequence[tuple[int, int]]]
) -> Iterator[HeightMetrics]:
    sizes, hit = _matched([(one.truth, one.height) for one in pictures], _sides(pairs, 0))
    found, right = _matched([(one.found.boxes, one.height) for one in pictures], _sides(pairs, 1))
    wrong = found[~right]
    for (low, high, inside), (_, _, false) in zip(
        _ranges(sizes, HEIGHTS), _ranges(wrong, HEIGHTS), strict=True
    ):
        if inside.any() or false.any():
            recall = float(hit[inside].mean()) if inside.any() else None
            bound = None if math.isinf(high) else high
            yield HeightMetrics(low, bound, int(inside.sum()), recall, int(false.sum()))


def _sides(pairs: Sequence[Sequence[tuple[int, int]]], side: int) -> list[list[int]]:
    """Of the pairs of each picture the faces (0) or the found boxes (1)."""
    return [[pair[side] for pair in matched] for matched in pairs]


def _matched(
    boxes: Sequence[tuple[Boxes, int]], matched: Sequence[Sequence[int]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Heights of the boxes of all pictures as shares of these, and which boxes were matched."""
    sizes = [some[:, 3] / height for some, height in boxes]
    hits = [np.isin(np.arange(len(a)), b) for a, b in zip(sizes, matched, strict=True)]
    return np.concatenate([*sizes, []]), np.concatenate([*hits, np.zeros(0, bool)])


def _ranges(
    sizes: npt.NDArray[np.float64], bounds: Sequence[float]
) -> Iterator[tuple[float, float, npt.NDArray[np.bool_]]]:
    """Each range of sizes, and which are in it; the last has no upper bound."""
    for low, high in pairwise(bounds):
        yield low, high, (sizes >= low) & ((sizes < high) | (high == bounds[-1]))
