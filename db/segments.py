"""The segments of episodes: what a search found, and what people set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from more_itertools import batched
from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import Episode, Segment
from eyecatch.db.models.base import MODEL, PENDING, PERSON
from eyecatch.db.records.answers import SegmentRow

_COLUMNS: Final = (
    Segment.id,
    Segment.episode_id,
    Segment.kind,
    Segment.start,
    Segment.stop,
    Segment.start_pts,
    Segment.stop_pts,
    Segment.confidence,
    Segment.decided_by,
    Segment.shared,
    Episode.time_base_num,
    Episode.time_base_den,
)


class Segments(Repository):
    """Openings, endings, eyecatches, recaps, previews and reused shots."""

    def of(self, episode_id: int) -> list[SegmentRow]:
        """Those of an episode, in order."""
        return self.by_episode([episode_id]).get(episode_id, [])

    def by_episode(self, episode_ids: Collection[int] | None = None) -> dict[int, list[SegmentRow]]:
        """Those of some episodes, or of all (None), in order."""
        with self._session.reading() as connection:
            found: dict[int, list[SegmentRow]] = defaultdict(list)
            query = _select()
            if episode_ids is not None:
                query = query.where(Segment.episode_id.in_(episode_ids))
            for row in connection.execute(query):
                found[row.episode_id].append(_record(row))
            return dict(found)

    def due(self) -> set[int]:
        """Episodes that were scanned since their series was searched."""
        with self._session.reading() as connection:
            here = (Episode.segments_due, Episode.state != PENDING, Episode.replaced_by.is_(None))
            return set(connection.scalars(select(Episode.id).where(*here)))

    def mark_due(self, episode_ids: Collection[int]) -> None:
        """Let the next job search the series of some episodes again."""
        with self._session.writing() as connection:
            for batch in batched(episode_ids, BATCH):
                marked = update(Episode).where(Episode.id.in_(batch))
                connection.execute(marked.values(segments_due=True))

    def keep_found(self, found: Mapping[int, Sequence[FoundSegment]]) -> None:
        """Store what a search found, in the place of what one found before.

        What people set stays; nothing that overlaps it is stored.

        Args:
            found: by the id of each episode that was searched, also of those where nothing was
                found. Their ``shared`` are numbers of this search: they become others here.
        """
        with self._session.writing(FACES) as connection:
            first = (connection.scalar(select(func.max(Segment.shared))) or 0) + 1
            for episode_id, segments in found.items():
                _replace(connection, episode_id, segments, first)
            for batch in batched(found, BATCH):
                searched = update(Episode).where(Episode.id.in_(batch))
                connection.execute(searched.values(segments_due=False))


def _select() -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(*_COLUMNS)
    query = query.join(Episode, Episode.id == Segment.episode_id)
    return query.order_by(Segment.episode_id, Segment.start, Segment.stop)


def _record(row: Row[*tuple[Any, ...]]) -> SegmentRow:
    *values, num, den = tuple(row)
    return SegmentRow._make([*values, Fraction(num, den)])


def _replace(
    connection: Connection, episode_id: int, segments: Sequence[FoundSegment], first: int
) -> None:
    mine = Segment.episode_id == episode_id
    connection.execute(delete(Segment).where(mine, Segment.decided_by == MODEL))
    said = connection.execute(
        select(Segment.start, Segment.stop).where(mine, Segment.decided_by == PERSON)
    ).all()
    free = [
        one
        for one in segments
        if not any(start < one.stop and one.start < stop for start, stop in said)
    ]
    if free:
        times = FrameTimes.of(connection, episode_id)
        connection.execute(
            insert(Segment), [_values(episode_id, one, times, first) for one in free]
        )
    refresh_appearances(connection, episode_id)


def _values(episode_id: int, found: FoundSegment, times: FrameTimes, first: int) -> dict[str, Any]:
    return {
        "episode_id": episode_id,
        "kind": found.kind,
        "start": found.start,
        "stop": found.stop,
        "start_pts": times.starts(found.start),
        "stop_pts": times.starts(found.stop),
        "confidence": found.confidence,
        "decided_by": MODEL,
        "shared": first + found.shared,
    }
