"""New faces into clusters, old and new, episode by episode; pure, from what the index keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.grouping import TRACK_CLOSENESS, join
from eyecatch.db.faces import Looks
from eyecatch.db.records import TrackVotes

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


def track_vector(vote: TrackVotes) -> Vectors:
    """How a track looks, float32 (d,): the mean of its crops, weighted by quality, of unit length.

    Zero where no crop tells anything.
    """
    weights = vote.weights if vote.weights.any() else np.ones(len(vote.weights), np.float32)
    mean = weights @ vote.embeddings
    length = np.linalg.norm(mean)
    return np.asarray(mean / length if length > 1e-6 else np.zeros_like(mean), np.float32)


def group_new(
    looks: Looks,
    parted: Iterable[tuple[int, int]] = (),
    touched: Collection[int] = (),
    closeness: float = TRACK_CLOSENESS,
) -> tuple[Places, int]:
    """The cluster of each face, those included that are in none yet.

    Faces of an episode join each other and the clusters there are. Clusters that no person has
    touched or named may join too; the lower number stays.

    Args:
        looks: the faces of a series.
        parted: clusters that a person separated.
        touched: clusters that a person merged or split: they get new faces, and stay themselves.
        closeness: mean cosine from which two clusters are one person.

    Returns:
        int64 (n,) numbers of clusters, new ones below 0 from -1 down; and how many of those.
    """
    owners = looks.clusters.copy()
    own_way = set(touched) | set(owners[looks.by_person].tolist()) - {0}
    at_once = looks.at_once()
    fresh = 0
    for episode in np.unique(looks.episodes[owners == 0]):
        new = np.flatnonzero((looks.episodes == episode) & (owners == 0))
        owners[new] = -1 - fresh - np.arange(len(new))
        fresh += len(new)
        there = np.flatnonzero(owners != 0)
        owners[there] = _joined(looks, owners, there, at_once, parted, own_way, closeness)
    return _numbered(owners)


def _joined(  # noqa: PLR0913, PLR0917 - one step of the above
    looks: Looks,
    owners: Places,
    there: Places,
    at_once: Places,
    parted: Iterable[tuple[int, int]],
    own_way: Collection[int],
    closeness: float,
) -> Places:
    """The clusters of the faces that are ``there`` after those most alike have joined."""
    # People's clusters first, then old ones: the number of the first one is what stays.
    numbers = sorted(set(owners[there].tolist()), key=lambda n: (n not in own_way, n < 0, abs(n)))
    places = {number: place for place, number in enumerate(numbers)}
    which = np.array([places[number] for number in owners[there].tolist()])
    counts = np.bincount(which, minlength=len(numbers)).astype(np.float32)
    sums = np.zeros((len(numbers), looks.vectors.shape[1]), np.float32)
    np.add.at(sums, which, looks.vectors[there])
    known = owners[at_once]
    both = known[(known != 0).all(axis=1)].tolist()
    apart = {(places[a], places[b]) for a, b in both if a != b}
    apart |= {(places[a], places[b]) for a, b in parted if a in places and b in places}
    mine = [places[number] for number in own_way if number in places]
    apart |= set(combinations(sorted(mine), 2))
    pairs = np.array(sorted(apart), np.int64).reshape(-1, 2)
    joined = join(sums / counts[:, None], counts, pairs, closeness)
    leaders: dict[int, int] = defaultdict(int)
    for place, group in enumerate(joined.tolist()):
        leaders.setdefault(group, numbers[place])
    return np.array([leaders[group] for group in joined[which].tolist()], np.int64)


def _numbered(owners: Places) -> tuple[Places, int]:
    """New clusters as -1, -2, … without gaps, in order of their first faces."""
    new = {number: None for number in owners.tolist() if number < 0}
    numbers = {number: -1 - place for place, number in enumerate(new)}
    return np.array([numbers.get(number, number) for number in owners.tolist()], np.int64), len(new)
