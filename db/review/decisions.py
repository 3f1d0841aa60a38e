"""What persons decided: said of a face at a place of a frame, so that it outlives tracks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.engine import Connection

from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.characters import character_ids
from eyecatch.db.models import Decision, Episode, Face, Track
from eyecatch.db.models.base import PERSON
from eyecatch.db.review.face_matching import Place, middles, tracks_at
from eyecatch.db.verdicts import UNDECIDED, overrule

Spot = tuple[int, Place]
"""Id of an episode, and a place in it."""


def decide(connection: Connection, track_id: int, character: str | None) -> None:
    """A person says who a track is, or that it is nobody known (None).

    Its face is what is remembered: the one that is known already, or the one in its middle. Raises
    NoResultFound without such a track.
    """
    episode_id = connection.execute(
        select(Track.episode_id).where(Track.id == track_id)
    ).scalar_one()
    series_id = connection.scalar(select(Episode.series_id).where(Episode.id == episode_id))
    character_id = None
    if character is not None:
        character_id = character_ids(connection, [character], series_id)[character]
    say(connection, {(episode_id, _place(connection, track_id)): character_id})
    give(connection, {track_id: character_id})
    refresh_appearances(connection, episode_id)


def say(connection: Connection, said: Mapping[Spot, int | None]) -> None:
    """Remember which character a person called the face at each spot, None for nobody."""
    unsay(connection, said)
    if said:
        now = time.time_ns() // 1_000_000
        rows = [_columns(spot) | {"character_id": who, "now": now} for spot, who in said.items()]
        connection.execute(insert(Decision).values(decided_ms=bindparam("now")), rows)


def unsay(connection: Connection, spots: Iterable[Spot]) -> None:
    """Forget what a person said of the faces at these spots, if anything."""
    rows = [{f"b_{name}": value for name, value in _columns(spot).items()} for spot in spots]
    if rows:
        same = [getattr(Decision, name) == bindparam(f"b_{name}") for name in _NAMES]
        connection.execute(delete(Decision).where(*same), rows)


def give(connection: Connection, characters: Mapping[int, int | None]) -> None:
    """Give tracks, by their ids, the characters that a person said; appearances are to follow."""
    decided = dict(UNDECIDED) | {"confidence": 1.0, "decided_by": PERSON}
    overrule(
        connection, {track: decided | {"character_id": who} for track, who in characters.items()}
    )


def apply_decisions(connection: Connection, episode_id: int) -> None:
    """Give each track the character that a person gave to the face it follows; the last word holds.

    A decision whose face no track follows any more is kept for when one does.
    """
    rows = connection.execute(
        select(
            Decision.id,
            Decision.character_id,
            Decision.frame,
            Decision.x,
            Decision.y,
            Decision.w,
            Decision.h,
        )
        .where(Decision.episode_id == episode_id)
        .order_by(Decision.id)
    ).all()
    places: dict[int, Place] = {row.id: (row.frame, row.x, row.y, row.w, row.h) for row in rows}
    followed = tracks_at(connection, episode_id, places)
    give(connection, {followed[row.id]: row.character_id for row in rows if row.id in followed})


_NAMES = ("episode_id", "frame", "x", "y", "w", "h")


def _columns(spot: Spot) -> dict[str, int | None]:
    episode_id, place = spot
    return dict(zip(_NAMES, (episode_id, *place), strict=True))


def _place(connection: Connection, track_id: int) -> Place:
    known = connection.execute(
        select(Face.frame, Face.x, Face.y, Face.w, Face.h).where(Face.track_id == track_id)
    ).first()
    if known is None:
        return middles(connection, [track_id])[track_id]
    return known.frame, known.x, known.y, known.w, known.h
