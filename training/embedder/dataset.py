"""The faces that the embedder learns to tell apart: of as many people as there are data of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.folders import files_below
from eyecatch.core.images import is_image, read_image
from eyecatch.training.annotations import by_image, read_boxes
from eyecatch.training.dataset import NOBODY
from eyecatch.training.embedder.augment import resize
from eyecatch.training.embedder.invented import invent_people
from eyecatch.training.study.dataset import kept_for_measuring

Pictures = npt.NDArray[np.uint8]

INVENTED_EACH = 6
"""Pictures of each invented person."""

LEAST_SIDE = 40
"""Pixels of a side of a nameless face at least: smaller ones look like anybody."""


@dataclass(frozen=True, slots=True)
class Identities:
    """Faces of many people.

    Attributes:
        names: of the people, ``source/name``.
        pictures: uint8 (n, CROP_SIZE, CROP_SIZE, 3) BGR.
        labels: int64 (n,), indices into ``names``.
    """

    names: tuple[str, ...]
    pictures: Pictures
    labels: npt.NDArray[np.int64]

    def sized(self, size: int) -> Pictures:
        """All pictures in the size of the network, uint8 (n, size, size, 3)."""
        return np.stack([resize(picture, size) for picture in self.pictures])

    def only(self, chosen: npt.NDArray[np.bool_]) -> Identities:
        """The people of a mask (bool, one a name), with new labels."""
        index = np.cumsum(chosen) - 1
        kept = chosen[self.labels]
        names = tuple(n for n, keep in zip(self.names, chosen, strict=True) if keep)
        return Identities(names, self.pictures[kept], index[self.labels[kept]])

    def thinned(self, most: int) -> Identities:
        """With so many pictures of each person at most, evenly from all of theirs."""
        chosen = []
        for person in range(len(self.names)):
            mine = np.flatnonzero(self.labels == person)
            chosen += mine[np.unique(np.linspace(0, len(mine) - 1, most).astype(int))].tolist()
        return Identities(self.names, self.pictures[chosen], self.labels[chosen])


def read_identities(data: Path, invented: int = 0) -> Identities:
    """Reads ``faces/train``, ``identities``, ``shows`` and ``detection/anime_pseudo``.

    Pictures that ``training.study`` measures with are left out. Of ``anime_pseudo`` nobody knows
    who is who: each face is taken for a person of its own.

    Args:
        data: the folder that docs/training.md describes; ``anime_pseudo`` may be missing.
        invented: how many people are drawn beside them.

    Returns:
        The people, called ``faces/train/<name>``, ``identities/<source>/<name>``,
        ``shows/<show>/<name>``, ``pseudo/<number>`` and ``invented/<number>``.
    """
    kept = kept_for_measuring(data / "faces", data / "identities")
    faces: dict[str, list[Pictures]] = defaultdict(list)
    for folder in ("faces/train", "identities"):
        found = files_below(data / folder, bool, ours=True)
        for path in sorted(p for p in found if is_image(p) and p not in kept):
            name = path.parent.relative_to(data / folder).as_posix()
            faces[f"{folder}/{name}"].append(crops.resize(read_image(path)))
    for show in sorted((data / "shows").iterdir()):
        for name, crop in _named_faces(show):
            faces[f"shows/{show.name}/{name}"].append(crop)
    for number, crop in enumerate(_nameless_faces(data / "detection" / "anime_pseudo")):
        faces[f"pseudo/{number}"].append(crop)
    for number, drawn in enumerate(invent_people(invented, INVENTED_EACH, seed=1)):
        faces[f"invented/{number}"] += list(drawn)
    labels = [k for k, some in enumerate(faces.values()) for _ in some]
    pictures = np.stack([one for some in faces.values() for one in some])
    return Identities(tuple(faces), pictures, np.array(labels))


def _nameless_faces(folder: Path) -> list[Pictures]:
    """A crop of each face that is large enough, of pictures in which nobody is named."""
    if not folder.is_dir():
        return []
    boxes = [b for b in read_boxes(folder / "boxes.csv") if min(b.box[2:]) >= LEAST_SIDE]
    return [
        crops.cut(picture, face.box)
        for image, faces in sorted(by_image(boxes).items())
        for picture in [read_image(folder / "images" / image)]
        for face in faces
    ]


def _named_faces(show: Path) -> list[tuple[str, Pictures]]:
    """Name and crop of each named face in a show's frames, cut as a scan cuts them."""
    named = (one for one in read_boxes(show / "boxes.csv", labels=True) if one.label != NOBODY)
    found = []
    for image, faces in sorted(by_image(named).items()):
        picture = read_image(show / "frames" / image)
        found += [(face.label, crops.cut(picture, face.box)) for face in faces]
    return found
