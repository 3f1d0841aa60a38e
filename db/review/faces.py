"""The face of each track: how it looks, and which track follows it now.

Tracks are made anew by another detector. A face stays where it was seen, at a place of a frame, and
so do its cluster and what a person said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.db.models import Episode, Face, Track
from eyecatch.db.models.base import PERSON
from eyecatch.db.review.face_matching import Place, middles, tracks_at
from eyecatch.db.serialization import pack_vector, unpack_vectors

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """The faces of a series that a track follows, as arrays of n.

    Attributes:
        ids: int64, of the faces.
        tracks: int64, ids of their tracks.
        episodes: int64, ids of their episodes.
        shots: int64, ids of their shots.
        starts, stops: int64, frames of their tracks, half-open.
        clusters: int64, ids of their clusters; 0 for none yet.
        characters: int64, ids of the characters that a person gave; 0 for none.
        by_person: bool, whether a person decided who it is, or that it is nobody.
        vectors: float32 (n, d), of unit length, or zero where nothing can be told.
    """

    ids: Places
    tracks: Places
    episodes: Places
    shots: Places
    starts: Places
    stops: Places
    clusters: Places
    characters: Places
    by_person: Flags
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.ids)

    def at_once(self) -> Places:
        """int64 (p, 2): places of two whose tracks have a frame in common."""
        order = np.lexsort([self.starts, self.shots])
        pairs: list[tuple[int, int]] = []
        for k, i in enumerate(order):
            for j in order[k + 1 :]:
                if self.shots[j] != self.shots[i] or self.starts[j] >= self.stops[i]:
                    break
                pairs.append((int(i), int(j)))
        return np.array(pairs, np.int64).reshape(-1, 2)


def lacking(connection: Connection, bundle_id: int) -> list[int]:
    """Ids of the episodes with a track whose face was not looked at by a bundle, in order."""
    has = select(Face.id).where(Face.track_id == Track.id, Face.bundle_id == bundle_id).exists()
    rows = connection.scalars(select(Track.episode_id).where(~has).distinct())
    return sorted(rows)


def save_faces(
    connection: Connection, episode_id: int, vectors: Mapping[int, Vectors], bundle_id: int
) -> None:
    """Keep how the tracks of an episode look to a bundle; what a face is told of else stays.

    Args:
        connection: in a transaction that writes.
        episode_id: the episode.
        vectors: float32 (d,) of each track, by its id.
        bundle_id: whose embeddings they are.
    """
    known = dict(
        connection.execute(
            select(Face.track_id, Face.id).where(
                Face.episode_id == episode_id, Face.track_id.is_not(None)
            )
        ).all()
    )
    old = [
        {"face": known[track], "packed": pack_vector(vector)}
        for track, vector in vectors.items()
        if track in known
    ]
    if old:
        connection.execute(
            update(Face)
            .where(Face.id == bindparam("face"))
            .values(embedding=bindparam("packed"), bundle_id=bundle_id),
            old,
        )
    new = [track for track in vectors if track not in known]
    rows = [
        {
            "episode_id": episode_id,
            **dict(zip(("frame", "x", "y", "w", "h"), place, strict=True)),
            "track_id": track,
            "bundle_id": bundle_id,
            "embedding": pack_vector(vectors[track]),
        }
        for track, place in middles(connection, new).items()
    ]
    taken = _taken(connection, episode_id)
    for row in [row for row in rows if _place(row) in taken]:
        # A face that no track followed for a while: the place is the same, so it is the same.
        values = {key: row[key] for key in ("track_id", "bundle_id", "embedding")}
        connection.execute(update(Face).where(Face.id == taken[_place(row)]).values(**values))
    rows = [row for row in rows if _place(row) not in taken]
    if rows:
        connection.execute(insert(Face), rows)


def _place(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("frame", "x", "y", "w", "h"))


def _taken(connection: Connection, episode_id: int) -> dict[tuple[object, ...], int]:
    """Ids of the faces of an episode by their places."""
    rows = connection.execute(
        select(Face.id, Face.frame, Face.x, Face.y, Face.w, Face.h).where(
            Face.episode_id == episode_id
        )
    )
    return {tuple(place): face_id for face_id, *place in rows}


def relink(connection: Connection, episode_id: int) -> None:
    """Find again which track follows each face, after tracks were made anew; one face a track."""
    rows = connection.execute(
        select(Face.id, Face.frame, Face.x, Face.y, Face.w, Face.h)
        .where(Face.episode_id == episode_id)
        .order_by(Face.id)
    )
    places: dict[int, Place] = {face_id: (frame, x, y, w, h) for face_id, frame, x, y, w, h in rows}
    if not places:
        return
    followed: dict[int, int] = {}
    for face_id, track_id in tracks_at(connection, episode_id, places).items():
        followed.setdefault(track_id, face_id)
    connection.execute(update(Face).where(Face.episode_id == episode_id).values(track_id=None))
    if followed:
        connection.execute(
            update(Face).where(Face.id == bindparam("face")).values(track_id=bindparam("track")),
            [{"face": face, "track": track} for track, face in followed.items()],
        )


def load_looks(connection: Connection, series_id: int | None, bundle_id: int) -> Looks:
    """The faces of the episodes of a series, or of no series, as a bundle sees them."""
    rows = connection.execute(
        select(
            Face.id,
            Face.track_id,
            Face.episode_id,
            Track.shot_id,
            Track.start,
            Track.stop,
            func.coalesce(Face.cluster_id, 0),
            func.coalesce(Track.character_id, 0),
            Track.decided_by,
            Face.embedding,
        )
        .join(Track, Track.id == Face.track_id)
        .join(Episode, Episode.id == Face.episode_id)
        .where(Episode.series_id.is_not_distinct_from(series_id), Face.bundle_id == bundle_id)
        .order_by(Face.episode_id, Face.id)
    ).all()
    columns = list(zip(*rows, strict=True)) or [()] * 10
    by_person = np.array([by == PERSON for by in columns[8]], bool)
    characters = np.array(columns[7], np.int64)
    ids, tracks, episodes, shots, starts, stops, clusters = (
        np.array(column, np.int64) for column in columns[:7]
    )
    return Looks(
        ids=ids,
        tracks=tracks,
        episodes=episodes,
        shots=shots,
        starts=starts,
        stops=stops,
        clusters=clusters,
        characters=np.where(by_person, characters, 0),
        by_person=by_person,
        vectors=unpack_vectors(list(columns[9])),
    )
