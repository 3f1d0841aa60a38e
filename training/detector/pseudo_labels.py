"""Pseudo-labels (self-training): what an earlier stage finds in pictures that lack boxes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from eyecatch.core.detect.base import Detector
from eyecatch.core.detections import Detections, iou
from eyecatch.training.detector.dataset import LabelledPicture

_BATCH: Final = 32

_UNSURE: Final = 0.5
"""Score of an ignored box: between ``train.SURE`` and ``train.MAYBE``, so that it stays ignored."""

_KNOWN: Final = 0.2
"""A found face with at least this IoU with a known one is that one."""


def write_pseudo_labels(
    detector: Detector, pictures: Iterable[LabelledPicture], table: Path
) -> None:
    """Writes a box file of the pictures' own boxes and of the faces that the detector adds.

    The pictures' faces get a score of 1, and their ignored boxes ``_UNSURE``.
    """
    with table.open("w", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["image", "x", "y", "w", "h", "score"])
        for batch in _batches(list(pictures)):
            for one, found in zip(batch, detector.detect([p.picture for p in batch]), strict=True):
                rows.writerows(_rows(one, found))


def _rows(one: LabelledPicture, found: Detections) -> Iterator[list[object]]:
    for score, boxes in ((1, one.boxes), (_UNSURE, one.ignored)):
        for box in boxes:
            yield [one.name, *(round(float(v) / one.scale, 1) for v in box), score]
    known = np.concatenate([one.boxes, one.ignored])
    for box, score in zip(found.boxes, found.scores, strict=True):
        if not len(known) or iou(box[None], known).max() < _KNOWN:
            yield [
                one.name,
                *(round(float(v) / one.scale, 1) for v in box),
                round(float(score), 3),
            ]


def _batches(pictures: list[LabelledPicture]) -> Iterator[list[LabelledPicture]]:
    for start in range(0, len(pictures), _BATCH):
        yield pictures[start : start + _BATCH]


def with_one_face(pictures: Iterable[LabelledPicture]) -> list[LabelledPicture]:
    """The crops with exactly one face."""
    return [picture for picture in pictures if len(picture.boxes) == 1]
