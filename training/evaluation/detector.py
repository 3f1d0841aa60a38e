"""How well a detector finds the faces that people boxed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import Detector, detect_downscaled
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import default_min_score, load
from eyecatch.core.detections import Detections, iou
from eyecatch.core.errors import RequestError
from eyecatch.training.detector import augment as alter
from eyecatch.training.detector.dataset import read_boxes
from eyecatch.training.evaluation import error_sheet as sheet

SIZES: Final = (0.0, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""Bounds of the sizes told apart: a face's height as a share of its picture's."""

PRECISIONS: Final = (0.80, 0.90, 0.95)

_LOWEST: Final = 0.05
"""Boxes with a lower score are not even looked at for the curves."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One picture: the faces it has and those that were found, in its pixels."""

    name: str
    height: int
    truth: npt.NDArray[np.float32]
    found: Detections
    seconds: float = 0.0

    def at(self, least: float) -> Looked:
        """The same without what was found with a lower score."""
        kept = self.found.scores >= least
        return replace(self, found=Detections(self.found.boxes[kept], self.found.scores[kept]))


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in 0..1 at one IoU.

    Attributes:
        least: the IoU from which a found box is a face.
        recall: faces found, of all.
        precision: found boxes that are faces, of all.
        average: average precision, the area under precision over recall.
        at_precision: (precision, recall): for each of PRECISIONS the highest recall that a score to
            start from gives with at least that precision; 0 where none does.
        by_size: (lower bound, upper bound, faces, recall) for each of SIZES that has faces.
    """

    least: float
    recall: float
    precision: float
    average: float
    at_precision: tuple[tuple[float, float], ...]
    by_size: tuple[tuple[float, float, int, float], ...]


@dataclass(frozen=True, slots=True)
class DetectorReport:
    """A detector measured on a folder: figures at IoU .3 and .5, and what they are over.

    Attributes:
        pictures: how many.
        faces: in them, as boxed by people.
        least: the score from which a box counts for recall and precision.
        milliseconds: median time of a picture, from shrinking it to its boxes; one thread.
        figures: at each IoU.
    """

    pictures: int
    faces: int
    least: float
    milliseconds: float
    figures: tuple[Figures, ...]


def evaluate_detector(  # noqa: PLR0913 - each is one plain choice of the caller's
    detector: Detector | DetectorConfig,
    images: Path,
    boxes: Path,
    errors: Path | None = None,
    *,
    thorough: bool = False,
    every: int = 1,
) -> DetectorReport:
    """Measure a detector on pictures whose faces are known.

    Args:
        detector: the one to measure, of which all boxes count whatever the score; or which it is.
        images: a folder of pictures; files that are no pictures are passed over.
        boxes: a CSV of ``image,x,y,w,h`` with a row a face; pictures without rows have none.
        errors: where to write a picture of what was missed (red) and falsely found (blue).
        thorough: measure it as it looks at stills, several times.
        every: only each ``every``-th picture, in order of names.

    Raises:
        RequestError: there is no such folder or file, or nothing in it.
    """
    start = 0.0
    if isinstance(detector, DetectorConfig):
        start = default_min_score(detector, thorough)
        detector = load(detector, thorough, min(start, _LOWEST))
    looked = list(look(detector, images, boxes, every))
    counted = [one.at(start) for one in looked]
    if errors is not None:
        _write_errors(counted, images, errors)
    return DetectorReport(
        len(looked),
        sum(len(one.truth) for one in looked),
        start,
        1000 * float(np.median([one.seconds for one in looked])) if looked else float("nan"),
        tuple(figures(counted, looked, overlap) for overlap in (0.3, 0.5)),
    )


def look(detector: Detector, images: Path, boxes: Path, every: int = 1) -> Iterator[Looked]:
    """What a detector finds in each picture of a folder; arguments as for evaluate_detector."""
    if not images.is_dir():
        raise RequestError(f"{images} is no folder", "give a folder of pictures")
    if not boxes.is_file():
        raise RequestError(f"{boxes} is no file", "give a CSV of image,x,y,w,h")
    truth, paths = read_boxes(boxes), sorted(images.iterdir())[::every]
    if not paths:
        raise RequestError(f"{images} has no pictures", "give a folder of pictures")
    for path in paths:
        picture = alter.read(str(path))
        if picture is not None:
            began = time.perf_counter()
            faces = detect_downscaled(detector, [picture])[0]
            took = time.perf_counter() - began
            boxed = np.array([row[:4] for row in truth.get(path.name, [])], np.float32)
            yield Looked(path.name, picture.shape[0], boxed.reshape(-1, 4), faces, took)


def figures(looked: list[Looked], everything: list[Looked], overlap: float) -> Figures:
    """Recall and precision where an IoU of ``overlap`` makes a face; the curve is of everything."""
    pairs = [match(one.truth, one.found.boxes, overlap) for one in looked]
    hits = sum(len(pair) for pair in pairs)
    faces = sum(len(one.truth) for one in looked)
    boxes = sum(len(one.found) for one in looked)
    return Figures(
        overlap,
        hits / faces if faces else float("nan"),
        hits / boxes if boxes else float("nan"),
        average_precision(everything, overlap),
        tuple((wanted, best_recall(everything, overlap, wanted)) for wanted in PRECISIONS),
        tuple(_by_size(looked, pairs)),
    )


def match(
    truth: npt.NDArray[np.float32], found: npt.NDArray[np.float32], least: float
) -> list[tuple[int, int]]:
    """Pairs of a face and a found box, one to one, greedily by IoU from high to low."""
    shared = iou(truth, found)
    pairs: list[tuple[int, int]] = []
    for flat in np.argsort(-shared, axis=None, kind="stable"):
        i, j = (int(n) for n in np.unravel_index(flat, shared.shape))
        if shared[i, j] < least:
            break
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def curve(looked: list[Looked], least: float) -> npt.NDArray[np.float64]:
    """Score, recall and precision at every score, from high to low: (n, 3).

    A box found is right if it covers a face that no surer box covers better than ``least``.
    """
    scored: list[tuple[float, bool]] = []
    for one in looked:
        shared = iou(one.found.boxes, one.truth)
        taken: set[int] = set()
        for row, score in zip(shared, one.found.scores, strict=True):
            free = [j for j in np.argsort(-row) if row[j] >= least and int(j) not in taken]
            taken.update(int(j) for j in free[:1])
            scored.append((float(score), bool(free)))
    scored.sort(key=lambda pair: -pair[0])
    right = np.cumsum([good for _, good in scored], dtype=np.float64)
    faces = max(1, sum(len(one.truth) for one in looked))
    count = np.arange(1, len(scored) + 1)
    return np.stack([np.array([s for s, _ in scored]), right / faces, right / count], axis=1)


def best_recall(looked: list[Looked], least: float, precision: float) -> float:
    """The highest recall at which the boxes found are faces in that share, or more; or 0."""
    points = curve(looked, least)
    return float(points[points[:, 2] >= precision, 1].max(initial=0.0))


def average_precision(looked: list[Looked], least: float) -> float:
    """The area under the curve of precision over recall, made monotonous (Pascal VOC 2010)."""
    points = curve(looked, least)
    if not len(points):
        return 0.0
    best = np.maximum.accumulate(points[::-1, 2])[::-1]
    return float(np.sum(np.diff(points[:, 1], prepend=0.0) * best))


def _by_size(
    looked: list[Looked], pairs: list[list[tuple[int, int]]]
) -> Iterator[tuple[float, float, int, float]]:
    share = [one.truth[:, 3] / one.height for one in looked]
    hit = [
        np.isin(np.arange(len(one.truth)), [i for i, _ in p])
        for one, p in zip(looked, pairs, strict=True)
    ]
    all_share, all_hit = np.concatenate([*share, []]), np.concatenate([*hit, []])
    for low, high in pairwise(SIZES):
        inside = (all_share >= low) & ((all_share < high) | (high == SIZES[-1]))
        if inside.any():
            yield low, high, int(inside.sum()), float(all_hit[inside].mean())


def _write_errors(looked: list[Looked], images: Path, out: Path) -> None:
    tiles = []
    for one in looked:
        pairs = match(one.truth, one.found.boxes, 0.3)
        missed = np.delete(one.truth, [i for i, _ in pairs], axis=0)
        false = np.delete(one.found.boxes, [j for _, j in pairs], axis=0)
        picture = alter.read(str(images / one.name)) if len(missed) + len(false) else None
        if picture is not None:
            tiles.append(sheet.boxed(picture, [(missed, sheet.RED), (false, sheet.BLUE)]))
    sheet.write(tiles, out)
