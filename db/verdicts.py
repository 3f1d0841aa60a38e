"""Who the tracks of an episode were decided to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.characters import character_ids
from eyecatch.db.models import Episode, Track
from eyecatch.db.overruled import forget
from eyecatch.db.records.scan import Origin, Verdict
from eyecatch.db.states import MODEL, PERSON


def save_verdicts(
    connection: Connection, episode_id: int, verdicts: Mapping[int, Verdict], origin: Origin
) -> None:
    """Decide tracks of an episode, and make its appearances follow.

    A track that a person decided stays as it is. A verdict that is there already changes no row,
    so that a row tells of the first run that came to it.

    Args:
        connection: in a transaction that writes.
        episode_id: the episode.
        verdicts: by the tracks' ids; a track without one becomes undecided.
        origin: what they were made by.
    """
    series = connection.scalar(select(Episode.series_id).where(Episode.id == episode_id))
    names = {verdict.character for verdict in verdicts.values() if verdict.character is not None}
    ids = character_ids(connection, sorted(names), series)
    forget(connection, episode_id)
    stored = connection.execute(
        select(
            Track.id,
            Track.character_id,
            Track.confidence,
            Track.unsure,
            Track.top,
            Track.decided_by,
            Track.bundle_id,
        )
        .where(Track.episode_id == episode_id, Track.decided_by.is_distinct_from(PERSON))
        .order_by(Track.number)
    ).all()
    for track_id, *values in stored:
        wanted = _columns(verdicts.get(track_id), ids, origin)
        if values != list(wanted.values()):
            connection.execute(
                update(Track)
                .where(Track.id == track_id)
                .values(**wanted, run_id=origin.run_id if track_id in verdicts else None)
            )
    refresh_appearances(connection, episode_id)


def _columns(verdict: Verdict | None, ids: Mapping[str, int], origin: Origin) -> dict[str, Any]:
    if verdict is None:
        return {
            "character_id": None,
            "confidence": None,
            "unsure": False,
            "top": None,
            "decided_by": None,
            "bundle_id": None,
        }
    return {
        "character_id": None if verdict.character is None else ids[verdict.character],
        "confidence": float(verdict.confidence),
        "unsure": bool(verdict.unsure),
        "top": [[name, float(chance)] for name, chance in verdict.top],
        "decided_by": MODEL,
        "bundle_id": origin.bundle_id,
    }
