"""Clustering of face embeddings: which faces are one person, without labels.

Average linkage: clusters are joined, the two most alike first, as long as the mean cosine between
the faces of one and those of the other is high enough. The mean cosine of two clusters is the
product of their mean vectors, so no table of all pairs is needed. Two clusters that are joined are
never nearer to a third than the nearer of them was. So all pairs that are each other's nearest can
be joined at once (reciprocal nearest neighbours: de Rham 1980, Murtagh 1983), which gives the same
tree in a few rounds. Why not HDBSCAN: docs/decisions/0004-faces-grouped-by-average-linkage.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

Embed = Callable[[Sequence[bytes]], Vectors]
"""Crops as ``core.crops`` encodes them in, float32 (n, d) of unit length out."""

CLOSENESS = 0.45
"""Mean cosine from which two clusters are one person, with the embedder of the package: .4 finds a
few pairs more, of people it never saw too, and puts more wrong faces into a group
(``bench/grouping.py`` prints the table)."""

TRACK_CLOSENESS = 0.35
"""The same for tracks, each the mean of its crops, in the clusters of an index; chosen on shows
that the embedder never saw (``bench/unknowns.py`` prints the table)."""

ALONE = -1
"""The group of those that are like nobody else."""

BLOCK = 2048
"""Rows of the table of cosines that are held at once: 80 MB for ten thousand faces."""


def group(
    embeddings: Vectors, cannot_link: Iterable[tuple[int, int]] = (), closeness: float = CLOSENESS
) -> Places:
    """Group what looks like one person.

    Args:
        embeddings: float32 (n, d), of unit length: of faces, or of tracks.
        cannot_link: indices of two that are never one person, such as two on screen at once.
        closeness: mean cosine from which two clusters are joined.

    Returns:
        int64 (n,): the group of each, 0 the largest; ``ALONE`` for those without another.
    """
    pairs = np.array(list(cannot_link), np.int64).reshape(-1, 2)
    owners = _merge_identical(embeddings, pairs)
    counts = _summed(np.ones(len(embeddings), np.float32), owners)
    means = _summed(embeddings, owners) / counts[:, None]
    return _by_size(join(means, counts, owners[pairs], closeness)[owners])


def join(
    means: Vectors, counts: Vectors, cannot_link: Places, closeness: float = CLOSENESS
) -> Places:
    """Join clusters that look like one person; one of them may be a single face.

    Args:
        means: float32 (n, d): the mean of each cluster's unit embeddings.
        counts: float32 (n,): how many there are.
        cannot_link: int64 (p, 2): clusters that are never one person, nor what they are joined to.
        closeness: mean cosine from which two clusters are joined.

    Returns:
        int64 (n,): the new cluster of each, numbered by its first.
    """
    owners = np.arange(len(means))
    sums, counts = means * counts[:, None], counts.copy()
    while True:
        joined = _joined(sums / counts[:, None], np.unique(owners[cannot_link], axis=0), closeness)
        if joined is None:
            return owners
        owners = joined[owners]
        sums, counts = _summed(sums, joined), _summed(counts, joined)


def _merge_identical(embeddings: Vectors, cannot_link: Places) -> Places:
    """The first cluster (n,) of each face: identical embeddings share one.

    Not those in ``cannot_link``. Of a thousand identical embeddings only two would be each other's
    nearest, so joining them would take a thousand rounds.
    """
    owners = np.unique(embeddings, axis=0, return_inverse=True)[1].reshape(-1)
    places = np.arange(len(embeddings))
    owners = np.where(np.isin(places, cannot_link), len(places) + places, owners)
    return np.unique(owners, return_inverse=True)[1]


def _joined(means: Vectors, cannot_link: Places, closeness: float) -> Places | None:
    """The new cluster (m,) of each cluster, or None when there is nothing left to join."""
    nearest, cosines = _nearest(means, cannot_link)
    everyone = np.arange(len(means))
    near = cosines >= closeness
    if not near.any():
        return None
    mutual = near & (nearest[nearest] == everyone)
    # Rounding may hide from one of two that they are nearest; the very nearest always join.
    best = int(cosines.argmax())
    mutual[[best, nearest[best]]] = True
    nearest[nearest[best]] = best
    leaders = np.where(mutual, np.minimum(everyone, nearest), everyone)
    return np.unique(leaders, return_inverse=True)[1]


def _nearest(means: Vectors, cannot_link: Places) -> tuple[Places, Vectors]:
    """For each cluster the most alike one it may be joined with, and their mean cosine; (m,)."""
    nearest = np.zeros(len(means), np.int64)
    cosines = np.full(len(means), -np.inf, np.float32)
    pairs = np.concatenate([cannot_link, cannot_link[:, ::-1]])
    for start in range(0, len(means), BLOCK):
        table = means[start : start + BLOCK] @ means.T
        rows = np.arange(len(table))
        table[rows, start + rows] = -np.inf
        here = pairs[(pairs[:, 0] >= start) & (pairs[:, 0] < start + BLOCK)]
        table[here[:, 0] - start, here[:, 1]] = -np.inf
        nearest[start + rows] = table.argmax(axis=1)
        cosines[start + rows] = table.max(axis=1)
    return nearest, cosines


def _summed(values: Vectors, groups: Places) -> Vectors:
    sums = np.zeros((groups.max(initial=-1) + 1, *values.shape[1:]), np.float32)
    np.add.at(sums, groups, values)
    return sums


def _by_size(owners: Places) -> Places:
    """Groups numbered by size, then by their first; those of one become ``ALONE``."""
    _, firsts, groups, sizes = np.unique(
        owners, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort([firsts, -sizes])
    numbers = np.full(len(sizes), ALONE)
    several = order[sizes[order] > 1]
    numbers[several] = np.arange(len(several))
    return numbers[groups]
