"""What people said of segments follows to the episode that took an older one's place."""

from __future__ import annotations

from itertools import starmap
from typing import Any, Final

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from eyecatch.core.segments.said import FrameSpan, overlap
from eyecatch.core.segments.types import PictureHashes
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import Action, Chunk, PictureHash, Segment
from eyecatch.db.models.base import PERSON
from eyecatch.db.review.segment_changes import SegmentState
from eyecatch.db.segments import segment_place
from eyecatch.db.serialization import unpack_pictures

NEAR: Final = 10
"""Bits in which the hashes of one drawing differ at most, in 99 % of them (``core.segments``)."""

_STATES: Final = ("segments_before", "segments_after")
"""Of ``Change``: what hold segments."""


def move_segments(connection: Connection, older: int, newer: int) -> None:
    """Move people's segments of an episode to a newer one, where that shows the same.

    It does where half of the drawings in the older one's segment, at least, are at the same frames
    of the newer one. Of what was never hashed nobody knows, so it stays. Nothing is moved upon what
    people said of the newer one. What undoes their edits moves as well.
    """
    said, actions = _said(connection, older), _actions(connection, older)
    if not (said or actions):
        return
    before, after = _pictures(connection, older), _pictures(connection, newer)
    taken = list(_said(connection, newer).values())
    times = FrameTimes.of(connection, newer)

    def goes(span: FrameSpan) -> bool:
        free = not any(overlap(span, one) for one in taken)
        return free and span.stop <= len(times.pts) and _alike(before, after, *span)

    gone = {number for number, span in said.items() if goes(span)}
    for number in gone:
        place = segment_place(newer, *said[number], times)
        connection.execute(update(Segment).where(Segment.id == number).values(place))
    taken += [span for number, span in said.items() if number not in gone]
    for number, change in actions.items():
        for name in _STATES:
            change[name] = [
                one._replace(episode_id=newer)
                if one.episode_id == older and goes(FrameSpan(one.start, one.stop))
                else one
                for one in starmap(SegmentState, change[name])
            ]
        connection.execute(update(Action).where(Action.id == number).values(before=change))


def _said(connection: Connection, episode_id: int) -> dict[int, FrameSpan]:
    """Where people's segments of an episode are, by their numbers."""
    query = select(Segment.id, Segment.start, Segment.stop).where(
        Segment.episode_id == episode_id, Segment.decided_by == PERSON
    )
    rows = connection.execute(query.order_by(Segment.start))
    return {number: FrameSpan(start, stop) for number, start, stop in rows}


def _actions(connection: Connection, episode_id: int) -> dict[int, dict[str, Any]]:
    """What undoes people's edits of an episode's segments, by the numbers of the actions."""
    edits = (Action.kind == "segment", Action.undone_ms.is_(None))
    rows = connection.execute(select(Action.id, Action.before).where(*edits))
    return {
        number: change
        for number, change in rows
        if any(one[0] == episode_id for name in _STATES for one in change[name])
    }


def _pictures(connection: Connection, episode_id: int) -> PictureHashes:
    blobs = connection.scalars(
        select(PictureHash.arrays)
        .join(Chunk, Chunk.id == PictureHash.chunk_id)
        .where(Chunk.episode_id == episode_id)
        .order_by(Chunk.index)
    )
    pictures = [unpack_pictures(blob) for blob in blobs]
    return PictureHashes(
        np.concatenate([np.zeros(0, np.int32), *(one.frames for one in pictures)]),
        np.concatenate([np.zeros(0, np.uint64), *(one.hashes for one in pictures)]),
    )


def _alike(before: PictureHashes, after: PictureHashes, start: int, stop: int) -> bool:
    """Whether half of the drawings of some frames are in both at the same frames."""
    first, last = np.searchsorted(before.frames, [start, stop])
    if first == last or len(after.frames) == 0:
        return False
    places = np.searchsorted(after.frames, before.frames[first:last], "right") - 1
    there = after.hashes[np.maximum(places, 0)]
    bits = np.bitwise_count(before.hashes[first:last] ^ there)
    return bool(2 * np.count_nonzero(bits <= NEAR) >= last - first)
