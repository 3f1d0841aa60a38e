"""Whom a cluster may be, and which clusters look like it: from the mean looks the index keeps."""

from __future__ import annotations

import numpy as np

from eyecatch.core.identity.decision import probabilities
from eyecatch.db.records.review import ClusterRow
from eyecatch.jobs.review.state import AppState

MOST = 3
"""Names that are suggested."""

LEAST_CHANCE = 0.02
"""Below it a name is no suggestion."""

LOOKED_THROUGH = 300
"""Clusters, the longest on screen, that are compared."""

LEAST_COSINE, NEAREST = 0.3, 6
"""Of clusters that are shown as alike: mean cosine at least, and how many at most."""


def likely_names(room: AppState, rows: list[ClusterRow]) -> dict[int, list[tuple[str, float]]]:
    """The characters that each cluster may be, by its number, with their chances, best first."""
    looks = room.index.clusters.centres([row.id for row in rows])
    guesses: dict[int, list[tuple[str, float]]] = {row.id: [] for row in rows}
    for row in rows:
        centroids, look = room.pipeline.centroids.get(row.series_id), looks.get(row.id)
        if centroids is None or look is None or len(look) != centroids.means.shape[1]:
            continue
        length = max(float(np.linalg.norm(look)), 1e-6)
        chances = probabilities(centroids.logits(look[None] / length), room.pipeline.calibration)[0]
        best = [
            (name, float(chance))
            for chance, name in zip(chances, centroids.names, strict=True)
            if name is not None and chance >= LEAST_CHANCE
        ]
        guesses[row.id] = sorted(best, key=lambda one: (-one[1], one[0]))[:MOST]
    return guesses


def like(room: AppState, row: ClusterRow) -> list[tuple[ClusterRow, float]]:
    """The clusters that look most like one, with their mean cosine; not those kept apart of it."""
    parted = {
        number for pair in room.index.clusters.cannot_link() if row.id in pair for number in pair
    }
    others = {
        one.id: one
        for one in room.index.clusters.waiting(count=LOOKED_THROUGH)
        if one.series_id == row.series_id and one.id not in parted | {row.id}
    }
    looks = room.index.clusters.centres([row.id, *others])
    mine = looks.get(row.id)
    if mine is None:
        return []
    near = [
        (others[number], float(mine @ look))
        for number, look in looks.items()
        if number in others and len(look) == len(mine)
    ]
    best = sorted(near, key=lambda one: (-one[1], one[0].id))[:NEAREST]
    return [(one, cosine) for one, cosine in best if cosine >= LEAST_COSINE]
