"""What people said of segments follows to the episode that took an older one's place."""

from __future__ import annotations

from typing import Final

import numpy as np
from sqlalchemy import Row, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.segments.types import PictureHashes
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import Chunk, PictureHash, Segment
from eyecatch.db.models.base import PERSON
from eyecatch.db.segments import segment_place
from eyecatch.db.serialization import unpack_pictures

NEAR: Final = 10
"""Bits in which the hashes of one drawing differ at most, in 99 % of them (``core.segments``)."""


def move_segments(connection: Connection, older: int, newer: int) -> None:
    """Move people's segments of an episode to a newer one, where that shows the same.

    It does where half of the drawings in the older one's segment, at least, are at the same frames
    of the newer one. Of what was never hashed nobody knows, so it stays. Nothing is moved upon what
    people said of the newer one.
    """
    said = _said(connection, older)
    if not said:
        return
    before, after = _pictures(connection, older), _pictures(connection, newer)
    taken = _said(connection, newer)
    times = FrameTimes.of(connection, newer)
    for row in said:
        free = not any(one.start < row.stop and row.start < one.stop for one in taken)
        if free and row.stop <= len(times.pts) and _alike(before, after, row.start, row.stop):
            place = segment_place(newer, row.start, row.stop, times)
            connection.execute(update(Segment).where(Segment.id == row.id).values(place))


def _said(connection: Connection, episode_id: int) -> list[Row[int, int, int]]:
    query = select(Segment.id, Segment.start, Segment.stop).where(
        Segment.episode_id == episode_id, Segment.decided_by == PERSON
    )
    return list(connection.execute(query.order_by(Segment.start)).all())


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
