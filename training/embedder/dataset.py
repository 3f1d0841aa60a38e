"""The faces that the embedder learns to tell apart: as many people as there are to be had."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.images import is_image, read_image
from eyecatch.training.embedder import augment as alter
from eyecatch.training.study.dataset import kept_for_measuring

Pictures = npt.NDArray[np.uint8]

_NOBODY: Final = "unknown"


@dataclass(frozen=True, slots=True)
class People:
    """Faces of many people.

    Attributes:
        names: of the people, ``source/name``.
        pictures: uint8 (n, CROP_SIZE, CROP_SIZE, 3) BGR.
        labels: int64 (n,), places in ``names``.
    """

    names: tuple[str, ...]
    pictures: Pictures
    labels: npt.NDArray[np.int64]

    def sized(self, size: int) -> Pictures:
        """All pictures as the network takes them, uint8 (n, size, size, 3)."""
        return np.stack([alter.resized(picture, size) for picture in self.pictures])

    def only(self, chosen: npt.NDArray[np.bool_]) -> People:
        """Some of the people (bool, one a name), numbered anew."""
        place = np.cumsum(chosen) - 1
        kept = chosen[self.labels]
        names = tuple(n for n, keep in zip(self.names, chosen, strict=True) if keep)
        return People(names, self.pictures[kept], place[self.labels[kept]])


def read_people(data: Path) -> People:
    """Everybody in ``faces/train``, ``identities`` and the frames of ``shows``.

    But for the pictures that the road map measures with.
    """
    kept = kept_for_measuring(data / "faces", data / "identities")
    faces: dict[str, list[Pictures]] = defaultdict(list)
    for folder in ("faces/train", "identities"):
        for path in sorted(p for p in (data / folder).rglob("*") if is_image(p) and p not in kept):
            name = path.parent.relative_to(data / folder).as_posix()
            faces[f"{folder}/{name}"].append(crops.resize(read_image(path)))
    for show in sorted((data / "shows").iterdir()):
        for name, crop in _boxed(show):
            faces[f"{show.name}/{name}"].append(crop)
    labels = [k for k, some in enumerate(faces.values()) for _ in some]
    pictures = np.stack([one for some in faces.values() for one in some])
    return People(tuple(faces), pictures, np.array(labels))


def _boxed(show: Path) -> list[tuple[str, Pictures]]:
    """The named faces of a show's frames, cut as the program cuts them."""
    boxes = defaultdict(list)
    with (show / "boxes.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            if row["label"] != _NOBODY:
                box = [float(row[side]) for side in ("x", "y", "w", "h")]
                boxes[row["image"]].append((row["label"], box))
    found = []
    for image, faces in sorted(boxes.items()):
        picture = read_image(show / "frames" / image)
        found += [(name, crops.cut(picture, box)) for name, box in faces]
    return found
