"""Whether a detector got better at a show: on frames of it that it did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import Detector, detect_downscaled
from eyecatch.core.detections import Detections, iou
from eyecatch.training.detector.dataset import Boxes, LabelledPicture
from eyecatch.training.evaluation.box_matching import by_iou, match_boxes
from eyecatch.training.evaluation.detection_metrics import (
    DetectedPicture,
    average_precision,
    precision_recall_curve,
)

_SAME: Final = 0.3
"""IoU from which two boxes are of one face; as in the figures of docs/detector.md."""

_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class HeldFigures:
    """How well one look finds the faces of frames that were held out.

    Attributes:
        faces: how many there are.
        found: how many of them one look finds.
        average: average precision of one look, 0..1; boxes that may be faces count neither way.
    """

    faces: int
    found: int
    average: float


def judge(detector: Detector, held: Sequence[LabelledPicture], min_score: float) -> HeldFigures:
    """Measures a detector on labelled frames.

    Args:
        detector: one look, giving scores far below ``min_score``.
        held: the frames, with their faces.
        min_score: the score from which a box is a face.
    """
    seen: list[DetectedPicture] = []
    for start in range(0, len(held), _BATCH):
        batch = held[start : start + _BATCH]
        for one, found in zip(
            batch, detect_downscaled(detector, [p.picture for p in batch]), strict=True
        ):
            kept = _without(found, one)
            seen.append(DetectedPicture(one.name, len(one.picture), one.boxes, kept))
    counted = [(one.truth, one.above(min_score).found.boxes) for one in seen]
    hits = sum(len(match_boxes(truth, boxes, by_iou(_SAME))) for truth, boxes in counted)
    curve = precision_recall_curve(seen, _SAME)
    return HeldFigures(sum(len(one.truth) for one in seen), hits, average_precision(curve))


def _without(found: Detections, frame: LabelledPicture) -> Detections:
    """What was found, without boxes of which nobody knows whether they are faces."""
    on_ignored = _best(found.boxes, frame.ignored) >= _SAME
    kept = ~on_ignored | (_best(found.boxes, frame.boxes) >= _SAME)
    return Detections(found.boxes[kept], found.scores[kept])


def _best(boxes: Boxes, others: Boxes) -> npt.NDArray[np.float32]:
    """The highest IoU of each box (n, 4) with any of others: float32 (n,)."""
    return np.asarray(iou(boxes, others).max(axis=1, initial=0.0), np.float32)
