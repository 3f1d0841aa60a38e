"""What a person says of faces: who they are, or that they are not who they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from more_itertools import batched
from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.models import Character, Cluster, Face, Track
from eyecatch.db.review import undo
from eyecatch.db.review.change import Change
from eyecatch.db.review.choice import LOOK_AGAIN, check_faces, named_character
from eyecatch.db.review.clusters import new_clusters
from eyecatch.db.review.decisions import NO_FACE, NOBODY, FaceLabel
from eyecatch.db.review.recording import some_faces


def name_all(
    connection: Connection,
    faces: Sequence[int],
    name: str | None,
    change: Change,
    *,
    no_face: bool = False,
) -> str:
    """Call faces a character, or nobody (None), or say that they are no faces; what that was.

    Raises:
        RequestError: none was given, there is no such face, or this can't be a name.
    """
    check_faces(connection, faces)
    if no_face:
        label, message = NO_FACE, f"set {some_faces(faces)} aside as no face"
    elif name is None:
        label, message = NOBODY, f"set {some_faces(faces)} aside as nobody"
    else:
        own, character_id = named_character(connection, name, change)
        label, message = FaceLabel(character_id), f"named {some_faces(faces)} {own}"
    undo.label_faces(connection, faces, label, change)
    return message


def deny_names(connection: Connection, faces: Sequence[int], change: Change) -> list[str]:
    """Store that faces are not who they are called, and move them out of their clusters.

    Returns:
        What they were called, in order.

    Raises:
        RequestError: there is no such face, or one of them has no name.
    """
    check_faces(connection, faces)
    called: dict[int, int] = {}
    homes: dict[int, int] = {}
    for batch in batched(faces, BATCH):
        rows = connection.execute(
            select(Face.id, Track.character_id, Face.cluster_id)
            .join(Track, Track.id == Face.track_id)
            .where(Face.id.in_(batch))
        )
        for face, character, home in rows:
            if character is not None:
                called[face] = character
            if home is not None:
                homes[face] = home
    if len(called) != len(set(faces)):
        raise RequestError("one of these faces has no name any more", LOOK_AGAIN)
    names = connection.scalars(
        select(Character.name).where(Character.id.in_(set(called.values())))
    ).all()
    undo.unlabel_faces(connection, list(called), change)
    undo.deny(connection, list(called.items()), change)
    move_out(connection, homes, change)
    return sorted(names)


def move_out(connection: Connection, homes: Mapping[int, int], change: Change) -> list[int]:
    """Move faces to a new cluster of each series, which cannot link to those they leave.

    Args:
        connection: in a transaction that writes.
        homes: the faces' clusters.
        change: what is changed is added to it.

    Returns:
        The numbers of the new clusters.
    """
    olds = sorted(set(homes.values()))
    series = dict(
        connection.execute(select(Cluster.id, Cluster.series_id).where(Cluster.id.in_(olds))).all()
    )
    fresh = {one: new_clusters(connection, one, 1)[0] for one in set(series.values())}
    undo.move_to(connection, {face: fresh[series[home]] for face, home in homes.items()}, change)
    undo.add_cannot_links(connection, [(home, fresh[series[home]]) for home in olds], change)
    undo.mark_edited(connection, [*olds, *fresh.values()], change)
    return list(fresh.values())
