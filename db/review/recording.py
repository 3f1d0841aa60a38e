"""An action as it is stored and told."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from eyecatch.db.character_colours import give_colours
from eyecatch.db.connection.session import now_ms
from eyecatch.db.models import Action
from eyecatch.db.records.review import ActionRow
from eyecatch.db.review import undo
from eyecatch.db.review.change import Change


def record(connection: Connection, kind: str, message: str, change: Change) -> ActionRow:
    """Store an action that was done, with what undoes it."""
    episodes = undo.refresh(connection, change)
    give_colours(connection)
    values = {"kind": kind, "told": message, "done_ms": now_ms(), "before": change.record()}
    number = connection.scalars(insert(Action).values(values).returning(Action.id)).one()
    return ActionRow(number, message, undone=False, episodes=tuple(episodes))


def some_faces(faces: Collection[int]) -> str:
    """How many, as it is told."""
    return "1 face" if len(faces) == 1 else f"{len(faces)} faces"


def are(faces: Collection[int]) -> str:
    """The verb that goes with so many."""
    return "is" if len(faces) == 1 else "are"
