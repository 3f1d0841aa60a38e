"""The place of a track's face, a box in a frame, by which it is found again among other tracks."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from more_itertools import batched
from sqlalchemy import Row, Select, func, select
from sqlalchemy.engine import Connection

from eyecatch.core.detections import iou
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.models import Chunk, Frame, Track, Tracklet

SAME_FACE = 0.3
"""Least IoU of the boxes that two detectors draw of one face; as in the figures of ``bench``."""

SAME_BOX = 0.5
"""Least IoU of two boxes that show the same, if what they show is no face. A face may lie beside a
hand, or in a box far too large; a box around it may not be taken for that one."""

Place = tuple[int, int, int, int, int]
"""Number of a frame, and x, y, w, h of a box in it."""

Key = TypeVar("Key", bound=Hashable)


def middles(connection: Connection, tracks: Sequence[int]) -> dict[int, Place]:
    """The place of each track's face: its box in the middle frame, or the next one that has it."""
    found: dict[int, Place] = {}
    for batch in batched(tracks, BATCH):
        middle = (Track.start + Track.stop - 1) / 2
        first = (
            select(Tracklet.track_id, func.min(Frame.frame).label("frame"))
            .join(Track, Track.id == Tracklet.track_id)
            .join(Frame, Frame.tracklet_id == Tracklet.id)
            .where(Tracklet.track_id.in_(batch), Frame.frame >= func.floor(middle))
            .group_by(Tracklet.track_id)
            .subquery()
        )
        rows = connection.execute(
            select(first.c.track_id, Frame.frame, Frame.x, Frame.y, Frame.w, Frame.h)
            .join(Tracklet, Tracklet.track_id == first.c.track_id)
            .join(Frame, (Frame.tracklet_id == Tracklet.id) & (Frame.frame == first.c.frame))
            .order_by(Frame.x)
        )
        for track, *place in rows:
            found.setdefault(track, (place[0], place[1], place[2], place[3], place[4]))
    return found


def tracks_at(
    connection: Connection,
    episode_id: int,
    places: Mapping[Key, Place],
    no_faces: Collection[Key] = (),
) -> dict[Key, int]:
    """The track that follows the face at each place now, by the places' keys; none is left out.

    Args:
        connection: in any transaction.
        episode_id: the episode.
        places: by any keys.
        no_faces: keys of those of which a person said that they are no face: see ``SAME_BOX``.
    """
    followed = (
        select(Frame.frame, Track.id, Frame.x, Frame.y, Frame.w, Frame.h)
        .join(Tracklet, Tracklet.track_id == Track.id)
        .join(Frame, Frame.tracklet_id == Tracklet.id)
        .where(Track.episode_id == episode_id)
        .order_by(Track.number)
    )
    return _nearest(connection, followed, Track, places, no_faces)


def tracklets_at(
    connection: Connection, episode_id: int, places: Mapping[Key, Place]
) -> dict[Key, int]:
    """As ``tracks_at``, of tracklets: of an episode that has no tracks."""
    followed = (
        select(Frame.frame, Tracklet.id, Frame.x, Frame.y, Frame.w, Frame.h)
        .join(Frame, Frame.tracklet_id == Tracklet.id)
        .join(Chunk, Chunk.id == Tracklet.chunk_id)
        .where(Chunk.episode_id == episode_id)
        .order_by(Tracklet.id)
    )
    return _nearest(connection, followed, Tracklet, places)


def _nearest(
    connection: Connection,
    followed: Select[int, int, int, int, int, int],
    model: type[Track] | type[Tracklet],
    places: Mapping[Key, Place],
    no_faces: Collection[Key] = (),
) -> dict[Key, int]:
    """Of the rows of a query, the id of what has a face at each place."""
    boxes: dict[int, list[Row[int, int, int, int, int, int]]] = {}
    # Neighbouring frames at a time: few tracks are there, and each is looked up for each frame.
    for batch in batched(sorted({place[0] for place in places.values()}), 50):
        near = followed.where(
            model.start <= batch[-1], model.stop > batch[0], Frame.frame.in_(batch)
        )
        for row in connection.execute(near):
            boxes.setdefault(row.frame, []).append(row)
    found: dict[Key, int] = {}
    for key, (frame, *box) in places.items():
        there = boxes.get(frame, [])
        if there:
            drawn = np.array([row[2:] for row in there], np.float32)
            overlaps = iou(np.array([box], np.float32), drawn)[0]
            best = int(overlaps.argmax())
            if overlaps[best] >= (SAME_BOX if key in no_faces else SAME_FACE):
                found[key] = there[best].id
    return found
