"""The place of a track's face, a box in a frame, by which it is found again among other tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from more_itertools import batched
from sqlalchemy import Row, func, select
from sqlalchemy.engine import Connection

from eyecatch.core.detections import iou
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.models import Frame, Track, Tracklet

SAME_FACE = 0.3
"""Least IoU of the boxes that two detectors draw of one face; as in the figures of ``bench``."""

Place = tuple[int, int, int, int, int]
"""Number of a frame, and x, y, w, h of a box in it."""


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
    connection: Connection, episode_id: int, places: Mapping[int, Place]
) -> dict[int, int]:
    """The track that follows the face at each place now, by the places' keys; none is left out.

    Args:
        connection: in any transaction.
        episode_id: the episode.
        places: by any numbers.
    """
    boxes: dict[int, list[Row[int, int, int, int, int, int]]] = {}
    # Neighbouring frames at a time: few tracks are there, and each is looked up for each frame.
    for batch in batched(sorted({place[0] for place in places.values()}), 50):
        rows = connection.execute(
            select(Frame.frame, Track.id, Frame.x, Frame.y, Frame.w, Frame.h)
            .join(Tracklet, Tracklet.track_id == Track.id)
            .join(Frame, Frame.tracklet_id == Tracklet.id)
            .where(
                Track.episode_id == episode_id,
                Track.start <= batch[-1],
                Track.stop > batch[0],
                Frame.frame.in_(batch),
            )
            .order_by(Track.number)
        )
        for row in rows:
            boxes.setdefault(row.frame, []).append(row)
    found: dict[int, int] = {}
    for key, (frame, *box) in places.items():
        there = boxes.get(frame, [])
        if there:
            drawn = np.array([row[2:] for row in there], np.float32)
            overlaps = iou(np.array([box], np.float32), drawn)[0]
            best = int(overlaps.argmax())
            if overlaps[best] >= SAME_FACE:
                found[key] = there[best].id
    return found
