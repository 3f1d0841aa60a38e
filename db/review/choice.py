"""Which faces of a cluster a person means, and which character, as they say it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from more_itertools import batched
from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.core.names import require_name
from eyecatch.db.characters import character_ids, matching_characters
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.models import Face
from eyecatch.db.review.change import Change
from eyecatch.db.review.character_changes import (
    as_models_said,
    character_states,
    store_states,
)
from eyecatch.db.review.clusters import cluster
from eyecatch.db.review.faces import waiting_ids

LOOK_AGAIN = "look again"


def waiting_in(connection: Connection, cluster_id: int, stamp: str | None) -> list[int]:
    """The faces that wait in a cluster; RequestError if it is not as a person saw it."""
    now = cluster(connection, cluster_id)
    if stamp not in (None, now.stamp):
        raise RequestError(
            f"cluster {cluster_id} has changed since you saw it: {now.faces} faces wait in it now",
            LOOK_AGAIN,
        )
    return waiting_ids(connection, cluster_id)


def chosen(waiting: Sequence[int], faces: Collection[int], cluster_id: int) -> list[int]:
    """Those of a cluster that are meant, all if none is named; RequestError of a stranger."""
    strangers = set(faces) - set(waiting)
    if strangers:
        problem = f"face {min(strangers)} does not wait in cluster {cluster_id}"
        raise RequestError(problem, LOOK_AGAIN)
    meant = set(faces)
    return [face for face in waiting if not meant or face in meant]


def check_faces(connection: Connection, faces: Sequence[int]) -> None:
    """RequestError if none is meant, or one that isn't there."""
    if not faces:
        raise RequestError("no face was chosen", "choose one at least")
    known: set[int] = set()
    for batch in batched(faces, BATCH):
        known |= set(connection.scalars(select(Face.id).where(Face.id.in_(batch))))
    for face in faces:
        if face not in known:
            raise RequestError(f"there is no face {face}", LOOK_AGAIN)


def named_character(connection: Connection, name: str, change: Change) -> tuple[str, int]:
    """A character's own name and id: one that is known by that name, else a new one."""
    require_name(name)
    own = " ".join(name.split())
    for character_id, known in matching_characters(connection, own).items():
        _call_again(connection, character_id, change)
        return known, character_id
    change.made.append(character_ids(connection, [own], None)[own])
    return own, change.made[0]


def _call_again(connection: Connection, character_id: int, change: Change) -> None:
    """Let a name that was wanted no more be somebody's again, as models say it too."""
    forgotten = [
        row
        for row in character_states(connection, [character_id])
        if row.id == character_id and row.forgotten
    ]
    if forgotten:
        change.characters += forgotten
        change.recast.append(character_id)
        store_states(connection, [row._replace(forgotten=False) for row in forgotten])
        as_models_said(connection, [character_id])
