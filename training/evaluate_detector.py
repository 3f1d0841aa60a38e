"""How well a detector finds the faces that people boxed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect import alter, sheet
from eyecatch.core.detect.base import Detector, detect_at
from eyecatch.core.detect.registry import load
from eyecatch.core.errors import RequestError
from eyecatch.core.faces import Detections, iou
from eyecatch.core.scan.config import DetectorConfig
from eyecatch.training.detector.pictures import read_boxes

SIZES: Final = (0.0, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""Bounds of the sizes told apart: a face's height as a share of its picture's."""

_BATCH: Final = 16
"""Pictures looked at together; enough to fill a GPU's call, few enough to hold in memory."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One picture: the faces it has and those that were found, in its pixels."""

    name: str
    height: int
    truth: npt.NDArray[np.float32]
    found: Detections


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in 0..1 at one IoU.

    Attributes:
        least: the IoU from which a found box is a face.
        recall: faces found, of all.
        precision: found boxes that are faces, of all.
        average: average precision, the area under precision over recall.
        by_size: (lower bound, upper bound, faces, recall) for each of SIZES that has faces.
    """

    least: float
    recall: float
    precision: float
    average: float
    by_size: tuple[tuple[float, float, int, float], ...]


@dataclass(frozen=True, slots=True)
class DetectorReport:
    """A detector measured on a folder: figures at IoU .3 and .5, and how many it is over."""

    pictures: int
    faces: int
    figures: tuple[Figures, ...]


def evaluate_detector(
    detector: Detector | DetectorConfig, images: Path, boxes: Path, errors: Path | None = None
) -> DetectorReport:
    """Measure a detector on pictures whose faces are known.

    Args:
        detector: the one to measure, or which it is; what it finds counts, whatever the score.
        images: a folder of pictures; files that are no pictures are passed over.
        boxes: a CSV of ``image,x,y,w,h`` with a row a face; pictures without rows have none.
        errors: where to write a picture of what was missed (red) and falsely found (blue).

    Raises:
        RequestError: there is no such folder or file, or nothing in it.
    """
    if isinstance(detector, DetectorConfig):
        detector = load(detector)
    looked = list(look(detector, images, boxes))
    if errors is not None:
        _write_errors(looked, images, errors)
    faces = sum(len(one.truth) for one in looked)
    return DetectorReport(len(looked), faces, tuple(figures(looked, least) for least in (0.3, 0.5)))


def look(detector: Detector, images: Path, boxes: Path) -> Iterator[Looked]:
    """What a detector finds in each picture of a folder; arguments as for evaluate_detector."""
    if not images.is_dir():
        raise RequestError(f"{images} is no folder", "give a folder of pictures")
    if not boxes.is_file():
        raise RequestError(f"{boxes} is no file", "give a CSV of image,x,y,w,h")
    truth, paths = read_boxes(boxes), sorted(images.iterdir())
    if not paths:
        raise RequestError(f"{images} has no pictures", "give a folder of pictures")
    for start in range(0, len(paths), _BATCH):
        read = [(path.name, alter.read(str(path))) for path in paths[start : start + _BATCH]]
        batch = [(name, picture) for name, picture in read if picture is not None]
        found = detect_at(detector, [picture for _, picture in batch])
        for (name, picture), faces in zip(batch, found, strict=True):
            boxed = np.array([row[:4] for row in truth.get(name, [])], np.float32).reshape(-1, 4)
            yield Looked(name, picture.shape[0], boxed, faces)


def figures(looked: list[Looked], least: float) -> Figures:
    """Recall, precision and average precision where an IoU of ``least`` makes a face."""
    pairs = [match(one.truth, one.found.boxes, least) for one in looked]
    hits = sum(len(pair) for pair in pairs)
    faces = sum(len(one.truth) for one in looked)
    boxes = sum(len(one.found) for one in looked)
    return Figures(
        least,
        hits / faces if faces else float("nan"),
        hits / boxes if boxes else float("nan"),
        float(average_precision(looked, least)),
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
