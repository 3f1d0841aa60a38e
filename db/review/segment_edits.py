"""What people do with segments: each edit is an action, stored with what undoes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import STORY
from eyecatch.core.segments.said import FrameSpan, counterpart, moved, overlap, pieces
from eyecatch.core.text import clock
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.episode_rows import episode_record, select_episodes
from eyecatch.db.frame_times import FrameClocks
from eyecatch.db.models import Episode
from eyecatch.db.models.base import PERSON
from eyecatch.db.records.review import ActionRow, SegmentEdit
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.db.review.change import Change
from eyecatch.db.review.choice import LOOK_AGAIN
from eyecatch.db.review.recording import record
from eyecatch.db.review.segment_changes import (
    SegmentState,
    by_person,
    replace_states,
    states_in,
    states_of,
)
from eyecatch.db.segments import new_shared


class _Target(NamedTuple):
    """A place that an edit is about.

    Attributes:
        episode_id: the episode.
        was: the segment that is there; None if there is none yet.
        span: where it is to be; None where nothing is left of it.
    """

    episode_id: int
    was: SegmentState | None
    span: FrameSpan | None


class SegmentEdits(Repository):
    """What people do with segments."""

    def set(self, edit: SegmentEdit) -> ActionRow:
        """Store what a part of an episode is, and the same part of the episodes that share it.

        What is there becomes it: its kind, and its ends, which move in the other episodes by the
        same time. Where nothing is, it is new. What else lies there ends where it begins, and the
        other way round.

        Raises:
            RequestError: the segment that is to be changed isn't there, or the episode has no such
                frames.
        """
        with self._session.writing(FACES) as connection:
            clocks = FrameClocks(connection)
            episode = _episode(connection, edit.episode_id)
            span = FrameSpan(edit.start, edit.stop)
            if not 0 <= span.start < span.stop <= len(clocks.of(edit.episode_id).pts):
                raise RequestError(
                    f"{episode.name} has no frames {span.start} to {span.stop}",
                    "give a start before the stop, both in the episode",
                )
            was = _what_is_there(connection, edit, episode)
            targets = [_Target(edit.episode_id, was, span), *_others(connection, edit, was, clocks)]
            change = _changed(connection, targets, edit, was)
            replace_states(connection, change.segments_before, change.segments_after, clocks)
            times = clocks.seconds(edit.episode_id)
            message = _message(edit, was, targets, episode, lambda frame: float(times[frame]))
            return record(connection, "segment", message, change)


def _episode(connection: Connection, episode_id: int) -> EpisodeRecord:
    row = connection.execute(select_episodes().where(Episode.id == episode_id)).first()
    if row is None:
        raise RequestError(f"there is no episode {episode_id}", LOOK_AGAIN)
    return episode_record(row)


def _what_is_there(
    connection: Connection, edit: SegmentEdit, episode: EpisodeRecord
) -> SegmentState | None:
    """The segment that an edit changes; None if it adds one."""
    here = states_in(connection, [edit.episode_id])
    if edit.at is None:
        return counterpart(here, FrameSpan(edit.start, edit.stop), edit.kind)
    for one in here:
        if (one.start, one.stop) == edit.at:
            return one
    raise RequestError(f"this segment of {episode.name} has changed since you saw it", LOOK_AGAIN)


def _others(
    connection: Connection, edit: SegmentEdit, was: SegmentState | None, clocks: FrameClocks
) -> list[_Target]:
    """The same in other episodes, and where it comes again in this one."""
    if edit.only_here:
        return []
    if was is None:
        return [_Target(id_, None, FrameSpan(start, stop)) for id_, start, stop in edit.elsewhere]
    if was.shared is None:
        return []
    example, span = clocks.seconds(edit.episode_id), FrameSpan(edit.start, edit.stop)
    still = (was.start, was.stop) == span
    return [
        _Target(
            one.episode_id,
            one,
            FrameSpan(one.start, one.stop)
            if still
            else moved(one, clocks.seconds(one.episode_id), was, span, example),
        )
        for one in states_of(connection, was.shared)
        if one != was
    ]


def _changed(
    connection: Connection,
    targets: Sequence[_Target],
    edit: SegmentEdit,
    was: SegmentState | None,
) -> Change:
    """The rows that an edit takes out, and those that it puts in, the chosen one first."""
    numbers = count(new_shared(connection))
    shared = None if edit.only_here else was.shared if was is not None else next(numbers)
    spans: dict[int, list[FrameSpan]] = {}
    for one in targets:
        if one.span is not None:
            spans.setdefault(one.episode_id, []).append(one.span)
    before = [one.was for one in targets if one.was is not None]
    after = [
        SegmentState(one.episode_id, edit.kind, *one.span, 1.0, PERSON, shared)
        for one in targets
        if one.span is not None
    ]
    cut = [
        row
        for row in states_in(connection, spans)
        if row not in before and any(overlap(row, span) for span in spans[row.episode_id])
    ]
    return Change(
        segments_before=[*before, *cut],
        segments_after=[*after, *_left(cut, spans, numbers, alone=edit.only_here)],
    )


def _left(
    cut: Sequence[SegmentState],
    spans: Mapping[int, Sequence[FrameSpan]],
    numbers: Iterator[int],
    *,
    alone: bool,
) -> list[SegmentState]:
    """What is left of segments into which others were put; second pieces have other numbers."""
    known: dict[tuple[int, int], int] = {}
    left: list[SegmentState] = []
    for row in cut:
        for place, piece in enumerate(pieces(row, spans[row.episode_id])):
            shared = None if alone else row.shared
            if place and shared is not None:
                if (shared, place) not in known:
                    known[shared, place] = next(numbers)
                shared = known[shared, place]
            left.append(by_person(row)._replace(start=piece.start, stop=piece.stop, shared=shared))
    return left


def _message(
    edit: SegmentEdit,
    was: SegmentState | None,
    targets: Sequence[_Target],
    episode: EpisodeRecord,
    seconds: Callable[[int], float],
) -> str:
    """The edit as it is told, with the times that players show."""
    start, stop = (
        clock(max(seconds(frame) - float(episode.origin), 0)) for frame in (edit.start, edit.stop)
    )
    others = len({one.episode_id for one in targets} - {edit.episode_id})
    also = f", and the same in {others} more episode{'' if others == 1 else 's'}" if others else ""
    if edit.kind == STORY:
        what = was.kind if was is not None and was.kind != STORY else "nothing"
        return f"said that {start} to {stop} of {episode.name} is story, not {what}{also}"
    return f"said that {start} to {stop} of {episode.name} is {edit.kind}{also}"
