"""Faces that no detector found and people drew: kept as boxes, and as tracks of one box.

A scan replaces what an earlier one found; what a person drew stays. Once the tracks of an episode
are made anew, each such face gets a track of its own again, unless a track follows a face at its
place now: then that one takes its name over, and the face is there once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.db.connection.session import Repository
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import (
    Character,
    Chunk,
    Crop,
    Face,
    Frame,
    MissedFace,
    Shot,
    Timeline,
    Track,
    Tracklet,
)
from eyecatch.db.records.review import MissedFaceRow
from eyecatch.db.review.decisions import followed_by, labels_at
from eyecatch.db.review.face_matching import Place, tracks_at
from eyecatch.db.serialization import unpack_timeline

_SURE: Final = 1000
"""The score of a box that a person drew, per mille."""

BOX: Final = ("frame", "x", "y", "w", "h")


class MissedFaces(Repository):
    """Faces that no detector found and people drew."""

    def of(self, episode_id: int) -> list[MissedFaceRow]:
        """Those of an episode, in order of time; without those that were taken out again."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(
                    MissedFace.id,
                    *(getattr(MissedFace, name) for name in BOX),
                    Frame.pts,
                    Face.id,
                    Character.name,
                )
                .join(Tracklet, Tracklet.missed_face_id == MissedFace.id)
                .join(Frame, (Frame.tracklet_id == Tracklet.id) & (Frame.frame == MissedFace.frame))
                .join(Track, Track.id == Tracklet.track_id)
                .outerjoin(Face, Face.track_id == Track.id)
                .outerjoin(Character, Character.id == Track.character_id)
                .where(
                    MissedFace.episode_id == episode_id,
                    Track.episode_id == episode_id,  # or SQLite begins with all frames there are
                    MissedFace.removed.is_(False),
                )
                .order_by(MissedFace.frame, MissedFace.id)
            )
            return [
                MissedFaceRow(id_, frame, when, (x, y, w, h), face, name)
                for id_, frame, x, y, w, h, when, face, name in rows
            ]

    def shot_at(self, episode_id: int, frame: int) -> tuple[int, int] | None:
        """The range of frames of the shot that a frame is in; None if that part is not indexed."""
        with self._session.reading() as connection:
            shot = shot_of(connection, episode_id, frame)
            return None if shot is None else (shot.start, shot.stop)


def shot_of(connection: Connection, episode_id: int, frame: int) -> Row[int, int, int] | None:
    """(id, start, stop) of the shot that a frame is in; None if there is none yet."""
    return connection.execute(
        select(Shot.id, Shot.start, Shot.stop).where(
            Shot.episode_id == episode_id, Shot.start <= frame, Shot.stop > frame
        )
    ).one_or_none()


def place_missed(connection: Connection, episode_id: int) -> dict[int, int]:
    """Give the missed faces of an episode tracks, where no track follows them.

    Returns:
        The id of the track of each that got one, by its id. Left out are those that have one, that
        another track follows, and whose frame was not scanned.
    """
    _delete_loose(connection, episode_id)
    has = exists().where(Tracklet.missed_face_id == MissedFace.id)
    rows = connection.execute(
        select(MissedFace)
        .where(MissedFace.episode_id == episode_id, MissedFace.removed.is_(False), ~has)
        .order_by(MissedFace.id)
    ).all()
    if not rows:
        return {}
    places: dict[int, Place] = {row.id: (row.frame, row.x, row.y, row.w, row.h) for row in rows}
    # A box that is no face takes over no face's name.
    labels = labels_at(connection, episode_id)
    wrong = {place: label for place, label in labels.items() if label.no_face}
    no_faces = set(followed_by(connection, episode_id, wrong).values())
    followed = tracks_at(connection, episode_id, places)
    times = FrameTimes.of(connection, episode_id)
    placed: dict[int, int] = {}
    for row in rows:
        if row.id in followed and followed[row.id] not in no_faces:
            continue
        if (track := _place(connection, row, times)) is not None:
            placed[row.id] = track
            _follow(connection, row, track)
    return placed


def take_out(connection: Connection, missed_ids: Collection[int]) -> None:
    """Take missed faces, and their tracks, out of the index; what was drawn is kept."""
    mine = Tracklet.missed_face_id.in_(missed_ids)
    tracks = connection.scalars(select(Tracklet.track_id).where(mine)).all()
    connection.execute(delete(Tracklet).where(mine))
    connection.execute(delete(Track).where(Track.id.in_(tracks)))
    _set_removed(connection, missed_ids, removed=True)


def bring_back(connection: Connection, missed_ids: Collection[int]) -> None:
    """Take back that missed faces were taken out."""
    _set_removed(connection, missed_ids, removed=False)
    for episode_id in episodes_of(connection, missed_ids):
        place_missed(connection, episode_id)


def episodes_of(connection: Connection, missed_ids: Collection[int]) -> set[int]:
    """Ids of the episodes that missed faces are in."""
    query = select(MissedFace.episode_id).where(MissedFace.id.in_(missed_ids))
    return set(connection.scalars(query))


def faces_at(connection: Connection, missed_ids: Collection[int]) -> list[int]:
    """Ids of the faces that stand for missed faces."""
    same = (getattr(MissedFace, name) == getattr(Face, name) for name in ("episode_id", *BOX))
    query = select(Face.id).join(MissedFace, and_(*same))
    return list(connection.scalars(query.where(MissedFace.id.in_(missed_ids))))


def _set_removed(connection: Connection, missed_ids: Collection[int], *, removed: bool) -> None:
    mine = MissedFace.id.in_(missed_ids)
    connection.execute(update(MissedFace).where(mine).values(removed=removed))


def _delete_loose(connection: Connection, episode_id: int) -> None:
    """Drop the tracklets of missed faces whose tracks are gone."""
    here = select(Chunk.id).where(Chunk.episode_id == episode_id)
    loose = (Tracklet.missed_face_id.is_not(None), Tracklet.track_id.is_(None))
    connection.execute(delete(Tracklet).where(Tracklet.chunk_id.in_(here), *loose))


@dataclass(frozen=True, slots=True)
class _Part:
    """The frames of a missed face in one chunk, and what the chunk's timeline says of them."""

    chunk_id: int
    frames: npt.NDArray[np.int64]
    pts: npt.NDArray[np.int64]
    held: npt.NDArray[np.bool_]


def _place(connection: Connection, row: Row[Any], times: FrameTimes) -> int | None:
    """A track for a missed face; None if its frame is in no shot of the index."""
    shot = shot_of(connection, row.episode_id, row.frame)
    if shot is None:
        return None
    start, stop = max(row.start, shot.start), min(row.stop, shot.stop)
    parts = list(_parts(connection, row.episode_id, start, stop))
    if not any(row.frame in part.frames for part in parts):
        return None
    start, stop = int(parts[0].frames[0]), int(parts[-1].frames[-1]) + 1
    of_episode = select(func.max(Track.number)).where(Track.episode_id == row.episode_id)
    last = connection.scalar(of_episode)
    values = {
        "episode_id": row.episode_id,
        "number": 0 if last is None else last + 1,
        "shot_id": shot.id,
        "start": start,
        "stop": stop,
        "start_pts": times.starts(start),
        "stop_pts": times.starts(stop),
        "unsure": False,
    }
    track = connection.scalars(insert(Track).values(values).returning(Track.id)).one()
    for part in parts:
        _insert_part(connection, row, part, track)
    return track


def _parts(connection: Connection, episode_id: int, start: int, stop: int) -> Iterator[_Part]:
    """What the scanned chunks of an episode know of its frames from one to another, in order."""
    rows = connection.execute(
        select(Chunk.id, Timeline.arrays)
        .join(Timeline, Timeline.chunk_id == Chunk.id)
        .where(
            Chunk.episode_id == episode_id,
            or_(Chunk.straight, (Chunk.start < stop) & (Chunk.stop > start)),
        )
        .order_by(Chunk.index)
    )
    for chunk_id, arrays in rows:
        timeline = unpack_timeline(arrays)
        first = max(start, timeline.start)
        last = min(stop, timeline.start + len(timeline.pts))
        if first < last:
            here = slice(first - timeline.start, last - timeline.start)
            frames = np.arange(first, last)
            yield _Part(chunk_id, frames, timeline.pts[here], timeline.held[here])


def _insert_part(connection: Connection, row: Row[Any], part: _Part, track: int) -> None:
    """A tracklet with the box of a missed face in each frame, and its crop if it is of one."""
    of_chunk = select(func.max(Tracklet.position)).where(Tracklet.chunk_id == part.chunk_id)
    last = connection.scalar(of_chunk)
    values = {
        "chunk_id": part.chunk_id,
        "position": 0 if last is None else last + 1,
        "start": int(part.frames[0]),
        "stop": int(part.frames[-1]) + 1,
        "track_id": track,
        "missed_face_id": row.id,
    }
    tracklet = connection.scalars(insert(Tracklet).values(values).returning(Tracklet.id)).one()
    box = {"x": row.x, "y": row.y, "w": row.w, "h": row.h, "score": _SURE, "tracklet_id": tracklet}
    moments = zip(part.frames.tolist(), part.pts.tolist(), part.held.tolist(), strict=True)
    connection.execute(
        insert(Frame),
        [box | {"frame": frame, "pts": pts, "held": held} for frame, pts, held in moments],
    )
    if row.frame in part.frames:
        crop = {"frame": row.frame, "quality": row.quality, "jpeg": row.jpeg, "rank": 0}
        connection.execute(insert(Crop).values(tracklet_id=tracklet, **crop))


def _follow(connection: Connection, row: Row[Any], track: int) -> None:
    """Let the face at the place of a missed face be that of its track, if there is one."""
    here = (getattr(Face, name) == getattr(row, name) for name in ("episode_id", *BOX))
    connection.execute(update(Face).where(*here).values(track_id=track))
