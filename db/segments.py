"""The segments of episodes: what a search found, and what people set."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from more_itertools import batched
from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.segments.kinds import STORY
from eyecatch.core.segments.said import KeptSegment, SaidSegment, as_said, is_same
from eyecatch.core.segments.stretches import KindSpan
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.appearances import refresh_appearances, stretches_of
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import Action, Episode, Segment
from eyecatch.db.models.base import MODEL, PENDING, PERSON
from eyecatch.db.records.answers import SegmentRow

if TYPE_CHECKING:
    from eyecatch.db.frame_times import FrameClocks, FrameTimes

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

_Stored = tuple[str, SaidSegment]


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

    def sharing(self, shared: Collection[int]) -> dict[int, int]:
        """In how many episodes the segments of some numbers ``shared`` are."""
        with self._session.reading() as connection:
            count_ = func.count(Segment.episode_id.distinct())
            query = select(Segment.shared, count_).where(Segment.shared.in_(shared))
            query = query.where(Segment.kind != STORY).group_by(Segment.shared)
            return {number: episodes for number, episodes in connection.execute(query) if number}

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

    def stretches(self, episode_id: int) -> list[KindSpan]:
        """Those of an episode as answers count them: without overlaps, and without ``story``."""
        with self._session.reading() as connection:
            return stretches_of(connection, [episode_id]).get(episode_id, [])

    def keep_found(self, found: Mapping[int, Sequence[FoundSegment]]) -> None:
        """Store what a search found, in the place of what one found before.

        What people set stays, and what shows the same in other episodes becomes what they said
        (``core.segments.said``). What was found before keeps its number ``shared``.

        Args:
            found: by the id of each episode that was searched, also of those where nothing was
                found. Their ``shared`` are numbers of this search: they become others here.
        """
        from eyecatch.db.frame_times import FrameClocks  # noqa: PLC0415 - NumPy; who asks needs none

        with self._session.writing(FACES) as connection:
            before = _stored(connection, found)
            said = {
                episode_id: [row for by, row in rows if by == PERSON]
                for episode_id, rows in before.items()
            }
            clocks = FrameClocks(connection)
            numbers = _numbers(found, before, new_shared(connection))
            kept = as_said(found, said, clocks.seconds, numbers)
            for episode_id, segments in kept.items():
                _replace(connection, episode_id, segments, clocks)
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


def new_shared(connection: Connection) -> int:
    """A number that no segment has yet as its ``shared``, as none above it.

    Nor has one that undoing an edit would bring back.
    """
    numbers = [connection.scalar(select(func.max(Segment.shared)))]
    edits = (Action.kind == "segment", Action.undone_ms.is_(None))
    for change in connection.scalars(select(Action.before).where(*edits)):
        # Of a SegmentState, which is stored as a list, it is the last item.
        numbers += [one[-1] for one in (*change["segments_before"], *change["segments_after"])]
    return max(number or 0 for number in numbers) + 1


def _stored(connection: Connection, episode_ids: Iterable[int]) -> dict[int, list[_Stored]]:
    """What is stored of some episodes, and who decided it."""
    stored: dict[int, list[_Stored]] = defaultdict(list)
    for some in batched(episode_ids, BATCH):
        columns = (Segment.kind, Segment.start, Segment.stop, Segment.shared)
        query = select(Segment.episode_id, Segment.decided_by, *columns)
        query = query.where(Segment.episode_id.in_(some)).order_by(Segment.start)
        for episode_id, by, *row in connection.execute(query):
            stored[episode_id].append((by, SaidSegment._make(row)))
    return stored


def _numbers(
    found: Mapping[int, Sequence[FoundSegment]], before: Mapping[int, Sequence[_Stored]], new: int
) -> dict[int, int]:
    """For each ``shared`` of a search the number that most of it had before, else a new one."""
    votes: Counter[tuple[int, int]] = Counter()
    for episode_id, segments in found.items():
        for one in segments:
            for _, row in before.get(episode_id, ()):
                if row.shared is not None and is_same(one, row):
                    votes[one.shared, row.shared] += 1
    numbers: dict[int, int] = {}
    taken: set[int] = set()
    for (shared, known), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if shared not in numbers and known not in taken:
            numbers[shared] = known
            taken.add(known)
    fresh = count(new)
    for shared in sorted({one.shared for segments in found.values() for one in segments}):
        if shared not in numbers:
            numbers[shared] = next(fresh)
    return numbers


def _replace(
    connection: Connection, episode_id: int, segments: Sequence[KeptSegment], clocks: FrameClocks
) -> None:
    mine = Segment.episode_id == episode_id
    connection.execute(delete(Segment).where(mine, Segment.decided_by == MODEL))
    if segments:
        times = clocks.of(episode_id)
        rows = [
            one._asdict() | segment_place(episode_id, one.start, one.stop, times)
            for one in segments
        ]
        connection.execute(insert(Segment), [row | {"decided_by": MODEL} for row in rows])
    refresh_appearances(connection, episode_id)


def segment_place(episode_id: int, start: int, stop: int, times: FrameTimes) -> dict[str, int]:
    """Where a segment is, as its columns have it."""
    return {
        "episode_id": episode_id,
        "start": start,
        "stop": stop,
        "start_pts": times.starts(start),
        "stop_pts": times.starts(stop),
    }
