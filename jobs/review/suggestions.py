"""Likely names of a cluster, and clusters like it, from the mean embeddings in the index."""

from __future__ import annotations

import numpy as np

from eyecatch.core.identity.decision import probabilities
from eyecatch.db.records.review import ClusterRow
from eyecatch.jobs.review.state import AppState

MAX_NAMES = 3
"""Names that are suggested for a cluster."""

MIN_CHANCE = 0.02
"""Probability below which a name is not suggested."""

MAX_COMPARED = 300
"""How many clusters are compared; those that are on screen longest."""

MIN_COSINE, MAX_SIMILAR = 0.3, 6
"""Of the similar clusters shown: least cosine of their means, and how many at most."""


def likely_names(room: AppState, rows: list[ClusterRow]) -> dict[int, list[tuple[str, float]]]:
    """Likely characters of each cluster, by its number: (name, probability), best first."""
    centres = room.index.clusters.centres([row.id for row in rows])
    guesses: dict[int, list[tuple[str, float]]] = {row.id: [] for row in rows}
    for row in rows:
        centroids, centre = room.pipeline.centroids.get(row.series_id), centres.get(row.id)
        if centroids is None or centre is None or len(centre) != centroids.means.shape[1]:
            continue
        length = max(float(np.linalg.norm(centre)), 1e-6)
        chances = probabilities(centroids.logits(centre[None] / length), room.pipeline.calibration)[
            0
        ]
        best = [
            (name, float(chance))
            for chance, name in zip(chances, centroids.names, strict=True)
            if name is not None and chance >= MIN_CHANCE
        ]
        guesses[row.id] = sorted(best, key=lambda one: (-one[1], one[0]))[:MAX_NAMES]
    return guesses


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
