"""Faces of many sources sorted into folders by look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eyecatch.core.identity.clustering import ALONE, Embed, Vectors, group
from eyecatch.training.collection.store import Places
from eyecatch.training.collection.types import Face, Looked

LONERS, ALL = "alone", "faces"
"""Folders of those that fit nowhere, and of everybody where none are grouped."""


def sort_faces(
    looked: Sequence[Looked], places: Places, embed: Embed | None, most: int | None
) -> dict[str, int]:
    """Put the new faces of sources into folders, one for each look.

    Args:
        looked: what was found in each source.
        places: the collection.
        embed: tells looks; None puts all faces into one folder.
        most: faces of a group that are written, its best; None for all.

    Returns:
        How many faces went into each folder.
    """
    kept = places.drop_known([face for one in looked for person in one.people for face in person])
    if not kept:
        return {}
    if embed is None:
        return {ALL: _put(places, ALL, kept, None)}
    people, apart = _people(looked, {face.key for face in kept})
    groups = group(_looks(people, embed), apart)
    counts: dict[str, int] = {}
    for number in range(int(groups.max(initial=ALONE)) + 1):
        faces = [face for k in np.flatnonzero(groups == number) for face in people[k]]
        folder = places.next_group(len(faces[:most]))
        counts[folder] = _put(places, folder, faces, most)
        places.put_sheet(folder, faces[:most])
    loners = [face for k in np.flatnonzero(groups == ALONE) for face in people[k]]
    if loners:
        counts[LONERS] = _put(places, LONERS, loners, None)
    return counts


def _people(
    looked: Sequence[Looked], kept: set[object]
) -> tuple[list[list[Face]], list[tuple[int, int]]]:
    """The people of all sources with those faces, and the places of two that were seen at once."""
    people: list[list[Face]] = []
    apart: list[tuple[int, int]] = []
    for one in looked:
        numbers: dict[int, int] = {}
        for place, person in enumerate(one.people):
            faces = [face for face in person if face.key in kept]
            if faces:
                numbers[place] = len(people)
                people.append(faces)
        apart += [(numbers[a], numbers[b]) for a, b in one.apart if a in numbers and b in numbers]
    return people, apart


def _looks(people: Sequence[Sequence[Face]], embed: Embed) -> Vectors:
    """A unit vector (n, d) for each person: the mean of their faces'."""
    vectors = embed([face.jpeg for faces in people for face in faces])
    starts = np.cumsum([0, *map(len, people)])[:-1]
    sums = np.add.reduceat(vectors, starts)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)


def _put(places: Places, folder: str, faces: Sequence[Face], most: int | None) -> int:
    best = sorted(faces, key=lambda face: -face.quality)
    places.put(folder, best[:most], best[len(best[:most]) :])
    return len(best[:most])
