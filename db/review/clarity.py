"""How well faces can be seen: quality and score of their best crops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from more_itertools import batched
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection

from eyecatch.core.identity.doubts import FaceClarity
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import Repository
from eyecatch.db.models import Crop, Episode, Face, Frame, Track, Tracklet
from eyecatch.db.review.faces import WAITING
from eyecatch.db.tallies import SECONDS

SAMPLE = 1000
"""Faces by which those of a whole series are judged, evenly over it."""


class Clarity(Repository):
    """How well faces can be seen."""

    def of_faces(self, face_ids: Sequence[int]) -> dict[int, FaceClarity]:
        """Faces by their numbers; those without a crop are left out."""
        with self._session.reading() as connection:
            found: dict[int, FaceClarity] = {}
            for batch in batched(face_ids, BATCH):
                rows = connection.execute(_select().where(Face.id.in_(batch)))
                found |= {face: clarity for face, _, clarity in map(_row, rows)}
            return found

    def of_clusters(self, cluster_ids: Sequence[int]) -> dict[int, list[FaceClarity]]:
        """The faces that wait in clusters, by these clusters' numbers."""
        with self._session.reading() as connection:
            found: dict[int, list[FaceClarity]] = defaultdict(list)
            for batch in batched(cluster_ids, BATCH):
                query = _select().where(Face.cluster_id.in_(batch), WAITING)
                for _, cluster, clarity in map(_row, connection.execute(query)):
                    found[cluster].append(clarity)
            return found

    def sample(self, series_id: int | None) -> list[FaceClarity]:
        """Some faces of a series, evenly over it, named ones too."""
        with self._session.reading() as connection:
            ids = _face_ids(connection, series_id)
        return list(self.of_faces(ids[:: max(1, len(ids) // SAMPLE)]).values())


def _face_ids(connection: Connection, series_id: int | None) -> Sequence[int]:
    return connection.scalars(
        select(Face.id)
        .join(Episode, Episode.id == Face.episode_id)
        .where(Episode.series_id.is_not_distinct_from(series_id), Face.track_id.is_not(None))
        .order_by(Face.id)
    ).all()


def _select() -> Select[*tuple[Any, ...]]:
    best = (Crop.tracklet_id == Tracklet.id) & (Crop.rank == 0)
    return (
        select(
            Face.id,
            Face.cluster_id,
            func.max(Crop.quality),
            func.max(Frame.score),
            SECONDS,
            func.max(Tracklet.missed_face_id),
            Episode.series_id,
        )
        .select_from(Face)
        .join(Track, Track.id == Face.track_id)
        .join(Episode, Episode.id == Face.episode_id)
        .join(Tracklet, Tracklet.track_id == Track.id)
        .join(Crop, best)
        .join(Frame, (Frame.tracklet_id == Tracklet.id) & (Frame.frame == Crop.frame))
        .group_by(Face.id, Face.cluster_id, Track.id, Episode.id)
    )


def _row(row: Any) -> tuple[int, int, FaceClarity]:  # noqa: ANN401 - columns
    face, cluster, quality, score, seconds, missed, series = row
    drawn = missed is not None
    return face, cluster, FaceClarity(quality, score / 1000, float(seconds), drawn, series)
