"""``eyecatch evaluate-detector``: how well a detector finds the faces that people boxed."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from eyecatch.core.arguments import AnyPath, checked, path_of
from eyecatch.core.detect.base import Detector, detect_downscaled
from eyecatch.core.detect.config import NamedDetector
from eyecatch.core.detect.registry import default_min_score, load
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.images import is_image, read_image
from eyecatch.training.annotations import LabelledBox, by_image, read_boxes
from eyecatch.training.evaluation import error_sheet as sheet
from eyecatch.training.evaluation.box_matching import MatchRule, by_centre, by_iou, match_boxes
from eyecatch.training.evaluation.detection_metrics import (
    DetectedPicture,
    DetectionMetrics,
    detection_metrics,
)

log = logging.getLogger(__name__)

_MIN_SCORE: Final = 0.05
"""Lowest score of a box on the precision-recall curve."""

MATCHES: Final = ("iou", "centre")
"""What a hit may be."""


@dataclass(frozen=True, slots=True)
class DetectorReport:
    """A detector measured on a folder of pictures.

    The attributes are the keys of ``evaluate-detector --json``.

    Attributes:
        pictures: how many.
        faces: in them, as boxed by people.
        least: the score from which a box counts for recall and precision.
        milliseconds: median time of a picture, from shrinking it to its boxes; one thread.
        figures: metrics at an IoU of .3 and of .5; by the centre, one of them.
    """

    pictures: int
    faces: int
    least: float
    milliseconds: float
    figures: tuple[DetectionMetrics, ...]


@checked
def evaluate_detector(  # noqa: PLR0913 - three keywords are no reason for a class
    detector: Detector | NamedDetector,
    images: AnyPath,
    boxes: AnyPath,
    errors: AnyPath | None = None,
    *,
    thorough: bool = False,
    every: int = 1,
    match: str = "iou",
) -> DetectorReport:
    """Measures a detector on pictures whose faces are known.

    Args:
        detector: a ready detector, all of whose boxes count; or its name, file or
            configuration.
        images: a folder of pictures; files that are no pictures are passed over.
        boxes: a CSV of ``image,x,y,w,h`` with a row a face; pictures without rows have none.
        errors: where to write a picture of what was missed (red) and falsely found (blue).
        thorough: measure it as ``identify`` uses it on stills, looking several times.
        every: only each ``every``-th picture, in order of names.
        match: what a hit is. ``iou``: a box that overlaps the face's by an IoU of .3 and .5.
            ``centre``: one whose centre lies in the face's, or the other way round, and that is at
            most three times as large or small; for boxes drawn otherwise, such as whole heads.

    Returns:
        Recall, precision and average precision.

    Raises:
        RequestError: the folder or the file is missing, makes no sense, or one has nothing to do
            with the other; or there is no such match.
        ModelError: the detector can't be used.
        MediaError: ``errors`` can't be written; where that is known before, it is a RequestError.

    Example:
        >>> import eyecatch
        >>> report = eyecatch.evaluate_detector("cnn", "frames", "boxes.csv")  # doctest: +SKIP
    """
    rules = _rules(match)
    folder, sheet_file = Path(images), path_of(errors)
    if sheet_file is not None:
        sheet.check_sheet(sheet_file)
    paths, truth = _read_truth(folder, Path(boxes))
    min_score = 0.0
    if isinstance(detector, NamedDetector):
        min_score = default_min_score(detector, thorough)
        detector = load(detector, thorough, min(min_score, _MIN_SCORE))
    pictures = list(_detect(detector, paths[::every], truth))
    if not pictures:
        raise RequestError(f"{folder} has no picture that can be read", "give JPEG or PNG files")
    counted = [one.above(min_score) for one in pictures]
    if sheet_file is not None:
        _write_errors(counted, folder, sheet_file, rules[0])
    return DetectorReport(
        len(pictures),
        sum(len(one.truth) for one in pictures),
        min_score,
        1000 * float(np.median([one.seconds for one in pictures])),
        tuple(detection_metrics(counted, pictures, rule) for rule in rules),
    )


def _rules(match: str) -> tuple[MatchRule, ...]:
    if match not in MATCHES:
        raise RequestError(f"there is no match {match!r}", f"use {' or '.join(MATCHES)}")
    return (by_centre(),) if match == "centre" else (by_iou(0.3), by_iou(0.5))


def _read_truth(images: Path, boxes: Path) -> tuple[list[Path], dict[str, list[LabelledBox]]]:
    """The files of a folder, and the boxes by file name; complains before any work."""
    if not images.is_dir():
        raise RequestError(f"{images} is no folder", "give a folder of pictures")
    truth, paths = by_image(read_boxes(boxes)), sorted(images.iterdir())
    _check_names(truth, {path.name for path in paths}, images, boxes)
    return paths, truth


def _detect(
    detector: Detector, paths: Iterable[Path], truth: Mapping[str, Sequence[LabelledBox]]
) -> Iterator[DetectedPicture]:
    for path in paths:
        try:
            picture = read_image(path)
        except MediaError as problem:
            if is_image(path):
                log.warning("%s It is left out.", problem)
            continue
        began = time.perf_counter()
        found = detect_downscaled(detector, [picture])[0]
        seconds = time.perf_counter() - began
        faces = np.array([face.box for face in truth.get(path.name, ())], np.float32)
        yield DetectedPicture(path.name, len(picture), faces.reshape(-1, 4), found, seconds)


def _check_names(truth: Collection[str], names: set[str], images: Path, boxes: Path) -> None:
    """Makes sure that a box file is about the pictures of a folder."""
    absent = sorted(set(truth) - names)
    if absent and len(absent) == len(truth):
        raise RequestError(
            f"no picture that {boxes} names, such as {absent[0]!r}, is in {images}",
            "give the folder that the pictures are in, and their names without it",
        )
    if absent:
        log.warning(
            "%s: %d pictures are not in %s and are left out, the first is %r.",
            boxes, len(absent), images, absent[0],
        )  # fmt: skip


def _write_errors(
    pictures: Sequence[DetectedPicture], images: Path, out: Path, rule: MatchRule
) -> None:
    tiles = []
    for one in pictures:
        pairs = match_boxes(one.truth, one.found.boxes, rule)
        missed = np.delete(one.truth, [i for i, _ in pairs], axis=0)
        false = np.delete(one.found.boxes, [j for _, j in pairs], axis=0)
        if len(missed) + len(false):
            picture = read_image(images / one.name)
            tiles.append(sheet.draw_boxes(picture, [(missed, sheet.RED), (false, sheet.BLUE)]))
    sheet.write_sheet(tiles, out)
