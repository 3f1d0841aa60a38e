"""The face of each track: where it is, how it looks, and which track follows it now.

Tracks are made anew by another detector. A face stays where it was seen, at a place of a frame, and
so do its cluster and what a person said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, and_, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.faces import iou
from eyecatch.db.arrays import pack_vector, unpack_vectors
from eyecatch.db.schema import Decision, Episode, Face, Frame, Track, Tracklet
from eyecatch.db.states import PERSON

SAME_FACE = 0.3
"""Least overlap of a face's boxes as two detectors draw them; that of the figures in ``bench``."""

Place = tuple[int, int, int, int, int]
"""Number of a frame, and x, y, w, h of a box in it."""

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BATCH = 500
"""Values in one statement; SQLite takes some thousands."""

SAME_PLACE = and_(
    *(
        getattr(Decision, name) == getattr(Face, name)
        for name in ("episode_id", "frame", "x", "y", "w", "h")
    )
)
"""A decision is of a face."""


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


def middles(connection: Connection, tracks: Sequence[int]) -> dict[int, Place]:
    """The place of each track's face: its box in the middle frame, or the next one that has it."""
    found: dict[int, Place] = {}
    for batch in batched(tracks):
        middle = (Track.start + Track.stop - 1) / 2
        first = (
            select(Tracklet.track_id, func.min(Frame.frame).label("frame"))
            .join(Track, Track.id == Tracklet.track_id)
            .join(Frame, Frame.tracklet_id == Tracklet.id)
            .where(Tracklet.track_id.in_(batch), Frame.frame >= func.floor(middle))
            .group_by(Tracklet.track_id)
            .subquery()
        )
        rows = connection.execute(
            select(first.c.track_id, Frame.frame, Frame.x, Frame.y, Frame.w, Frame.h)
            .join(Tracklet, Tracklet.track_id == first.c.track_id)
            .join(Frame, (Frame.tracklet_id == Tracklet.id) & (Frame.frame == first.c.frame))
            .order_by(Frame.x)
        )
        for track, *place in rows:
            found.setdefault(track, (place[0], place[1], place[2], place[3], place[4]))
    return found


def tracks_at(
    connection: Connection, episode_id: int, places: Mapping[int, Place]
) -> dict[int, int]:
    """The track that follows the face at each place now, by the places' keys; none is left out.

    Args:
        connection: in any transaction.
        episode_id: the episode.
        places: by any numbers.
    """
    boxes: dict[int, list[Row[int, int, int, int, int, int]]] = {}
    # Neighbouring frames at a time: few tracks are there, and each is looked up for each frame.
    for batch in batched(sorted({place[0] for place in places.values()}), 50):
        rows = connection.execute(
            select(Frame.frame, Track.id, Frame.x, Frame.y, Frame.w, Frame.h)
            .join(Tracklet, Tracklet.track_id == Track.id)
            .join(Frame, Frame.tracklet_id == Tracklet.id)
            .where(
                Track.episode_id == episode_id,
                Track.start <= batch[-1],
                Track.stop > batch[0],
                Frame.frame.in_(batch),
            )
            .order_by(Track.number)
        )
        for row in rows:
            boxes.setdefault(row.frame, []).append(row)
    found: dict[int, int] = {}
    for key, (frame, *box) in places.items():
        there = boxes.get(frame, [])
        if there:
            drawn = np.array([row[2:] for row in there], np.float32)
            overlaps = iou(np.array([box], np.float32), drawn)[0]
            best = int(overlaps.argmax())
            if overlaps[best] >= SAME_FACE:
                found[key] = there[best].id
    return found


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


def said_at(connection: Connection, face_ids: Sequence[int]) -> dict[int, int | None]:
    """The character's id, or None for nobody, that a person gave to faces; others are left out."""
    said: dict[int, int | None] = {}
    for batch in batched(face_ids):
        query = select(Face.id, Decision.character_id).join(Decision, SAME_PLACE)
        said |= dict(connection.execute(query.where(Face.id.in_(batch))).all())
    return said


def batched(values: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """``size`` values at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
