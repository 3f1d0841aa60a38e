"""Labelled pictures for the detector: read once, shrunk, and held in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import MediaError
from eyecatch.core.folders import files_below
from eyecatch.core.images import read_content
from eyecatch.training.annotations import LabelledBox, by_image, read_boxes

Item = TypeVar("Item")
Boxes = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and what is known of its faces.

    Attributes:
        name: the file's path in its folder.
        picture: uint8 (h, w, 3) BGR.
        boxes: float32 (n, 4): x, y, w, h of its faces, in pixels of ``picture``.
        ignored: float32 (m, 4): boxes that may be faces; they count neither as faces nor as
            background.
        scale: by how much the file was scaled to give ``picture``.
    """

    name: str
    picture: Picture
    boxes: Boxes
    ignored: Boxes
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which boxes of a file are faces, by their scores.

    Attributes:
        sure: from this score on a box is a face.
        maybe: from this score on it is ignored; with a lower one it is background.
    """

    sure: float = 0.0
    maybe: float = 0.0


ALL: Final = Bounds()
"""Every box is a face."""


def load(images: Path, table: Path, max_side: int, bounds: Bounds = ALL) -> list[LabelledPicture]:
    """The pictures of a folder with the boxes of a file, see ``read_boxes``.

    Args:
        images: the folder.
        table: the box file.
        max_side: pixels of a picture's longer side; larger ones are shrunk.
        bounds: which boxes are faces.

    Raises:
        RequestError: the box file makes no sense.
    """
    boxes = by_image(read_boxes(table))
    return list(_load(images, sorted(images.iterdir()), boxes, max_side, bounds))


def load_listed(
    images: Path, table: Path, max_side: int, bounds: Bounds = ALL
) -> list[LabelledPicture]:
    """As ``load``, but the pictures that the box file names, in folders of any depth."""
    boxes = by_image(read_boxes(table))
    paths = [images / name for name in sorted(boxes)]
    return list(_load(images, paths, boxes, max_side, bounds))


def load_unlabelled(folder: Path, max_each: int) -> list[LabelledPicture]:
    """The first few pictures of each innermost folder below one, without boxes."""
    groups: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(files_below(folder, bool, ours=True)):
        groups[path.parent].append(path)
    paths = [path for group in groups.values() for path in group[:max_each]]
    return list(_load(folder, paths, {}, 1 << 16, ALL))


def split(pictures: Sequence[Item], every: int) -> tuple[list[Item], list[Item]]:
    """Pictures to train on, and each ``every``-th run of five, in order of names, to validate with.

    Neighbours in a folder may be near duplicates, so runs are held out rather than single pictures.
    """
    held = [i // 5 % every == 0 for i in range(len(pictures))]
    training = [p for p, out in zip(pictures, held, strict=True) if not out]
    return training, [p for p, out in zip(pictures, held, strict=True) if out]


def _load(
    root: Path,
    paths: Iterable[Path],
    boxes: Mapping[str, Sequence[LabelledBox]],
    max_side: int,
    bounds: Bounds,
) -> Iterator[LabelledPicture]:
    for path in paths:
        # Not core.images: the weights that ship were trained on what lies under transparency.
        try:
            content = np.frombuffer(read_content(path), np.uint8)
        except MediaError:  # the box file itself, and the like
            continue
        picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
        if picture is not None:
            name = path.relative_to(root).as_posix()
            small, scale = _shrink(np.asarray(picture, np.uint8), max_side)
            faces = boxes.get(name, ())
            scores = np.array([face.score for face in faces], np.float32)
            found = np.array([face.box for face in faces], np.float32).reshape(-1, 4)
            found *= np.float32(scale)
            sure = scores >= bounds.sure
            ignored = ~sure & (scores >= bounds.maybe)
            yield LabelledPicture(name, small, found[sure], found[ignored], scale)


def _shrink(picture: Picture, max_side: int) -> tuple[Picture, float]:
    """A picture whose longer side is at most ``max_side``, and by what it was scaled."""
    scale = min(1.0, max_side / max(picture.shape[:2]))
    if scale == 1.0:
        return picture, scale
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), scale
