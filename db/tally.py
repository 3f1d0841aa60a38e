"""How much of the screen time of all faces has a name."""

from __future__ import annotations

from sqlalchemy import Double, case, cast, delete, func, insert, select
from sqlalchemy.engine import Connection

from eyecatch.db.models import Episode, Tally, Track
from eyecatch.db.records.review import Share
from eyecatch.db.states import PERSON

SECONDS = (
    cast(Track.stop_pts - Track.start_pts, Double) * Episode.time_base_num / Episode.time_base_den
)
"""Of a track; the query joins its episode."""


def refresh_tally(connection: Connection, episode_id: int) -> None:
    """Count an episode's tracks again; equal ones change no row."""
    named = Track.character_id.is_not(None) & Track.unsure.is_(False)
    aside = Track.character_id.is_(None) & (Track.decided_by == PERSON)
    counted = connection.execute(
        select(
            func.sum(SECONDS),
            func.sum(case((named, SECONDS), else_=0.0)),
            func.sum(case((aside, SECONDS), else_=0.0)),
        )
        .select_from(Track)
        .join(Episode, Episode.id == Track.episode_id)
        .where(Track.episode_id == episode_id)
    ).one()
    wanted = tuple(round(float(value or 0), 6) for value in counted)
    mine = Tally.episode_id == episode_id
    stored = connection.execute(select(Tally.seconds, Tally.named, Tally.aside).where(mine)).first()
    if stored is not None and tuple(stored) == wanted:
        return
    connection.execute(delete(Tally).where(mine))
    values = dict(zip(("seconds", "named", "aside"), wanted, strict=True))
    connection.execute(insert(Tally).values(episode_id=episode_id, **values))


def share(connection: Connection) -> Share:
    """Over all episodes."""
    sums = connection.execute(
        select(func.sum(Tally.seconds), func.sum(Tally.named), func.sum(Tally.aside))
    ).one()
    return Share(*(float(value or 0) for value in sums))
