"""An episode's scan read back whole, and the shots and tracks that were made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from eyecatch.core.scan.linking import ChunkEnds, TrackletEnds
from eyecatch.db import models as schema
from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.connection.bulk import insert_numbered, update_rows
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models.base import DONE
from eyecatch.db.records.scan import Linked
from eyecatch.db.review.decisions import apply_decisions
from eyecatch.db.review.faces import match_to_tracks
from eyecatch.db.review.missed_faces import place_missed
from eyecatch.db.scans.episode_state import mark_pending
from eyecatch.db.serialization import unpack_timeline

# (start, stop) of each shot; (shot, start, stop, its (chunk, position) pairs) of each track.
_Shots = list[tuple[int, int]]
_Tracks = list[tuple[int, int, int, tuple[tuple[int, int], ...]]]

TABLES: Final = schema.Base.metadata.tables

_FOUND: Final = schema.Tracklet.missed_face_id.is_(None)
"""A scan found the tracklet: no person drew it."""


class Tracks(Repository):
    """The shots and tracks of episodes, and the scans that they are made from."""

    def load_ends(self, episode_id: int) -> list[ChunkEnds]:
        """The chunks that are done, in order, and where the tracklets in them begin and end."""
        with self._session.reading() as connection:
            chunks = connection.execute(
                select(schema.Chunk.id, schema.Chunk.index, schema.Timeline.arrays)
                .join(schema.Timeline, schema.Timeline.chunk_id == schema.Chunk.id)
                .where(schema.Chunk.episode_id == episode_id, schema.Chunk.state == DONE)
                .order_by(schema.Chunk.index)
            ).all()
            ends = _ends(connection, episode_id)
            return [
                ChunkEnds(index, unpack_timeline(arrays), tuple(ends.get(id_, ())))
                for id_, index, arrays in chunks
            ]

    def cuts(self, episode_id: int) -> list[int]:
        """The first frames of an episode's shots but the first, in order."""
        shot = schema.Shot
        query = select(shot.start).where(shot.episode_id == episode_id, shot.start > 0)
        with self._session.reading() as connection:
            return list(connection.scalars(query.order_by(shot.start)))

    def save(self, episode_id: int, linked: Linked) -> None:
        """Store the shots and tracks of an episode in place of the old; equal ones change no row.

        Each face is matched to the new track at its place, and people's decisions are applied to
        the new tracks. A face that a person drew gets a track of its own where none follows it.
        """
        with self._session.writing(FACES) as connection:
            shots = [(shot.start, shot.stop) for shot in linked.shots]
            tracks = [
                (track.shot, track.start, track.stop, tuple(sorted(track.tracklets)))
                for track in linked.tracks
            ]
            if (shots, tracks) == _stored(connection, episode_id):
                return
            connection.execute(delete(schema.Track).where(schema.Track.episode_id == episode_id))
            connection.execute(delete(schema.Shot).where(schema.Shot.episode_id == episode_id))
            shot_ids = _insert_shots(connection, episode_id, shots)
            _insert_tracks(connection, episode_id, tracks, shot_ids)
            connection.execute(
                update(schema.Episode).where(schema.Episode.id == episode_id).values(bundle_id=None)
            )
            place_missed(connection, episode_id)
            match_to_tracks(connection, episode_id)
            apply_decisions(connection, episode_id)
            refresh_appearances(connection, episode_id)
            mark_pending(connection, episode_id)


def _stored(connection: Connection, episode_id: int) -> tuple[_Shots, _Tracks]:
    shots = connection.execute(
        select(schema.Shot.id, schema.Shot.start, schema.Shot.stop)
        .where(schema.Shot.episode_id == episode_id)
        .order_by(schema.Shot.number)
    ).all()
    places = {shot.id: place for place, shot in enumerate(shots)}
    members: dict[int | None, list[tuple[int, int]]] = {}
    for track_id, index, position in connection.execute(
        select(schema.Tracklet.track_id, schema.Chunk.index, schema.Tracklet.position)
        .join(schema.Chunk, schema.Chunk.id == schema.Tracklet.chunk_id)
        .where(schema.Chunk.episode_id == episode_id, schema.Tracklet.track_id.is_not(None), _FOUND)
        .order_by(schema.Chunk.index, schema.Tracklet.position)
    ):
        members.setdefault(track_id, []).append((index, position))
    of_drawn = select(schema.Tracklet.id).where(
        schema.Tracklet.track_id == schema.Track.id, ~_FOUND
    )
    tracks = connection.execute(
        select(schema.Track.id, schema.Track.shot_id, schema.Track.start, schema.Track.stop)
        .where(schema.Track.episode_id == episode_id, ~of_drawn.exists())
        .order_by(schema.Track.number)
    )
    return (
        [(shot.start, shot.stop) for shot in shots],
        [
            (places[track.shot_id], track.start, track.stop, tuple(members.get(track.id, ())))
            for track in tracks
        ],
    )


def _insert_shots(connection: Connection, episode_id: int, shots: _Shots) -> Sequence[int]:
    rows = [(episode_id, number, start, stop) for number, (start, stop) in enumerate(shots)]
    columns = ("episode_id", "number", "start", "stop")
    return insert_numbered(connection, TABLES["shot"], columns, rows)


_TRACK_COLUMNS: Final = (
    "episode_id", "number", "shot_id", "start", "stop", "start_pts", "stop_pts", "unsure",
)  # fmt: skip


def _insert_tracks(
    connection: Connection, episode_id: int, tracks: _Tracks, shot_ids: Sequence[int]
) -> None:
    if not tracks:
        return
    times = FrameTimes.of(connection, episode_id)
    rows = [
        (episode_id, number, shot_ids[shot], *both, *map(times.starts, both), False)
        for number, (shot, *both, _) in enumerate(tracks)
    ]
    ids = insert_numbered(connection, TABLES["track"], _TRACK_COLUMNS, rows)
    tracklet_ids = _tracklet_ids(connection, episode_id)
    members = [
        (tracklet_ids[key], track_id)
        for track_id, (_, _, _, keys) in zip(ids, tracks, strict=True)
        for key in keys
    ]
    update_rows(connection, TABLES["tracklet"], ("track_id",), members)


def _tracklet_ids(connection: Connection, episode_id: int) -> dict[tuple[int, int], int]:
    rows = connection.execute(
        select(schema.Chunk.index, schema.Tracklet.position, schema.Tracklet.id)
        .join(schema.Tracklet, schema.Tracklet.chunk_id == schema.Chunk.id)
        .where(schema.Chunk.episode_id == episode_id)
    )
    return {(index, position): tracklet_id for index, position, tracklet_id in rows}


def _ends(connection: Connection, episode_id: int) -> dict[int, list[TrackletEnds]]:
    """The tracklets of each chunk, by its id, in order."""
    first, last = aliased(schema.Frame), aliased(schema.Frame)
    tracklet = schema.Tracklet
    boxes = (getattr(frame, name) for frame in (first, last) for name in ("x", "y", "w", "h"))
    rows = connection.execute(
        select(tracklet.chunk_id, tracklet.start, tracklet.stop, *boxes)
        .join(schema.Chunk, schema.Chunk.id == tracklet.chunk_id)
        .join(first, (first.tracklet_id == tracklet.id) & (first.frame == tracklet.start))
        .join(last, (last.tracklet_id == tracklet.id) & (last.frame == tracklet.stop - 1))
        .where(schema.Chunk.episode_id == episode_id, _FOUND)
        .order_by(tracklet.chunk_id, tracklet.position)
    )
    ends: dict[int, list[TrackletEnds]] = defaultdict(list)
    for chunk_id, start, stop, x, y, w, h, *box in rows:
        ends[chunk_id].append(TrackletEnds(start, stop - 1, (x, y, w, h), (*box,)))
    return ends
