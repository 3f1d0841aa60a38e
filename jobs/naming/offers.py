"""What an index offers to a person: clusters and unsure names, with what speaks against each.

A doubt of None means that it is worth a click.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from eyecatch.core.identity.doubts import (
    MANY,
    NO_GUESSES,
    Doubt,
    FaceClarity,
    clarity_doubt,
    face_doubt,
    median_of,
)
from eyecatch.db.index import Index
from eyecatch.db.records.review import ClusterRow, FaceRow
from eyecatch.jobs.naming.pipeline import NamingPipeline

UNSEEN = FaceClarity(0.0, 0.0)
"""A face without a crop."""


class OfferCounts(NamedTuple):
    """How many clusters and unsure names are worth a click, and how many more wait."""

    clusters: int
    more_clusters: int
    unsure: int
    more_unsure: int


class Offers:
    """What of an index is worth asking a person about.

    How clearly a face, or those of a cluster, are seen is asked of the index once for each state of
    it: every page counts what is offered.

    Args:
        index: the index.
        pipeline: by which names follow: its last ``propagate`` said whom faces look like.
    """

    def __init__(self, index: Index, pipeline: NamingPipeline) -> None:
        self._index = index
        self._pipeline = pipeline
        self._clear: dict[ClusterRow, Doubt | None] = {}
        self._seen: dict[FaceRow, FaceClarity] = {}
        self._medians: dict[int | None, FaceClarity] = {}

    def clusters(self) -> list[tuple[ClusterRow, Doubt | None]]:
        """The clusters in which faces wait, the longest on screen first."""
        rows = self._index.clusters.waiting()
        few = self._few([row for row in rows if row.faces <= MANY and not row.edited])
        guesses = self._pipeline.guesses
        aside = {cluster for one in guesses.values() for cluster in one.aside}
        return [
            (row, few.get(row) or (Doubt.SET_ASIDE if row in few and row.id in aside else None))
            for row in rows
        ]

    def unsure(self) -> list[tuple[FaceRow, Doubt | None]]:
        """Faces whose name is unsure, the most informative to label first."""
        faces = self._index.faces.unsure()
        seen = self._clarity(faces)
        far = {face for guesses in self._pipeline.guesses.values() for face in guesses.far}
        offers: list[tuple[FaceRow, Doubt | None]] = []
        for face in faces:
            clarity = seen[face]
            unclear = face_doubt([clarity], self._median(clarity.series_id))
            offers.append((face, Doubt.UNLIKE if face.id in far else unclear))
        return offers

    def counts(self) -> OfferCounts:
        """How much there is."""
        clusters = [doubt is None for _, doubt in self.clusters()]
        unsure = [doubt is None for _, doubt in self.unsure()]
        return OfferCounts(
            sum(clusters), len(clusters) - sum(clusters), sum(unsure), len(unsure) - sum(unsure)
        )

    def names(self, row: ClusterRow) -> Sequence[tuple[str, float]]:
        """Names worth suggesting for a cluster, with their chance, best first."""
        return self._pipeline.guesses.get(row.series_id, NO_GUESSES).names.get(row.id, ())

    def _few(self, rows: Sequence[ClusterRow]) -> dict[ClusterRow, Doubt | None]:
        """What speaks against clusters of few faces by how clearly these are seen."""
        known = {row: self._clear[row] for row in rows if row in self._clear}
        new = [row for row in rows if row not in known]
        faces = self._index.clarity.of_clusters([row.id for row in new])
        for row in new:
            seen = faces.get(row.id, [UNSEEN] * row.faces)
            known[row] = clarity_doubt(seen, self._median(row.series_id))
        self._clear = known
        return known

    def _clarity(self, faces: Sequence[FaceRow]) -> Mapping[FaceRow, FaceClarity]:
        """How clearly faces are seen."""
        known = {face: self._seen[face] for face in faces if face in self._seen}
        new = [face for face in faces if face not in known]
        seen = self._index.clarity.of_faces([face.id for face in new])
        self._seen = known | {face: seen.get(face.id, UNSEEN) for face in new}
        return self._seen

    def _median(self, series_id: int | None) -> FaceClarity:
        if series_id not in self._medians:
            sample = self._index.clarity.sample(series_id)
            if not sample:  # an index that is being made
                return median_of(sample)
            self._medians[series_id] = median_of(sample)
        return self._medians[series_id]
