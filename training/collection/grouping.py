"""Sorts faces of many sources into folders by clustering their embeddings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eyecatch.core.identity.clustering import ALONE, Embed, Vectors, group
from eyecatch.training.collection.store import FaceStore
from eyecatch.training.collection.types import ExtractedFaces, Face

UNGROUPED, ALL = "alone", "faces"
"""Folders of faces that fit into no group, and of all faces where none are grouped."""


def sort_faces(
    found: Sequence[ExtractedFaces], store: FaceStore, embed: Embed | None, max_each: int | None
) -> dict[str, int]:
    """Puts the new faces of sources into folders, one for each cluster.

    Args:
        found: the faces of each source.
        store: the collection.
        embed: from crops to embeddings; None puts all faces into one folder.
        max_each: faces of a group that are written, its best; None for all.

    Returns:
        How many faces went into each folder.
    """
    kept = store.drop_known([face for one in found for person in one.people for face in person])
    if not kept:
        return {}
    if embed is None:
        return {ALL: _put(store, ALL, kept, None)}
    people, cannot_link = _people(found, {face.key for face in kept})
    groups = group(_mean_embeddings(people, embed), cannot_link)
    counts: dict[str, int] = {}
    for number in range(int(groups.max(initial=ALONE)) + 1):
        faces = [face for k in np.flatnonzero(groups == number) for face in people[k]]
        folder = store.next_group(len(faces[:max_each]))
        counts[folder] = _put(store, folder, faces, max_each)
        store.put_sheet(folder, faces[:max_each])
    ungrouped = [face for k in np.flatnonzero(groups == ALONE) for face in people[k]]
    if ungrouped:
        counts[UNGROUPED] = _put(store, UNGROUPED, ungrouped, None)
    return counts


def _people(
    found: Sequence[ExtractedFaces], kept: set[object]
) -> tuple[list[list[Face]], list[tuple[int, int]]]:
    """The people of all sources with those faces, and pairs of indices that were seen at once."""
    people: list[list[Face]] = []
    cannot_link: list[tuple[int, int]] = []
    for one in found:
        numbers: dict[int, int] = {}
        for index, person in enumerate(one.people):
            faces = [face for face in person if face.key in kept]
            if faces:
                numbers[index] = len(people)
                people.append(faces)
        cannot_link += [
            (numbers[a], numbers[b]) for a, b in one.cannot_link if a in numbers and b in numbers
        ]
    return people, cannot_link


def _mean_embeddings(people: Sequence[Sequence[Face]], embed: Embed) -> Vectors:
    """A unit vector (n, d) for each person: the mean of their faces'."""
    vectors = embed([face.jpeg for faces in people for face in faces])
    starts = np.cumsum([0, *map(len, people)])[:-1]
    sums = np.add.reduceat(vectors, starts)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)


def _put(store: FaceStore, folder: str, faces: Sequence[Face], max_each: int | None) -> int:
    best = sorted(faces, key=lambda face: -face.quality)
    store.put(folder, best[:max_each], best[len(best[:max_each]) :])
    return len(best[:max_each])
