"""Assigns new faces to clusters, old and new, episode by episode; pure functions of arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.clustering import TRACK_CLOSENESS, join
from eyecatch.core.identity.propagation import FaceEmbeddings
from eyecatch.db.records.scan import TrackVotes

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Pair = tuple[int, int]


def track_vector(vote: TrackVotes) -> Vectors:
    """A track's embedding, float32 (d,): the mean of its crops', weighted by quality, normalized.

    Zero where that mean is zero.
    """
    weights = vote.weights if vote.weights.any() else np.ones(len(vote.weights), np.float32)
    mean = weights @ vote.embeddings
    length = np.linalg.norm(mean)
    return np.asarray(mean / length if length > 1e-6 else np.zeros_like(mean), np.float32)


def group_new(
    faces: FaceEmbeddings,
    cannot_link: Iterable[Pair] = (),
    edited: Collection[int] = (),
    closeness: float = TRACK_CLOSENESS,
) -> tuple[Places, int]:
    """The cluster of each face, those included that are in none yet.

    Faces of an episode join each other and the clusters there are. Clusters that no person has
    edited or named may join too; the lower number stays.

    Args:
        faces: those of a series.
        cannot_link: clusters that a person separated.
        edited: clusters that a person merged or split: they get new faces, and stay themselves.
        closeness: mean cosine from which two clusters are one person.

    Returns:
        int64 (n,) numbers of clusters, new ones below 0 from -1 down; and how many of those.
    """
    owners = faces.clusters.copy()
    own_way = set(edited) | set(owners[faces.by_person].tolist()) - {0}
    clusters = _Clusters(faces, owners, cannot_link, own_way)
    pairs = faces.at_once()
    new = owners == 0
    for episode in np.unique(faces.episodes[new]):
        fresh = np.flatnonzero((faces.episodes == episode) & new)
        owners[fresh] = -1 - fresh
        here = pairs[faces.episodes[pairs[:, 0]] == episode]
        clusters.add(owners[fresh], faces.vectors[fresh], owners[here])
        clusters.join(closeness)
    return _numbered(np.array([clusters.now(owner) for owner in owners.tolist()], np.int64))


class _Clusters:
    """The clusters there are while episodes are added to them.

    Args:
        faces: the faces of a series.
        owners: int64 (n,) the cluster of each; 0 for none yet.
        cannot_link: clusters that never join.
        own_way: clusters that never join each other.
    """

    def __init__(
        self, faces: FaceEmbeddings, owners: Places, cannot_link: Iterable[Pair], own_way: set[int]
    ) -> None:
        there = np.flatnonzero(owners != 0)
        # People's clusters first, then old ones: the first of those that join stays.
        numbers = sorted(set(owners[there].tolist()), key=lambda n: (n not in own_way, n))
        places = {number: place for place, number in enumerate(numbers)}
        which = np.array([places[number] for number in owners[there].tolist()], np.int64)
        self._numbers, self._became = numbers, dict[int, int]()
        self._counts = np.bincount(which, minlength=len(numbers)).astype(np.float32)
        self._sums = np.zeros((len(numbers), faces.vectors.shape[1]), np.float32)
        np.add.at(self._sums, which, faces.vectors[there])
        both = owners[faces.at_once()]
        self._cannot_link = set(map(tuple, both[(both != 0).all(axis=1)].tolist()))
        self._cannot_link |= set(cannot_link) | set(
            combinations(sorted(own_way & places.keys()), 2)
        )

    def add(self, numbers: Places, vectors: Vectors, cannot_link: Places) -> None:
        """Faces as clusters of their own, and which are on screen at once."""
        self._numbers += numbers.tolist()
        self._counts = np.concatenate([self._counts, np.ones(len(numbers), np.float32)])
        self._sums = np.concatenate([self._sums, vectors])
        self._cannot_link |= {(self.now(a), self.now(b)) for a, b in cannot_link.tolist()}

    def join(self, closeness: float) -> None:
        """Put together what looks like one person."""
        places = {number: place for place, number in enumerate(self._numbers)}
        pairs = [
            (places[a], places[b]) for a, b in self._cannot_link if a in places and b in places
        ]
        cannot_link = np.array([pair for pair in pairs if pair[0] != pair[1]], np.int64).reshape(
            -1, 2
        )
        joined = join(self._sums / self._counts[:, None], self._counts, cannot_link, closeness)
        leaders = np.unique(joined, return_index=True)[1]
        for number, group in zip(self._numbers, joined.tolist(), strict=True):
            leader = self._numbers[leaders[group]]
            if leader != number:
                self._became[number] = leader
        sums, counts = np.zeros_like(self._sums), np.zeros_like(self._counts)
        np.add.at(sums, joined, self._sums)
        np.add.at(counts, joined, self._counts)
        self._numbers = [self._numbers[leader] for leader in leaders]
        self._sums, self._counts = sums[: len(leaders)], counts[: len(leaders)]
        self._cannot_link = {(self.now(a), self.now(b)) for a, b in self._cannot_link}

    def now(self, number: int) -> int:
        """The cluster that one has become."""
        while number in self._became:
            number = self._became[number]
        return number


def _numbered(owners: Places) -> tuple[Places, int]:
    """New clusters as -1, -2, … without gaps, in order of their first faces."""
    new = {number: None for number in owners.tolist() if number < 0}
    numbers = {number: -1 - place for place, number in enumerate(new)}
    return np.array([numbers.get(number, number) for number in owners.tolist()], np.int64), len(new)
