"""The characters of the road map, and which of their pictures are held out to measure with.

The training of the base embedder leaves those out too (``kept_for_measuring``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eyecatch.core.errors import RequestError
from eyecatch.core.images import is_image
from eyecatch.training.classifier.config import STUDY
from eyecatch.training.classifier.dataset import hold_out
from eyecatch.training.dataset import Faces, read_pictures
from eyecatch.training.near_duplicates import difference_hashes

MAX_CHARACTERS = 113
"""As many as the study's last network knew."""

HELD_OUT = 0.2
"""Share of the pictures of a character of IDENTITIES that is held out."""


@dataclass(frozen=True, slots=True)
class Person:
    """A character with pictures to train on and others to measure with."""

    name: str
    training: tuple[Path, ...]
    held_out: tuple[Path, ...]


def gather(faces: Path, identities: Path, max_characters: int) -> list[Person]:
    """The characters of both folders, those with the most pictures first.

    Args:
        faces: with ``train/<character>/`` and ``dev/<character>/``; they come before the others.
        identities: with ``<source>/<character>/``.
        max_characters: of both folders together.

    Raises:
        RequestError: a folder is missing.
    """
    known = [
        Person(place.name, _pictures(place), _pictures(faces / "dev" / place.name))
        for place in _folders(faces / "train")
    ]
    known.sort(key=lambda one: (-len(one.training), one.name))
    places = [place for source in _folders(identities) for place in _folders(source)]
    places.sort(key=lambda place: (-len(_pictures(place)), place.parent.name, place.name))
    for place in places:
        if len(known) >= max_characters:
            break
        person = _split(place)
        if person is not None:
            known.append(person)
    return known


def _split(place: Path) -> Person | None:
    """A character's pictures split, near duplicates together; None if they can't be."""
    pictures, _ = read_pictures(place)
    paths, crops = tuple(p for p, _ in pictures), tuple(c for _, c in pictures)
    if not crops:
        return None
    one = Faces((place.name,), crops, (0,) * len(crops), paths, ())
    held = hold_out(
        one, difference_hashes(crops), replace(STUDY, held_out=HELD_OUT, min_faces_to_hold_out=2)
    )
    if not held.any():
        return None
    chosen = np.array(paths, dtype=object)
    name = f"{place.name} ({place.parent.name})"
    return Person(name, tuple(chosen[~held]), tuple(chosen[held]))


def kept_for_measuring(faces: Path, identities: Path) -> set[Path]:
    """The held-out pictures of ``identities``, which no embedder may be trained on."""
    return {
        path
        for person in gather(faces, identities, MAX_CHARACTERS)
        for path in person.held_out
        if path.is_relative_to(identities)
    }


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RequestError(f"{folder} is no folder", "see docs/training.md for what is needed")
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(p for p in folder.glob("*") if p.is_file() and is_image(p)))
