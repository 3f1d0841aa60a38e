"""Self-training: what a first network finds in pictures nobody boxed, or boxed only in part."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from eyecatch.core.detect.base import Detector
from eyecatch.core.detections import Detections, iou
from eyecatch.training.detector.dataset import Labelled

_BATCH: Final = 32

_UNSURE: Final = 0.5
"""The score that is written for an unsure face: between those of ``train.SURE`` and MAYBE."""

_KNOWN: Final = 0.2
"""A face found that overlaps a known one more than this (IoU) is that one."""


def write_more(detector: Detector, pictures: Iterable[Labelled], table: Path) -> None:
    """Write what is known of the pictures' faces and what the detector adds, with scores.

    The table is ``image,x,y,w,h,score`` as ``pictures.load`` reads it: known faces have a score of
    1, unsure ones of 0.5.
    """
    with table.open("w", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["image", "x", "y", "w", "h", "score"])
        for batch in _batches(list(pictures)):
            for one, found in zip(batch, detector.detect([p.picture for p in batch]), strict=True):
                rows.writerows(_rows(one, found))


def _rows(one: Labelled, found: Detections) -> Iterator[list[object]]:
    for score, boxes in ((1, one.boxes), (_UNSURE, one.unsure)):
        for box in boxes:
            yield [one.name, *(round(float(v) / one.factor, 1) for v in box), score]
    known = np.concatenate([one.boxes, one.unsure])
    for box, score in zip(found.boxes, found.scores, strict=True):
        if not len(known) or iou(box[None], known).max() < _KNOWN:
            yield [
                one.name,
                *(round(float(v) / one.factor, 1) for v in box),
                round(float(score), 3),
            ]


def _batches(pictures: list[Labelled]) -> Iterator[list[Labelled]]:
    for start in range(0, len(pictures), _BATCH):
        yield pictures[start : start + _BATCH]


def one_face(pictures: Iterable[Labelled]) -> list[Labelled]:
    """Of crops, those with exactly one sure face."""
    return [picture for picture in pictures if len(picture.boxes) == 1]
