"""The tracks of an episode and who they were decided to be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.db.models import Character, Track
from eyecatch.db.records.review import TrackRow


def track_rows(connection: Connection, episode_id: int) -> list[TrackRow]:
    """All tracks of an episode, in order of their numbers."""
    rows = connection.execute(
        select(
            Track.number,
            Track.start,
            Track.stop,
            Track.start_pts,
            Track.stop_pts,
            Character.name,
            Track.confidence,
            Track.unsure,
            Track.top,
            Track.decided_by,
        )
        .outerjoin(Character, Character.id == Track.character_id)
        .where(Track.episode_id == episode_id)
        .order_by(Track.number)
    )
    return [
        TrackRow(
            number, start, stop, start_pts, stop_pts, name, confidence, unsure, _pairs(top), by
        )
        for number, start, stop, start_pts, stop_pts, name, confidence, unsure, top, by in rows
    ]


def _pairs(top: list[Any] | None) -> tuple[tuple[str, float], ...]:
    return tuple((name, chance) for name, chance in top or ())
