"""Labels that people gave to faces, each stored by box and frame, so that it outlives tracks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from more_itertools import batched
from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.engine import Connection

from eyecatch.db.connection.bulk import BATCH, insert_rows
from eyecatch.db.connection.session import now_ms
from eyecatch.db.models import Base, Decision, Face
from eyecatch.db.models.base import PERSON
from eyecatch.db.review.face_matching import Place, tracks_at
from eyecatch.db.verdicts import UNDECIDED, overrule

DECISION: Final = Base.metadata.tables["decision"]

Spot = tuple[int, Place]
"""Id of an episode, and the place of a face in it."""


class FaceLabel(NamedTuple):
    """What a person said of a face.

    Attributes:
        character_id: who it is; None for nobody.
        no_face: there is no face; None where an earlier version asked for "nobody, or no face".
    """

    character_id: int | None
    no_face: bool | None = False


NOBODY: Final = FaceLabel(None)
"""A face of nobody in particular."""

NO_FACE: Final = FaceLabel(None, no_face=True)
"""A hand, a wheel, lettering: no face at all."""

SAME_PLACE = and_(
    *(
        getattr(Decision, name) == getattr(Face, name)
        for name in ("episode_id", "frame", "x", "y", "w", "h")
    )
)
"""A decision is about a face."""


def add_decisions(connection: Connection, labels: Mapping[Spot, FaceLabel]) -> None:
    """Store what a person said of the face at each spot, of which nothing was said before."""
    now = now_ms()
    names = (*_NAMES, "decided_ms", *FaceLabel._fields)
    rows = [(episode, *place, now, *label) for (episode, place), label in labels.items()]
    insert_rows(connection, DECISION, names, rows)


def remove_decisions(connection: Connection, spots: Iterable[Spot]) -> None:
    """Drop the decisions about the faces at these spots, if there are any."""
    rows = [{f"b_{name}": value for name, value in _columns(spot).items()} for spot in spots]
    if rows:
        same = [getattr(Decision, name) == bindparam(f"b_{name}") for name in _NAMES]
        connection.execute(delete(Decision).where(*same), rows)


def label_tracks(connection: Connection, labels: Mapping[int, FaceLabel]) -> None:
    """Give tracks, by their ids, a person's labels; appearances have to be refreshed then."""
    decided = dict(UNDECIDED) | {"confidence": 1.0, "decided_by": PERSON}
    given = {track: decided | {"character_id": label[0]} for track, label in labels.items()}
    overrule(connection, given, {track for track, label in labels.items() if label.no_face})


def apply_decisions(connection: Connection, episode_id: int) -> None:
    """Give each track the label that a person gave to the face it follows; the last one counts.

    A decision about a face that no track follows is kept for when one does.
    """
    labels = labels_at(connection, episode_id)
    followed = followed_by(connection, episode_id, labels)
    label_tracks(connection, {followed[spot]: labels[spot] for spot in labels if spot in followed})


def labels_at(connection: Connection, episode_id: int) -> dict[Place, FaceLabel]:
    """What people said of the faces of an episode, by their places; the oldest first."""
    rows = connection.execute(
        select(
            Decision.character_id,
            Decision.no_face,
            *(getattr(Decision, name) for name in _NAMES[1:]),
        )
        .where(Decision.episode_id == episode_id)
        .order_by(Decision.id)
    )
    return {(row[2], row[3], row[4], row[5], row[6]): FaceLabel(row[0], row[1]) for row in rows}


def followed_by(
    connection: Connection, episode_id: int, labels: Mapping[Place, FaceLabel]
) -> dict[Place, int]:
    """The track that follows what a person labelled, by its place; what none follows is left out.

    A box that is no face has to be about the same again: the face beside a hand is another one.
    """
    places = {place: place for place in labels}
    wrong = {place for place, label in labels.items() if label.no_face}
    return tracks_at(connection, episode_id, places, wrong)


def labels_of(connection: Connection, face_ids: Sequence[int]) -> dict[int, FaceLabel]:
    """What a person said of faces, by their ids; others are left out."""
    labels: dict[int, FaceLabel] = {}
    for batch in batched(face_ids, BATCH):
        query = select(Face.id, Decision.character_id, Decision.no_face).join(Decision, SAME_PLACE)
        rows = connection.execute(query.where(Face.id.in_(batch)))
        labels |= {face: FaceLabel(who, no_face) for face, who, no_face in rows}
    return labels


_NAMES = ("episode_id", "frame", "x", "y", "w", "h")


def _columns(spot: Spot) -> dict[str, int | None]:
    episode_id, place = spot
    return dict(zip(_NAMES, (episode_id, *place), strict=True))
