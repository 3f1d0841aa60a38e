"""Labelled pictures for the detector: read once, kept small, in memory."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.training.detector import augment as alter

Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One picture and what is known of its faces.

    Attributes:
        name: the file's path in its folder.
        picture: uint8 (h, w, 3) BGR.
        boxes: float32 (n, 4): x, y, w, h of its faces, in pixels of ``picture``.
        unsure: float32 (m, 4): places that may be faces; nothing is learned there.
        factor: by how much the file was scaled to give ``picture``.
    """

    name: str
    picture: alter.Picture
    boxes: Boxes
    unsure: Boxes
    factor: float = 1.0


def read_boxes(table: Path) -> dict[str, list[tuple[float, ...]]]:
    """Rows of ``image,x,y,w,h[,score]`` by image, as x, y, w, h, score."""
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    with table.open(newline="") as lines:
        for row in csv.DictReader(lines):
            values = [float(row[column]) for column in ("x", "y", "w", "h")]
            found[row["image"]].append((*values, float(row.get("score") or 1)))
    return found


def load(
    images: Path, table: Path, longest: int, sure: float = 0.0, maybe: float = 0.0
) -> list[Labelled]:
    """The pictures of a folder with their boxes, each at most ``longest`` pixels long.

    Boxes with a score below ``sure`` are kept as unsure ones, those below ``maybe`` not at all.
    """
    return list(_load(images, sorted(images.iterdir()), read_boxes(table), longest, (sure, maybe)))


def load_listed(
    images: Path, table: Path, longest: int, sure: float = 0.0, maybe: float = 0.0
) -> list[Labelled]:
    """As ``load``, but the pictures that the table names, in folders of any depth."""
    rows = read_boxes(table)
    paths = [images / name for name in sorted(rows)]
    return list(_load(images, paths, rows, longest, (sure, maybe)))


def crops(folder: Path, most_each: int) -> list[Labelled]:
    """Pictures without boxes out of a folder of folders: the first few of each innermost one."""
    groups: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        groups[path.parent].append(path)
    paths = [path for group in groups.values() for path in group[:most_each]]
    return list(_load(folder, paths, {}, 1 << 16, (0.0, 0.0)))


def split(pictures: list[Labelled], every: int) -> tuple[list[Labelled], list[Labelled]]:
    """Pictures to learn from and each ``every``-th run of five, in order of names, to judge by.

    Neighbours in a folder may be alike, so runs are held out rather than single pictures.
    """
    held = [i // 5 % every == 0 for i in range(len(pictures))]
    learn = [p for p, out in zip(pictures, held, strict=True) if not out]
    return learn, [p for p, out in zip(pictures, held, strict=True) if out]


def _load(
    root: Path,
    paths: Iterable[Path],
    rows: dict[str, list[tuple[float, ...]]],
    longest: int,
    bounds: tuple[float, float],
) -> Iterable[Labelled]:
    for path in paths:
        picture = alter.read(str(path))
        if picture is not None:
            name = path.relative_to(root).as_posix()
            small, factor = alter.shrunk(picture, longest)
            boxes = np.array(rows.get(name, []), np.float32).reshape(-1, 5)
            score, boxes = boxes[:, 4], boxes[:, :4] * np.float32(factor)
            sure, maybe = score >= bounds[0], (score < bounds[0]) & (score >= bounds[1])
            yield Labelled(name, small, boxes[sure], boxes[maybe], factor)
