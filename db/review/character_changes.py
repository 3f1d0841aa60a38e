"""What an action of a person changes of characters themselves, and how that is put back.

An action remembers the rows of the characters that it changes, with their aliases. What models said
of them is not remembered: each verdict keeps the model's own word, from which it follows again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.names import folded
from eyecatch.db.characters import characters_called
from eyecatch.db.models import Alias, Character, Overruled, Track
from eyecatch.db.models.base import MODEL
from eyecatch.db.verdicts import restore


class CharacterState(NamedTuple):
    """What a person can change of a row of the table ``character``, and its aliases in order.

    Attributes:
        id: of the character.
        name: its own.
        cover_id: the face that was chosen as its picture.
        merged_into: the character that it is.
        forgotten: it is wanted no more.
        aliases: other names.
    """

    id: int
    name: str
    cover_id: int | None
    merged_into: int | None
    forgotten: bool
    aliases: Sequence[str]


def without_cover(state: Sequence[Any], faces: Collection[int]) -> list[Any]:
    """A state as JSON has it, without its cover if that is one of some faces that go."""
    known = CharacterState(*state)
    return list(known._replace(cover_id=None) if known.cover_id in faces else known)


def character_states(connection: Connection, ids: Collection[int]) -> list[CharacterState]:
    """Characters as they are, and those that were merged into them."""
    wanted = Character.id.in_(ids) | Character.merged_into.in_(ids)
    rows = connection.execute(
        select(
            Character.id,
            Character.name,
            Character.cover_id,
            Character.merged_into,
            Character.forgotten,
        )
        .where(wanted)
        .order_by(Character.id)
    ).all()
    aliases: dict[int, list[str]] = defaultdict(list)
    theirs = Alias.character_id.in_([row[0] for row in rows])
    for key, name in connection.execute(
        select(Alias.character_id, Alias.name).where(theirs).order_by(Alias.name)
    ):
        aliases[key].append(name)
    return [
        CharacterState(
            row.id, row.name, row.cover_id, row.merged_into, row.forgotten, aliases[row.id]
        )
        for row in rows
    ]


def store_states(connection: Connection, states: Iterable[CharacterState]) -> None:
    """Make characters such as they are said to be."""
    wanted = list(states)
    ids = [state.id for state in wanted]
    for key in ids:  # two may change names, which are unique meanwhile too
        free = update(Character).where(Character.id == key).values(name=uuid4().hex)
        connection.execute(free)
    connection.execute(delete(Alias).where(Alias.character_id.in_(ids)))
    for state in wanted:
        row = state._asdict() | {"folded": folded(state.name)}
        names = row.pop("aliases")
        connection.execute(update(Character).where(Character.id == row.pop("id")).values(row))
        if names:
            connection.execute(
                insert(Alias),
                [{"character_id": state.id, "name": n, "folded": folded(n)} for n in names],
            )


def as_models_said(connection: Connection, ids: Collection[int]) -> None:
    """Give what models said of some characters to whom they mean, now that names have changed.

    Args:
        connection: in a transaction that writes.
        ids: the characters.
    """
    called = characters_called(connection)
    for table, key in ((Track, Track.id), (Overruled, Overruled.track_id)):
        theirs = table.character_id.in_(ids), table.decided_by == MODEL, table.top.is_not(None)
        rows = connection.execute(select(key, table.character_id, table.top).where(*theirs))
        moved = [
            {"b_row": row, "b_owner": owner}
            for row, now, top in rows
            if top and (owner := called.get(top[0][0], now)) != now
        ]
        if moved:
            here = update(table).where(key == bindparam("b_row"))
            connection.execute(here.values(character_id=bindparam("b_owner")), moved)
    hidden = (
        select(Track.id)
        .join(Overruled, Overruled.track_id == Track.id)
        .where(
            Overruled.character_id.in_(ids),
            Track.decided_by == MODEL,
            Track.character_id.is_(None),
        )
        .join(Character, Character.id == Overruled.character_id)
        .where(Character.forgotten.is_(False))
    )
    restore(connection, connection.scalars(hidden).all())
