"""The colour of each character, in every picture, subtitle and page; kept once it was given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.palette import Colours, next_colour
from eyecatch.db.models import Appearance, Character, Episode


def colours_by_name(connection: Connection) -> Colours:
    """All characters' colours; one that was not given yet is the one that would be.

    So an index that can't be written shows what another shows once it was.
    """
    rows = connection.execute(
        select(Character.name, Character.id, Character.colour)
        .where(Character.merged_into.is_(None))
        .order_by(Character.id.desc())
    ).all()
    given = {key: colour for _, key, colour in rows if colour is not None}
    lacking = {key for _, key, _ in rows} - given.keys()
    given |= _to_give(connection, given, lacking)
    for key in sorted(lacking - given.keys()):  # nobody has seen them yet
        given[key] = next_colour(given.values())
    return Colours((name, given[key]) for name, key, _ in rows)


def give_colours(connection: Connection, episode_id: int | None = None) -> None:
    """Give each character that is on screen and has no colour one of its own.

    Args:
        connection: in a transaction that writes.
        episode_id: the only episode in which that may have changed; so most of them take one look.
    """
    if episode_id is not None:
        lacking = select(Appearance.character_id).join(
            Character, Character.id == Appearance.character_id
        )
        here = (Appearance.episode_id == episode_id, Character.colour.is_(None))
        if connection.scalar(lacking.where(*here).limit(1)) is None:
            return
    rows = connection.execute(select(Character.id, Character.colour)).all()
    given = {key: colour for key, colour in rows if colour is not None}
    new = _to_give(connection, given, {key for key, _ in rows} - given.keys())
    if new:
        connection.execute(
            update(Character)
            .where(Character.id == bindparam("b_id"))
            .values(colour=bindparam("b_colour")),
            [{"b_id": key, "b_colour": colour} for key, colour in new.items()],
        )


def _to_give(
    connection: Connection, given: Mapping[int, str], lacking: Collection[int]
) -> dict[int, str]:
    """Colours for those that are on screen, the longest first: each far from those of its series.

    Args:
        connection: in any transaction.
        given: colours by characters' ids.
        lacking: ids of those without one.
    """
    on_screen = Appearance.character_id.in_(lacking)
    if not lacking or connection.scalar(select(Appearance.character_id).where(on_screen)) is None:
        return {}
    frames: dict[int, int] = defaultdict(int)
    casts: dict[int | None, set[int]] = defaultdict(set)
    for key, series, faces in connection.execute(
        select(
            Appearance.character_id, Episode.series_id, func.sum(Appearance.faces, type_=BigInteger)
        )
        .join(Episode, Episode.id == Appearance.episode_id)
        .group_by(Appearance.character_id, Episode.series_id)
    ):
        frames[key] += int(faces)
        casts[series].add(key)
    new: dict[int, str] = {}
    away = given.keys() - frames.keys()  # merged, or called otherwise for now: they may come back
    for key in sorted(frames.keys() & lacking, key=lambda one: (-frames[one], one)):
        beside = away.union(*(cast for cast in casts.values() if key in cast))
        every = {**given, **new}
        new[key] = next_colour([every[one] for one in sorted(beside & every.keys())])
    return new
