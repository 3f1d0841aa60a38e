"""Clusters like a cluster, by the mean embeddings in the index."""

from __future__ import annotations

from eyecatch.db.records.review import ClusterRow
from eyecatch.jobs.review.state import AppState

MAX_COMPARED = 300
"""How many clusters are compared; those that are on screen longest."""

MIN_COSINE, MAX_SIMILAR = 0.3, 6
"""Of the similar clusters shown: least cosine of their means, and how many at most."""


def similar_clusters(room: AppState, row: ClusterRow) -> list[tuple[ClusterRow, float]]:
    """The clusters most similar to one, with the cosine of their means; no cannot-link pairs."""
    parted = {
        number for pair in room.index.clusters.cannot_link() if row.id in pair for number in pair
    }
    others = {
        one.id: one
        for one in room.index.clusters.waiting(count=MAX_COMPARED)
        if one.series_id == row.series_id and one.id not in parted | {row.id}
    }
    centres = room.index.clusters.centres([row.id, *others])
    mine = centres.get(row.id)
    if mine is None:
        return []
    near = [
        (others[number], float(mine @ centre))
        for number, centre in centres.items()
        if number in others and len(centre) == len(mine)
    ]
    best = sorted(near, key=lambda one: (-one[1], one[0].id))[:MAX_SIMILAR]
    return [(one, cosine) for one, cosine in best if cosine >= MIN_COSINE]
