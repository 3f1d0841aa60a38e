"""Labels that people gave to faces, each stored by box and frame, so that it outlives tracks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from more_itertools import batched
from sqlalchemy import and_, bindparam, delete, insert, select
from sqlalchemy.engine import Connection

from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import now_ms
from eyecatch.db.models import Decision, Face
from eyecatch.db.models.base import PERSON
from eyecatch.db.review.face_matching import Place, tracks_at
from eyecatch.db.verdicts import UNDECIDED, overrule

Spot = tuple[int, Place]
"""Id of an episode, and the place of a face in it."""


SAME_PLACE = and_(
    *(
        getattr(Decision, name) == getattr(Face, name)
        for name in ("episode_id", "frame", "x", "y", "w", "h")
    )
)
"""A decision is about a face."""


def add_decisions(connection: Connection, labels: Mapping[Spot, int | None]) -> None:
    """Store which character a person gave to the face at each spot, None for nobody."""
    remove_decisions(connection, labels)
    if labels:
        now = now_ms()
        rows = [_columns(spot) | {"character_id": who, "now": now} for spot, who in labels.items()]
        connection.execute(insert(Decision).values(decided_ms=bindparam("now")), rows)


def remove_decisions(connection: Connection, spots: Iterable[Spot]) -> None:
    """Drop the decisions about the faces at these spots, if there are any."""
    rows = [{f"b_{name}": value for name, value in _columns(spot).items()} for spot in spots]
    if rows:
        same = [getattr(Decision, name) == bindparam(f"b_{name}") for name in _NAMES]
        connection.execute(delete(Decision).where(*same), rows)


def label_tracks(connection: Connection, characters: Mapping[int, int | None]) -> None:
    """Give tracks, by their ids, a person's labels; appearances have to be refreshed then."""
    decided = dict(UNDECIDED) | {"confidence": 1.0, "decided_by": PERSON}
    overrule(
        connection, {track: decided | {"character_id": who} for track, who in characters.items()}
    )


def apply_decisions(connection: Connection, episode_id: int) -> None:
    """Give each track the label that a person gave to the face it follows; the last one counts.

    A decision about a face that no track follows is kept for when one does.
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
    label_tracks(
        connection, {followed[row.id]: row.character_id for row in rows if row.id in followed}
    )


def labels_of(connection: Connection, face_ids: Sequence[int]) -> dict[int, int | None]:
    """The character's id, or None for nobody, that a person gave to faces; others are left out."""
    labels: dict[int, int | None] = {}
    for batch in batched(face_ids, BATCH):
        query = select(Face.id, Decision.character_id).join(Decision, SAME_PLACE)
        labels |= dict(connection.execute(query.where(Face.id.in_(batch))).all())
    return labels


_NAMES = ("episode_id", "frame", "x", "y", "w", "h")


def _columns(spot: Spot) -> dict[str, int | None]:
    episode_id, place = spot
    return dict(zip(_NAMES, (episode_id, *place), strict=True))
