"""Names propagated from the faces that people named to those that look alike.

Every unnamed face is compared with the centroids of every character: the means of the faces that a
person named in one cluster. The mean cosine is what average linkage joins clusters by
(``clustering``). It becomes a probability as a bundle's logits do (``decision``), with the
embedder's calibration, which was fitted on characters it never saw (docs/unknowns.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import (
    Calibration,
    ManyVerdicts,
    Reals,
    judge_alike,
    probabilities,
)
from eyecatch.core.identity.prototypes import SCALE

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Pairs = Iterable[tuple[int, int]]

IMPOSSIBLE = -1e3
"""The logit of a character that a face can't be."""


ONE_THREAD = 2**18
"""Multiplications that OpenBLAS does in one thread. With more it starts one a core, which wait for
each other without rest: on a busy machine that takes far more CPU than the work."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceEmbeddings:
    """The faces of a series, as arrays of n.

    Attributes:
        ids: int64, of the faces.
        tracks: int64, ids of their tracks.
        episodes: int64, ids of their episodes.
        shots: int64, ids of their shots.
        starts, stops: int64, frames of their tracks, half-open.
        clusters: int64, ids of their clusters; 0 for none yet.
        characters: int64, ids of the characters that a person gave; 0 for none.
        by_person: bool, whether a person named the face, or said that it is nobody.
        vectors: float32 (n, d), of unit length, or zero where a track has no usable crop.
    """

    ids: Places
    tracks: Places
    episodes: Places
    shots: Places
    starts: Places
    stops: Places
    clusters: Places
    characters: Places
    by_person: Flags
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.ids)

    def at_once(self) -> Places:
        """int64 (p, 2): indices of two faces whose tracks have a frame in common."""
        order = np.lexsort([self.starts, self.shots])
        shots, starts, stops = self.shots[order], self.starts[order], self.stops[order]
        pairs = [np.empty((0, 2), np.int64)]
        # Of the faces of a shot, by start, those that begin before one ends follow it in a row.
        first = np.arange(len(order))
        for step in range(1, len(order)):
            first = first[first + step < len(order)]
            later = first + step
            both = (shots[later] == shots[first]) & (starts[later] < stops[first])
            first = first[both]
            if not len(first):
                break
            pairs.append(np.stack([order[first], order[first + step]], axis=1))
        return np.concatenate(pairs)


@dataclass(frozen=True, slots=True, eq=False)
class ClassCentroids:
    """The centroids of named characters; a character has one for each cluster it was named in.

    Attributes:
        means: float32 (f, d): of the unit embeddings of each centroid's faces; not of unit length.
        owners: int64 (f,): whose each is, as an index into ``names``; every name has one.
        names: of the characters; None is nobody, for faces that people set aside.
    """

    means: Vectors
    owners: Places
    names: tuple[str | None, ...]

    def cosines(self, vectors: Vectors, rows: Places | None = None) -> Reals:
        """The cosine with the nearest centroid of each name: float64 (n, c).

        Args:
            vectors: float32 (m, d).
            rows: int64 (n,), which of them; None for all.
        """
        rows = np.arange(len(vectors)) if rows is None else rows
        order = np.argsort(self.owners, kind="stable")
        means = self.means[order].T.astype(np.float64)
        cosines = np.empty((len(rows), means.shape[1]))
        step = max(1, ONE_THREAD // max(1, means.size))
        for first in range(0, len(rows), step):
            some = slice(first, first + step)
            cosines[some] = vectors[rows[some]].astype(np.float64) @ means
        _, firsts = np.unique(self.owners[order], return_index=True)
        return np.asarray(np.maximum.reduceat(cosines, firsts, axis=1))


def class_centroids(
    vectors: Vectors, groups: Places, owners: Places, names: Sequence[str | None]
) -> ClassCentroids:
    """The centroids of named faces.

    Args:
        vectors: float32 (n, d) of unit length, of faces that people named.
        groups: int64 (n,): the cluster of each; a character has a centroid for each cluster.
        owners: int64 (n,): whose each is, as an index into ``names``.
        names: of the characters; None is nobody.
    """
    pairs = np.stack([owners, groups], axis=1)
    kinds, which = np.unique(pairs, axis=0, return_inverse=True)
    sums = np.zeros((len(kinds), vectors.shape[1]), np.float32)
    np.add.at(sums, which.reshape(-1), vectors)
    counts = np.bincount(which.reshape(-1), minlength=len(kinds)).astype(np.float32)
    return ClassCentroids(sums / counts[:, None], kinds[:, 0], tuple(names))


def propagate(
    cosines: Reals,
    names: tuple[str | None, ...],
    never: Flags,
    at_once: Places,
    calibration: Calibration,
) -> ManyVerdicts:
    """Who faces are, by the centroids of those that people named.

    Args:
        cosines: float64 (n, c), of faces nobody named with ``names``; see ``ClassCentroids``.
        names: of the characters; None is nobody.
        never: bool (n, c): characters that a face is not.
        at_once: int64 (p, 2): faces that are on screen at once, and so not one character. The less
            sure of two that would be is somebody else.
        calibration: of the embedder.

    Returns:
        A verdict each.
    """
    logits = np.where(never, IMPOSSIBLE, SCALE * cosines).astype(np.float32)
    chances = probabilities(logits, calibration)
    told = judge_alike(chances, names, calibration.thresholds)
    one, other = at_once.T
    while True:
        twice = (told.best[one] >= 0) & (told.best[one] == told.best[other])
        if not twice.any():
            return told
        a, b = one[twice], other[twice]
        sure, unsure = told.confidence[a], told.confidence[b]
        # Of equally sure ones the later is somebody else.
        lesser = np.where((sure < unsure) | ((sure == unsure) & (a > b)), a, b)
        logits[lesser, told.best[lesser]] = IMPOSSIBLE
        rows = np.unique(lesser)
        chances[rows] = probabilities(logits[rows], calibration)
        told = judge_alike(chances, names, calibration.thresholds)


def centroids_of(faces: FaceEmbeddings, names: Mapping[int, str]) -> tuple[ClassCentroids, Places]:
    """The centroids of the characters that people named in a series.

    Args:
        faces: of the series; a person named one at least.
        names: of all characters, by id.

    Returns:
        The centroids, and int64 (c,) the id of each of their names; 0 is nobody.
    """
    named = np.flatnonzero(faces.by_person)
    ids, owners = np.unique(faces.characters[named], return_inverse=True)
    called = [names.get(number) for number in ids.tolist()]
    owners = owners.reshape(-1)
    return class_centroids(faces.vectors[named], faces.clusters[named], owners, called), ids


class Told(NamedTuple):
    """Who the faces of a series are that no person named.

    Attributes:
        places: int64 (r,), their indices in the faces of the series.
        cosines: float64 (r, c), as ``ClassCentroids`` has them.
        verdicts: one each.
    """

    places: Places
    cosines: Reals
    verdicts: ManyVerdicts


def propagate_names(  # noqa: PLR0913, PLR0917 - what is known of the faces
    faces: FaceEmbeddings,
    centroids: ClassCentroids,
    ids: Places,
    denied: Pairs,
    cannot_link: Pairs,
    calibration: Calibration,
) -> Told:
    """Who the faces are that no person named.

    Args:
        faces: of a series.
        centroids: of its characters, as ``centroids_of`` gives them.
        ids: of the centroids' names.
        denied: (face, character) that a person said it is not.
        cannot_link: clusters that a person separated: a face is nobody who is named in the other.
        calibration: of the embedder.

    """
    rest = np.flatnonzero(~faces.by_person)
    never = np.zeros((len(faces), len(ids)), bool)
    pairs = faces.at_once()
    _deny(never, faces, ids, denied)
    _separate(never, faces, ids, cannot_link)
    _part(never, faces, ids, pairs)
    at_once = _among(pairs, rest, len(faces))
    cosines = centroids.cosines(faces.vectors, rest)
    verdicts = propagate(cosines, centroids.names, never[rest], at_once, calibration)
    return Told(rest, cosines, verdicts)


def _deny(never: Flags, faces: FaceEmbeddings, ids: Places, denied: Pairs) -> None:
    """Mark the characters that a person said a face is not: in bool (n, c)."""
    columns = {number: column for column, number in enumerate(ids.tolist())}
    wrong = [(face, columns[who]) for face, who in denied if who in columns]
    if wrong:
        places = {face: place for place, face in enumerate(faces.ids.tolist())}
        for face, column in wrong:
            if face in places:
                never[places[face], column] = True


def _separate(never: Flags, faces: FaceEmbeddings, ids: Places, cannot_link: Pairs) -> None:
    """Mark the characters named in a cluster that a face's own is separated from."""
    named: dict[int, set[int]] = defaultdict(set)
    for place in np.flatnonzero(faces.characters).tolist():
        named[int(faces.clusters[place])].add(int(faces.characters[place]))
    others: dict[int, set[int]] = defaultdict(set)
    for a, b in cannot_link:
        others[a] |= named.get(b, set())
        others[b] |= named.get(a, set())
    for cluster, characters in others.items():
        if characters:
            never[np.ix_(faces.clusters == cluster, np.isin(ids, list(characters)))] = True


def _part(never: Flags, faces: FaceEmbeddings, ids: Places, pairs: Places) -> None:
    """Mark the characters that a person named in a face on screen at the same time."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[faces.characters[both[:, 1]] != 0]
    never[both[:, 0], np.searchsorted(ids, faces.characters[both[:, 1]])] = True


def _among(pairs: Places, rest: Places, count: int) -> Places:
    """The pairs of which both are in ``rest``, as indices into that."""
    index = np.full(count, -1)
    index[rest] = np.arange(len(rest))
    both = index[pairs]
    return np.asarray(both[(both >= 0).all(axis=1)], np.int64).reshape(-1, 2)
