"""What is done to the index when a person draws a box around a face that was missed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.db.connection.session import now_ms
from eyecatch.db.models import Episode, Face, MissedFace, Track
from eyecatch.db.records.review import DrawnFace
from eyecatch.db.review.face_matching import tracks_at
from eyecatch.db.review.missed_faces import BOX, place_missed
from eyecatch.db.serialization import pack_vector


def draw_face(connection: Connection, drawn: DrawnFace) -> tuple[int, int]:
    """Add a face that no detector found, with its track.

    Returns:
        The ids of the missed face, and of the face.

    Raises:
        RequestError: there is no such episode, the box is not in the picture, there is one around
            this face already, or its frame is not indexed.
    """
    _check(connection, drawn)
    missed = _add_missed(connection, drawn)
    placed = place_missed(connection, drawn.episode_id)
    if missed not in placed:
        problem = f"frame {drawn.frame} of this episode is not indexed"
        raise RequestError(problem, "index it to its end first")
    return missed, _add_face(connection, drawn, placed[missed])


def _check(connection: Connection, drawn: DrawnFace) -> None:
    sizes = select(Episode.width, Episode.height).where(Episode.id == drawn.episode_id)
    row = connection.execute(sizes).one_or_none()
    if row is None:
        raise RequestError(f"there is no episode {drawn.episode_id}", "look again")
    x, y, w, h = drawn.box
    if w < 1 or h < 1 or x >= row.width or y >= row.height or x + w <= 0 or y + h <= 0:
        raise RequestError("this box is not in the picture", "draw it around the face")
    place = (drawn.frame, *drawn.box)
    for track in tracks_at(connection, drawn.episode_id, {0: place}).values():
        if not connection.scalar(select(Track.no_face).where(Track.id == track)):
            raise RequestError("there is a box around this face already", "name that one")


def _add_missed(connection: Connection, drawn: DrawnFace) -> int:
    """Store a face that a person drew, or bring one back that was taken out; returns its id."""
    place = _place(drawn)
    known = connection.scalar(
        select(MissedFace.id).where(
            *(getattr(MissedFace, name) == value for name, value in place.items())
        )
    )
    values: dict[str, Any] = {
        "start": drawn.start,
        "stop": drawn.stop,
        "quality": drawn.quality,
        "jpeg": drawn.jpeg,
        "drawn_ms": now_ms(),
        "removed": False,
    }
    if known is not None:
        connection.execute(update(MissedFace).where(MissedFace.id == known).values(**values))
        return known
    return connection.scalars(
        insert(MissedFace).values(place | values).returning(MissedFace.id)
    ).one()


def _add_face(connection: Connection, drawn: DrawnFace, track: int) -> int:
    """The face of a missed one, whose track is there; added if it is new."""
    place = _place(drawn)
    values: dict[str, Any] = {
        "track_id": track,
        "bundle_id": drawn.bundle_id,
        "embedding": pack_vector(drawn.embedding),
    }
    known = connection.scalar(
        select(Face.id).where(*(getattr(Face, name) == value for name, value in place.items()))
    )
    if known is not None:
        connection.execute(update(Face).where(Face.id == known).values(**values))
        return known
    return connection.scalars(insert(Face).values(place | values).returning(Face.id)).one()


def _place(drawn: DrawnFace) -> dict[str, Any]:
    return {"episode_id": drawn.episode_id} | dict(zip(BOX, (drawn.frame, *drawn.box), strict=True))
