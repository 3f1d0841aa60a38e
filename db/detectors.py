"""Detectors that learned a series: kept with its index, so that they go where it goes."""

from __future__ import annotations

import time

from sqlalchemy import ColumnElement, delete, insert, select

from eyecatch.db.connection.session import ROWS, Repository
from eyecatch.db.episodes import series_id
from eyecatch.db.models import AdaptedDetector, Series
from eyecatch.db.records.scan import KeptDetector


class Detectors(Repository):
    """Detectors that learned a series, one of each; and one of the episodes of no series."""

    def of_series(self, name: str | None) -> KeptDetector | None:
        """The one of a series, or of no series; None if it was never learned."""
        with self._session.reading() as connection:
            query = select(AdaptedDetector.digest, AdaptedDetector.content, AdaptedDetector.reason)
            row = connection.execute(query.where(_of(name))).first()
            return None if row is None else KeptDetector(*row)

    def keep(self, name: str | None, detector: KeptDetector) -> None:
        """Keep what was learned of a series, in the place of what was learned before.

        Args:
            name: of the series, added where it is new; None for episodes of no series.
            detector: it, or why there is none.
        """
        with self._session.writing(ROWS) as connection:
            connection.execute(delete(AdaptedDetector).where(_of(name)))
            values = {
                "series_id": None if name is None else series_id(connection, name),
                "digest": detector.digest,
                "content": detector.content,
                "reason": detector.reason,
                "made_ms": time.time_ns() // 1_000_000,
            }
            connection.execute(insert(AdaptedDetector).values(values))


def _of(name: str | None) -> ColumnElement[bool]:
    if name is None:
        return AdaptedDetector.series_id.is_(None)
    return AdaptedDetector.series_id.in_(select(Series.id).where(Series.name == name))
