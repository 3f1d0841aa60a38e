"""What persons decided: said of a face at a place of a frame, so that it outlives tracks."""

from __future__ import annotations

import time

import numpy as np
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.faces import iou
from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.names import character_ids
from eyecatch.db.schema import Decision, Episode, Frame, Track, Tracklet
from eyecatch.db.states import PERSON

_SAME_FACE = 0.3
"""Least overlap of a face's boxes as two detectors draw them; that of the figures in ``bench``."""


def decide(connection: Connection, track_id: int, character: str | None) -> None:
    """A person says who a track is, or that it is nobody known (None).

    The face in the middle of the track is what is remembered. Raises NoResultFound without it.
    """
    episode_id, start, stop = connection.execute(
        select(Track.episode_id, Track.start, Track.stop).where(Track.id == track_id)
    ).one()
    face = connection.execute(
        select(Frame.frame, Frame.x, Frame.y, Frame.w, Frame.h)
        .join(Tracklet, Tracklet.id == Frame.tracklet_id)
        .where(Tracklet.track_id == track_id, Frame.frame >= (start + stop - 1) // 2)
        .order_by(Frame.frame)
        .limit(1)
    ).one()
    character_id = None if character is None else _named(connection, episode_id, character)
    place = dict(zip(("frame", "x", "y", "w", "h"), face, strict=True))
    connection.execute(delete(Decision).filter_by(episode_id=episode_id, **place))
    connection.execute(
        insert(Decision).values(
            episode_id=episode_id,
            character_id=character_id,
            decided_ms=time.time_ns() // 1_000_000,
            **place,
        )
    )
    _give(connection, track_id, character_id)
    refresh_appearances(connection, episode_id)


def apply_decisions(connection: Connection, episode_id: int) -> None:
    """Give each track the character that a person gave to the face it follows; the last word holds.

    A decision whose face no track follows any more is kept for when one does.
    """
    decisions = connection.execute(
        select(
            Decision.frame, Decision.x, Decision.y, Decision.w, Decision.h, Decision.character_id
        )
        .where(Decision.episode_id == episode_id)
        .order_by(Decision.id)
    )
    for frame, *box, character_id in decisions.all():
        track_id = _track_at(connection, episode_id, frame, box)
        if track_id is not None:
            _give(connection, track_id, character_id)


def _named(connection: Connection, episode_id: int, character: str) -> int:
    series_id = connection.scalar(select(Episode.series_id).where(Episode.id == episode_id))
    return character_ids(connection, [character], series_id)[character]


def _track_at(connection: Connection, episode_id: int, frame: int, box: list[int]) -> int | None:
    rows = connection.execute(
        select(Track.id, Frame.x, Frame.y, Frame.w, Frame.h)
        .join(Tracklet, Tracklet.track_id == Track.id)
        .join(Frame, Frame.tracklet_id == Tracklet.id)
        .where(
            Track.episode_id == episode_id,
            Track.start <= frame,
            Track.stop > frame,
            Frame.frame == frame,
        )
    ).all()
    if not rows:
        return None
    overlaps = iou(np.array([box], np.float32), np.array([row[1:] for row in rows], np.float32))[0]
    best = int(overlaps.argmax())
    return rows[best].id if overlaps[best] >= _SAME_FACE else None


def _give(connection: Connection, track_id: int, character_id: int | None) -> None:
    connection.execute(
        update(Track)
        .where(Track.id == track_id)
        .values(
            character_id=character_id,
            confidence=1.0,
            unsure=False,
            top=None,
            decided_by=PERSON,
            bundle_id=None,
            run_id=None,
        )
    )
