"""Sums that lists show, kept as names change: of an episode's faces, and of each role in it.

A role is a character in an episode. What counts of it are the sure appearances of story, in
stretches that last (``core.counting``): what is asked for where nobody says otherwise. The sums
follow from ``appearance``, which answers all other questions.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from itertools import groupby
from typing import Final

from more_itertools import batched
from sqlalchemy import Double, case, cast, delete, func, insert, select, true, tuple_
from sqlalchemy.engine import Connection

from eyecatch.core.counting import COUNTED, Sums, sums_by_kind
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.models import Appearance, Episode, RoleTally, Tally, Track
from eyecatch.db.models.base import PERSON

SECONDS: Final = (
    cast(Track.stop_pts - Track.start_pts, Double) * Episode.time_base_num / Episode.time_base_den
)
"""How long a track is on screen; the query joins its episode."""

SUMMED: Final = (
    Appearance.character_id,
    Appearance.episode_id,
    Appearance.start_pts,
    Appearance.stop_pts,
    Appearance.faces,
    Appearance.segment,
)
"""What sums of a role are made of."""

Pair = tuple[int, int]
"""An episode and a character."""


def refresh_tallies(connection: Connection, ids: Collection[int]) -> None:
    """Count the tracks of episodes again; equal sums change no row."""
    named = Track.character_id.is_not(None) & Track.unsure.is_(False)
    aside = Track.character_id.is_(None) & (Track.decided_by == PERSON)
    counted = connection.execute(
        select(
            Track.episode_id,
            func.sum(SECONDS),
            func.sum(case((named, SECONDS), else_=0.0)),
            func.sum(case((aside, SECONDS), else_=0.0)),
        )
        .select_from(Track)
        .join(Episode, Episode.id == Track.episode_id)
        .where(Track.episode_id.in_(ids), Track.no_face.is_(False))
        .group_by(Track.episode_id)
    )
    wanted = dict.fromkeys(ids, (0.0, 0.0, 0.0))
    wanted |= {row[0]: tuple(round(float(value), 6) for value in row[1:]) for row in counted}
    rows = connection.execute(
        select(Tally.episode_id, Tally.seconds, Tally.named, Tally.aside).where(
            Tally.episode_id.in_(ids)
        )
    )
    stored = {key: tuple(sums) for key, *sums in rows}
    changed = [key for key in ids if stored.get(key) != wanted[key]]
    if changed:
        connection.execute(delete(Tally).where(Tally.episode_id.in_(changed)))
        names = ("episode_id", "seconds", "named", "aside")
        fresh = [dict(zip(names, (key, *wanted[key]), strict=True)) for key in changed]
        connection.execute(insert(Tally), fresh)


def refresh_role_tallies(
    connection: Connection, ids: Collection[int], pairs: Collection[Pair]
) -> None:
    """Sum the appearances of (episode, character) up again; equal sums change no row.

    Args:
        connection: in a transaction that writes.
        ids: the episodes of ``pairs``, and perhaps others; as many as a statement takes.
        pairs: of which appearances have changed.
    """
    characters = {character for _, character in pairs}
    wanted, stored = _summed(connection, ids, characters), _stored(connection, ids, characters)
    mine = RoleTally.character_id, RoleTally.episode_id, RoleTally.kind
    gone = [key for key in stored if wanted.get(key) != stored[key]]
    for some in batched(gone, BATCH):
        connection.execute(delete(RoleTally).where(tuple_(*mine).in_(some)))
    names = ("character_id", "episode_id", "kind", "units", "faces", "glimpses")
    fresh = [
        dict(zip(names, (*key, *sums), strict=True))
        for key, sums in wanted.items()
        if stored.get(key) != sums
    ]
    if fresh:
        connection.execute(insert(RoleTally), fresh)


def role_tallies_follow(connection: Connection, episode_id: int) -> bool:
    """Whether the sums of an episode's roles are those of its appearances."""
    return _summed(connection, [episode_id]) == _stored(connection, [episode_id])


_Tallies = dict[tuple[int, int, str], Sums]
"""Sums by character, episode and kind."""


def _stored(
    connection: Connection, ids: Collection[int], characters: Collection[int] | None = None
) -> _Tallies:
    rows = connection.execute(
        select(
            RoleTally.character_id,
            RoleTally.episode_id,
            RoleTally.kind,
            RoleTally.units,
            RoleTally.faces,
            RoleTally.glimpses,
        ).where(RoleTally.episode_id.in_(ids))
    )
    return {
        (row[0], row[1], row[2]): (row[3], row[4], row[5])
        for row in rows
        if characters is None or row[0] in characters
    }


def _summed(
    connection: Connection, ids: Collection[int], characters: Collection[int] | None = None
) -> _Tallies:
    bases = connection.execute(
        select(Episode.id, Episode.time_base_num, Episode.time_base_den).where(Episode.id.in_(ids))
    )
    least = {key: COUNTED.least_stretch(Fraction(num, den)) for key, num, den in bases}
    some = characters is not None and len(characters) <= BATCH
    theirs = Appearance.character_id.in_(characters or ()) if some else true()
    rows = connection.execute(
        select(*SUMMED)
        .where(Appearance.episode_id.in_(ids), Appearance.unsure.is_(False), theirs)
        .order_by(Appearance.character_id, Appearance.episode_id, Appearance.start)
    )
    ours = (row for row in rows if characters is None or row[0] in characters)
    found: _Tallies = {}
    for (character, episode), ranges in groupby(ours, key=lambda row: (row[0], row[1])):
        for kind, sums in sums_by_kind(list(ranges), least[episode]):
            found[character, episode, kind] = sums
    return found
