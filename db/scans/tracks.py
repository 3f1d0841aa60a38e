"""An episode's scan read back whole, and the shots and tracks that were made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.scan.types import Crop, ScannedChunk, Tracklet
from eyecatch.db import models as schema
from eyecatch.db.appearances import refresh_appearances
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

_FOUND: Final = schema.Tracklet.missed_face_id.is_(None)
"""A scan found the tracklet: no person drew it."""


class Tracks(Repository):
    """The shots and tracks of episodes, and the scans that they are made from."""

    def load_scan(self, episode_id: int) -> list[ScannedChunk]:
        """What was found in the chunks that are done, in order; crops come without their JPEGs.

        Scores come as they are kept, in steps of a thousandth.
        """
        with self._session.reading() as connection:
            chunks = connection.execute(
                select(
                    schema.Chunk.id, schema.Chunk.index, schema.Chunk.error, schema.Timeline.arrays
                )
                .join(schema.Timeline, schema.Timeline.chunk_id == schema.Chunk.id)
                .where(schema.Chunk.episode_id == episode_id, schema.Chunk.state == DONE)
                .order_by(schema.Chunk.index)
            )
            return [
                ScannedChunk(
                    index, unpack_timeline(arrays), _tracklets(connection, chunk_id), error
                )
                for chunk_id, index, error, arrays in chunks
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
    if not shots:
        return ()
    return connection.scalars(
        insert(schema.Shot).returning(schema.Shot.id, sort_by_parameter_order=True),
        [
            {"episode_id": episode_id, "number": number, "start": start, "stop": stop}
            for number, (start, stop) in enumerate(shots)
        ],
    ).all()


def _insert_tracks(
    connection: Connection, episode_id: int, tracks: _Tracks, shot_ids: Sequence[int]
) -> None:
    if not tracks:
        return
    times = FrameTimes.of(connection, episode_id)
    ids = connection.scalars(
        insert(schema.Track).returning(schema.Track.id, sort_by_parameter_order=True),
        [
            {
                "episode_id": episode_id,
                "number": number,
                "shot_id": shot_ids[shot],
                "start": start,
                "stop": stop,
                "start_pts": times.starts(start),
                "stop_pts": times.starts(stop),
                "unsure": False,
            }
            for number, (shot, start, stop, _) in enumerate(tracks)
        ],
    ).all()
    tracklet_ids = _tracklet_ids(connection, episode_id)
    connection.execute(
        update(schema.Tracklet)
        .where(schema.Tracklet.id == bindparam("tracklet"))
        .values(track_id=bindparam("track")),
        [
            {"tracklet": tracklet_ids[key], "track": track_id}
            for track_id, (_, _, _, keys) in zip(ids, tracks, strict=True)
            for key in keys
        ],
    )


def _tracklet_ids(connection: Connection, episode_id: int) -> dict[tuple[int, int], int]:
    rows = connection.execute(
        select(schema.Chunk.index, schema.Tracklet.position, schema.Tracklet.id)
        .join(schema.Tracklet, schema.Tracklet.chunk_id == schema.Chunk.id)
        .where(schema.Chunk.episode_id == episode_id)
    )
    return {(index, position): tracklet_id for index, position, tracklet_id in rows}


def _tracklets(connection: Connection, chunk_id: int) -> tuple[Tracklet, ...]:
    ids = connection.scalars(
        select(schema.Tracklet.id)
        .where(schema.Tracklet.chunk_id == chunk_id, _FOUND)
        .order_by(schema.Tracklet.position)
    ).all()
    of_chunk = (schema.Tracklet.chunk_id == chunk_id) & _FOUND
    frames = _grouped(
        connection.execute(
            select(
                schema.Frame.tracklet_id,
                schema.Frame.frame,
                schema.Frame.x,
                schema.Frame.y,
                schema.Frame.w,
                schema.Frame.h,
                schema.Frame.score,
            )
            .join(schema.Tracklet, schema.Tracklet.id == schema.Frame.tracklet_id)
            .where(of_chunk)
            .order_by(schema.Frame.tracklet_id, schema.Frame.frame)
        ).all()
    )
    crops = _grouped(
        connection.execute(
            select(schema.Crop.tracklet_id, schema.Crop.frame, schema.Crop.quality)
            .join(schema.Tracklet, schema.Tracklet.id == schema.Crop.tracklet_id)
            .where(of_chunk)
            .order_by(schema.Crop.tracklet_id, schema.Crop.rank)
        ).all()
    )
    return tuple(_tracklet(frames[key], crops.get(key, [])) for key in ids)


def _tracklet(frames: list[Any], crops: list[Any]) -> Tracklet:
    rows: npt.NDArray[np.int64] = np.array(frames, np.int64)
    return Tracklet(
        frames=rows[:, 0].astype(np.int32),
        boxes=rows[:, 1:5].astype(np.int32),
        scores=(rows[:, 5] / 1000).astype(np.float32),
        crops=tuple(Crop(frame, quality, b"") for frame, quality in crops),
    )


def _grouped(rows: Sequence[Any]) -> dict[int, list[Any]]:
    """Rows by their first column, without it."""
    groups: dict[int, list[Any]] = {}
    for key, *rest in rows:
        groups.setdefault(key, []).append(rest)
    return groups
