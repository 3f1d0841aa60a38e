"""The face of each track: its embedding, and which track follows it now.

Another detector makes new tracks. A face is a box in a frame, which stays, and so do its cluster
and the label that a person gave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.file_names import shown
from eyecatch.core.identity.propagation import FaceEmbeddings
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import Character, Crop, Episode, Face, Track, Tracklet
from eyecatch.db.models.base import PERSON
from eyecatch.db.models.scan import UNSURE_TRACK
from eyecatch.db.records.review import FaceRow
from eyecatch.db.records.scan import likely_origin
from eyecatch.db.review.decisions import labels_of
from eyecatch.db.review.face_embeddings import series_embeddings
from eyecatch.db.review.face_matching import Place, middles, tracks_at
from eyecatch.db.serialization import pack_vector
from eyecatch.db.tallies import SECONDS

Vectors = npt.NDArray[np.float32]


WAITING: ColumnElement[bool] = Track.decided_by.is_distinct_from(PERSON) & or_(
    Track.character_id.is_(None), Track.unsure
)
"""Of a track: no person named it, and no bundle is sure who it is."""


class Faces(Repository):
    """The faces of tracks: their embeddings, and who they are."""

    def episodes_lacking(self, bundle_id: int) -> list[int]:
        """Ids of the episodes with a track whose face was not looked at by a bundle, in order."""
        with self._session.reading() as connection:
            has = (
                select(Face.id)
                .where(Face.track_id == Track.id, Face.bundle_id == bundle_id)
                .exists()
            )
            rows = connection.scalars(select(Track.episode_id).where(~has).distinct())
            return sorted(rows)

    def save(self, episode_id: int, vectors: Mapping[int, Vectors], bundle_id: int) -> None:
        """Store a bundle's embedding for each track's face; a face's cluster and label stay.

        Args:
            episode_id: the episode.
            vectors: float32 (d,) of each track, by its id.
            bundle_id: whose embeddings they are.
        """
        with self._session.writing(FACES) as connection:
            known = dict(
                connection.execute(
                    select(Face.track_id, Face.id).where(
                        Face.episode_id == episode_id, Face.track_id.is_not(None)
                    )
                ).all()
            )
            old = {known[track]: vector for track, vector in vectors.items() if track in known}
            _update_embeddings(connection, old, bundle_id)
            new = {track: vector for track, vector in vectors.items() if track not in known}
            _add_faces(connection, episode_id, new, bundle_id)

    def embeddings(self, series_id: int | None, bundle_id: int) -> FaceEmbeddings:
        """A bundle's embeddings of the faces of a series, or of the episodes of no series."""
        with self._session.reading() as connection:
            return series_embeddings(connection, series_id, bundle_id)

    def series(self) -> list[int | None]:
        """Ids of the series that have faces; None stands for episodes of no series."""
        with self._session.reading() as connection:
            with_faces = exists().where(Face.episode_id == Episode.id)
            return list(connection.scalars(select(Episode.series_id).where(with_faces).distinct()))

    def waiting(self, cluster_id: int, count: int | None = None) -> list[FaceRow]:
        """The faces of a cluster that wait for a name, the longest on screen first."""
        with self._session.reading() as connection:
            return waiting_faces(connection, cluster_id, count)

    def of_character(self, character: str, count: int | None = None) -> list[FaceRow]:
        """The faces of a character by its own name, sure ones or not, the least sure first."""
        order = (Track.confidence, SECONDS.desc(), Face.id)
        with self._session.reading() as connection:
            return _faces(connection, Character.name == character, *order, count=count)

    def unsure(self, count: int | None = None) -> list[FaceRow]:
        """Faces whose name is unsure, the most informative to label first.

        That is the seconds on screen times the entropy of the confidence (uncertainty sampling:
        Lewis & Gale 1994).
        """
        which = and_(UNSURE_TRACK, Track.decided_by.is_distinct_from(PERSON))
        with self._session.reading() as connection:
            found = _faces(connection, which, Face.id)
        ranked = sorted(found, key=lambda one: (-one.seconds * _entropy(one.confidence), one.id))
        return ranked[:count]

    def jpeg(self, face_id: int) -> bytes | None:
        """The best crop of a face; None where there is no such face, or no track follows it."""
        with self._session.reading() as connection:
            return connection.scalar(
                select(Crop.jpeg)
                .join(Tracklet, Tracklet.id == Crop.tracklet_id)
                .join(Face, Face.track_id == Tracklet.track_id)
                .where(Face.id == face_id)
                .order_by(Crop.quality.desc(), Crop.id)
                .limit(1)
            )


def _update_embeddings(
    connection: Connection, vectors: Mapping[int, Vectors], bundle_id: int
) -> None:
    """Store other embeddings of faces, by their ids."""
    if vectors:
        connection.execute(
            update(Face)
            .where(Face.id == bindparam("face"))
            .values(embedding=bindparam("packed"), bundle_id=bundle_id),
            [{"face": face, "packed": pack_vector(vector)} for face, vector in vectors.items()],
        )


def _add_faces(
    connection: Connection, episode_id: int, vectors: Mapping[int, Vectors], bundle_id: int
) -> None:
    """Add the faces of tracks, by their ids; one that is known at the same place is kept."""
    known = _by_place(connection, episode_id)
    rows = []
    for track, place in middles(connection, list(vectors)).items():
        values = {
            "track_id": track,
            "bundle_id": bundle_id,
            "embedding": pack_vector(vectors[track]),
        }
        if place in known:  # no track followed it for a while
            connection.execute(update(Face).where(Face.id == known[place]).values(**values))
        else:
            box = dict(zip(("frame", "x", "y", "w", "h"), place, strict=True))
            rows.append({"episode_id": episode_id, **box, **values})
    if rows:
        connection.execute(insert(Face), rows)


def _by_place(connection: Connection, episode_id: int) -> dict[Place, int]:
    """Ids of the faces of an episode by their places."""
    rows = connection.execute(
        select(Face.id, Face.frame, Face.x, Face.y, Face.w, Face.h)
        .where(Face.episode_id == episode_id)
        .order_by(Face.id)
    )
    return {(frame, x, y, w, h): face for face, frame, x, y, w, h in rows}


def waiting_faces(
    connection: Connection, cluster_id: int, count: int | None = None
) -> list[FaceRow]:
    """The faces of a cluster that wait for a name, the longest on screen first."""
    which = (Face.cluster_id == cluster_id) & WAITING
    return _faces(connection, which, SECONDS.desc(), Face.id, count=count)


def waiting_ids(connection: Connection, cluster_id: int) -> list[int]:
    """The numbers of those faces, in the same order."""
    return list(
        connection.scalars(
            select(Face.id)
            .join(Track, Track.id == Face.track_id)
            .join(Episode, Episode.id == Face.episode_id)
            .where(Face.cluster_id == cluster_id, WAITING)
            .order_by(SECONDS.desc(), Face.id)
        )
    )


def _entropy(chance: float | None) -> float:
    p = min(max(chance or 0.5, 1e-6), 1 - 1e-6)
    return float(-p * np.log2(p) - (1 - p) * np.log2(1 - p))


def _faces(
    connection: Connection,
    which: ColumnElement[bool],
    *order: Any,  # noqa: ANN401 - columns
    count: int | None = None,
) -> list[FaceRow]:
    rows = connection.execute(
        select(
            Face.id,
            Face.cluster_id,
            Episode.id,
            Episode.path,
            Track.number,
            SECONDS,
            Track.start_pts,
            Episode.time_base_num,
            Episode.time_base_den,
            Episode.origin_num,
            Episode.origin_den,
            Episode.start_pts,
            Character.name,
            Track.confidence,
            Track.unsure,
            Track.decided_by,
        )
        .select_from(Face)
        .join(Track, Track.id == Face.track_id)
        .join(Episode, Episode.id == Face.episode_id)
        .outerjoin(Character, Character.id == Track.character_id)
        .where(which)
        .order_by(*order)
        .limit(count)
    )
    return [
        FaceRow(
            face,
            number,
            episode,
            shown(path.rpartition("/")[2]),
            path,
            track,
            float(seconds),
            start * num / den,
            start * num / den - _origin(num, den, *clock),
            *verdict,
        )
        for face, number, episode, path, track, seconds, start, num, den, *rest in rows
        for clock, verdict in [(rest[:3], rest[3:])]
    ]


def _origin(
    num: int, den: int, origin_num: int | None, origin_den: int, first: int | None
) -> float:
    """Where players begin to count, from an episode's columns."""
    origin = None if origin_num is None else Fraction(origin_num, origin_den)
    return float(likely_origin(origin, Fraction((first or 0) * num, den)))


def match_to_tracks(connection: Connection, episode_id: int) -> None:
    """Find the track that follows each face, after tracks were made anew; one face a track."""
    places = {face: place for place, face in _by_place(connection, episode_id).items()}
    if not places:
        return
    followed: dict[int, int] = {}
    wrong = {face for face, label in labels_of(connection, list(places)).items() if label.no_face}
    for face_id, track_id in tracks_at(connection, episode_id, places, wrong).items():
        followed.setdefault(track_id, face_id)
    connection.execute(update(Face).where(Face.episode_id == episode_id).values(track_id=None))
    if followed:
        connection.execute(
            update(Face).where(Face.id == bindparam("face")).values(track_id=bindparam("track")),
            [{"face": face, "track": track} for track, face in followed.items()],
        )
