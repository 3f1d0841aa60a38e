"""The picture of each character: the face that a person chose, else the best that is known."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Connection

from eyecatch.db.connection.session import Repository
from eyecatch.db.models import Character, Crop, Face, Track, Tracklet
from eyecatch.db.models.base import PERSON

_LOOKED_AT: Final = 50
"""Tracks whose crops are compared: of a face that is on screen long there are good ones."""


class Covers(Repository):
    """The picture of each character."""

    def chosen(self) -> dict[int, int]:
        """The faces that people chose, by the characters' ids."""
        with self._session.reading() as connection:
            rows = connection.execute(select(Character.id, Character.cover_id))
            return {key: face for key, face in rows if face is not None}

    def jpeg(self, character_id: int) -> bytes | None:
        """The picture of a character; None where no face of it is on screen.

        That is the chosen face while it is called so; else the best crop of those tracks that
        people named, that are sure, and that are on screen longest.
        """
        with self._session.reading() as connection:
            theirs = Track.character_id == character_id
            chosen = (
                select(Track.id)
                .join(Face, Face.track_id == Track.id)
                .join(Character, Character.cover_id == Face.id)
                .where(Character.id == character_id, theirs)
            )
            longest = (Track.stop_pts - Track.start_pts).desc()
            seen = (
                select(Track.id)
                .where(theirs, Track.no_face.is_(False))
                .order_by((Track.decided_by == PERSON).desc(), Track.unsure, longest, Track.id)
                .limit(_LOOKED_AT)
            )
            return _best(connection, Tracklet.track_id.in_(chosen)) or _best(
                connection, Tracklet.track_id.in_(seen)
            )


def _best(connection: Connection, where: ColumnElement[bool]) -> bytes | None:
    return connection.scalar(
        select(Crop.jpeg)
        .join(Tracklet, Tracklet.id == Crop.tracklet_id)
        .where(where)
        .order_by(Crop.quality.desc(), Crop.id)
        .limit(1)
    )
