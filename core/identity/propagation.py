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

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, Reals, Verdict, judge, probabilities
from eyecatch.core.identity.prototypes import SCALE

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Pairs = Iterable[tuple[int, int]]

IMPOSSIBLE = -1e3
"""The logit of a character that a face can't be."""


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
        pairs: list[tuple[int, int]] = []
        for k, i in enumerate(order):
            for j in order[k + 1 :]:
                if self.shots[j] != self.shots[i] or self.starts[j] >= self.stops[i]:
                    break
                pairs.append((int(i), int(j)))
        return np.array(pairs, np.int64).reshape(-1, 2)


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

    def logits(self, vectors: Vectors) -> Reals:
        """``SCALE`` times the cosine with the nearest centroid of each name: float64 (n, c)."""
        cosines = vectors.astype(np.float64) @ self.means.T.astype(np.float64)
        nearest = np.full((len(vectors), len(self.names)), -np.inf)
        for centroid, owner in enumerate(self.owners):
            nearest[:, owner] = np.maximum(nearest[:, owner], cosines[:, centroid])
        return SCALE * nearest


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
    vectors: Vectors,
    centroids: ClassCentroids,
    never: Flags,
    at_once: Places,
    calibration: Calibration,
) -> list[Verdict]:
    """Who faces are, by the centroids of those that people named.

    Args:
        vectors: float32 (n, d) of unit length, or zero, of faces nobody named.
        centroids: of the faces that people named.
        never: bool (n, c): characters that a face is not.
        at_once: int64 (p, 2): faces that are on screen at once, and so not one character. The less
            sure of two that would be is somebody else.
        calibration: of the embedder.

    Returns:
        A verdict each.
    """
    logits = np.where(never, IMPOSSIBLE, centroids.logits(vectors)).astype(np.float32)
    while True:
        chances = probabilities(logits, calibration)
        thresholds = [calibration.thresholds] * len(centroids.names)
        verdicts = [judge(row, centroids.names, thresholds) for row in chances]
        twice = [
            (i, j)
            for i, j in at_once.tolist()
            if verdicts[i].character is not None and verdicts[i].character == verdicts[j].character
        ]
        if not twice:
            return verdicts
        for i, j in twice:
            lesser = min((verdicts[i].confidence, -i, i), (verdicts[j].confidence, -j, j))[2]
            logits[lesser, centroids.names.index(verdicts[lesser].character)] = IMPOSSIBLE


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


def propagate_names(  # noqa: PLR0913, PLR0917 - what is known of the faces
    faces: FaceEmbeddings,
    centroids: ClassCentroids,
    ids: Places,
    denied: Pairs,
    cannot_link: Pairs,
    calibration: Calibration,
) -> dict[int, tuple[Verdict, int | None]]:
    """A verdict for each track that no person decided, with the character's id.

    Args:
        faces: of a series.
        centroids: of its characters, as ``centroids_of`` gives them.
        ids: of the centroids' names.
        denied: (face, character) that a person said it is not.
        cannot_link: clusters that a person separated: a face is nobody who is named in the other.
        calibration: of the embedder.
    """
    rest = np.flatnonzero(~faces.by_person)
    never = _denied(faces, rest, ids, denied) | _separated(faces, rest, ids, cannot_link)
    never |= _seen_beside(faces, rest, ids)
    at_once = _among(faces.at_once(), rest, len(faces))
    verdicts = propagate(faces.vectors[rest], centroids, never, at_once, calibration)
    by_name = {name: int(one) for name, one in zip(centroids.names, ids, strict=True) if name}
    return {
        int(faces.tracks[face]): (verdict, by_name.get(verdict.character or ""))
        for face, verdict in zip(rest, verdicts, strict=True)
    }


def _denied(faces: FaceEmbeddings, rest: Places, ids: Places, denied: Pairs) -> Flags:
    """Characters that a person said a face is not: bool (rest, c)."""
    by_face: dict[int, list[int]] = defaultdict(list)
    for face, character in denied:
        by_face[face].append(character)
    return np.array(
        [np.isin(ids, by_face.get(face, [])) for face in faces.ids[rest].tolist()], bool
    ).reshape(len(rest), len(ids))


def _separated(faces: FaceEmbeddings, rest: Places, ids: Places, cannot_link: Pairs) -> Flags:
    """Characters named in a cluster that a face's own is separated from: bool (rest, c)."""
    named: dict[int, set[int]] = defaultdict(set)
    for cluster, character in zip(faces.clusters.tolist(), faces.characters.tolist(), strict=True):
        if character:
            named[cluster].add(character)
    others: dict[int, set[int]] = defaultdict(set)
    for a, b in cannot_link:
        others[a] |= named.get(b, set())
        others[b] |= named.get(a, set())
    own = faces.clusters[rest].tolist()
    return np.array([np.isin(ids, list(others.get(cluster, ()))) for cluster in own], bool).reshape(
        len(rest), len(ids)
    )


def _seen_beside(faces: FaceEmbeddings, rest: Places, ids: Places) -> Flags:
    """Characters that a person named in a face on screen at the same time: bool (rest, c)."""
    index = np.full(len(faces), -1)
    index[rest] = np.arange(len(rest))
    never = np.zeros((len(rest), len(ids)), bool)
    pairs = faces.at_once()
    for a, b in np.concatenate([pairs, pairs[:, ::-1]]).tolist():
        if index[a] >= 0 and faces.characters[b]:
            never[index[a], np.searchsorted(ids, faces.characters[b])] = True
    return never


def _among(pairs: Places, rest: Places, count: int) -> Places:
    """The pairs of which both are in ``rest``, as indices into that."""
    index = np.full(count, -1)
    index[rest] = np.arange(len(rest))
    both = index[pairs]
    return np.asarray(both[(both >= 0).all(axis=1)], np.int64).reshape(-1, 2)
