"""What an action of a person changes of segments, and how that is put back.

A search deletes the rows of models and makes others, so an action remembers whole rows, of models
and of people, as they were and as it left them. Put back, a person's row is as before; a model's
too, unless a later search found something else there. What a later search stored in episodes that
the action didn't know, because a person had said it of others, is taken back by the same seconds.
Where that leaves less than a search would find, the next job searches again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from more_itertools import batched
from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.segments.said import moved, overlap
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.frame_times import FrameClocks
from eyecatch.db.models import Episode, Segment
from eyecatch.db.models.base import MODEL, PERSON
from eyecatch.db.segments import segment_place


class SegmentState(NamedTuple):
    """A row of the table ``segment``, without its number and its pts, which follow.

    Attributes:
        episode_id: the episode.
        kind: what it is.
        start, stop: frames, half-open.
        confidence: 0..1.
        by: ``model`` or ``person``.
        shared: equal for those that show the same; None for one of its episode alone.
    """

    episode_id: int
    kind: str
    start: int
    stop: int
    confidence: float
    by: str
    shared: int | None


def states_in(connection: Connection, episode_ids: Collection[int]) -> list[SegmentState]:
    """The segments of some episodes, in order."""
    found: list[SegmentState] = []
    for some in batched(sorted(episode_ids), BATCH):
        found += _states(connection, Segment.episode_id.in_(some))
    return found


def states_of(connection: Connection, shared: int) -> list[SegmentState]:
    """All segments that show the same."""
    return _states(connection, Segment.shared == shared)


def _states(connection: Connection, where: Any) -> list[SegmentState]:  # noqa: ANN401 - SQLAlchemy's
    rows = connection.execute(
        select(
            Segment.episode_id,
            Segment.kind,
            Segment.start,
            Segment.stop,
            Segment.confidence,
            Segment.decided_by,
            Segment.shared,
        )
        .where(where)
        .order_by(Segment.episode_id, Segment.start, Segment.stop)
    )
    return [SegmentState(*row) for row in rows]


def replace_states(
    connection: Connection,
    before: Iterable[SegmentState],
    after: Iterable[SegmentState],
    clocks: FrameClocks,
) -> None:
    """Take rows out, and put others in."""
    for one in before:
        connection.execute(delete(Segment).where(*_is(one)))
    for one in after:
        place = segment_place(one.episode_id, one.start, one.stop, clocks.of(one.episode_id))
        values = {"kind": one.kind, "confidence": one.confidence, "shared": one.shared}
        connection.execute(insert(Segment).values(**place, **values, decided_by=one.by))


def restore_states(
    connection: Connection, before: Sequence[SegmentState], after: Sequence[SegmentState]
) -> set[int]:
    """Put segments back as they were before an action.

    Args:
        connection: in a transaction that writes.
        before: rows that the action took out.
        after: rows that it put in; the first is the one that the person chose.

    Returns:
        The ids of all episodes of which something changed.
    """
    clocks = FrameClocks(connection)
    replace_states(connection, after, (), clocks)
    changed = {one.episode_id for one in (*before, *after)}
    unsettled = _learned(connection, after)
    if after and after[0].shared is not None:
        changed |= _unsay(connection, before, after[0], clocks)
    there = set(connection.scalars(select(Episode.id).where(Episode.id.in_(changed))))
    for one in before:
        if one.episode_id not in there:
            continue
        rivals = [row for row in states_in(connection, [one.episode_id]) if overlap(row, one)]
        if one.by == MODEL and rivals:
            unsettled.add(one.episode_id)
            continue
        replace_states(connection, [row for row in rivals if row.by == MODEL], [one], clocks)
    due = update(Episode).where(Episode.id.in_(unsettled))
    connection.execute(due.values(segments_due=True))
    return there


def _learned(connection: Connection, after: Iterable[SegmentState]) -> set[int]:
    """Episodes to which a later search may have brought what an action put in."""
    numbers = {one.shared for one in after if one.shared is not None}
    query = select(Segment.episode_id).where(Segment.decided_by == MODEL)
    return set(connection.scalars(query.where(Segment.shared.in_(numbers))))


def _unsay(
    connection: Connection,
    before: Sequence[SegmentState],
    chosen: SegmentState,
    clocks: FrameClocks,
) -> set[int]:
    """Take back what a later search stored in other episodes because of an action."""
    later = [one for one in states_of(connection, chosen.shared or 0) if one.by == MODEL]
    here = (chosen.episode_id, chosen.shared)
    was = [one for one in before if (one.episode_id, one.shared) == here]
    known = connection.scalar(select(exists().where(Episode.id == chosen.episode_id)))
    for one in later:
        span = None
        if was and known:
            times, example = clocks.seconds(one.episode_id), clocks.seconds(chosen.episode_id)
            span = moved(one, times, chosen, was[0], example)
        if was and span is not None:
            place = segment_place(one.episode_id, *span, clocks.of(one.episode_id))
            values: dict[str, Any] = {**place, "kind": was[0].kind}
            connection.execute(update(Segment).where(*_is(one)).values(**values))
        elif not was:
            connection.execute(delete(Segment).where(*_is(one)))
    return {one.episode_id for one in later}


def _is(one: SegmentState) -> tuple[Any, ...]:
    """Conditions that fit the row."""
    return (
        Segment.episode_id == one.episode_id,
        Segment.kind == one.kind,
        Segment.start == one.start,
        Segment.stop == one.stop,
        Segment.decided_by == one.by,
        Segment.shared.is_(None) if one.shared is None else Segment.shared == one.shared,
    )


def by_person(one: SegmentState) -> SegmentState:
    """The same, as a person's."""
    return one._replace(by=PERSON, confidence=1.0)
