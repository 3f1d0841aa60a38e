"""Every face of every frame, in order, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Character, Chunk, Crop, Episode, Frame, Track, Tracklet
from eyecatch.db.records.answers import CropRow, FrameRow, TrackRow
from eyecatch.db.records.scan import EpisodeRecord


def frame_rows(
    connection: Connection, episode_id: int | None, *, unsure: bool
) -> Iterator[FrameRow]:
    """Rows by episode, frame and left edge; one chunk is in memory at a time.

    Args:
        connection: in a transaction that lasts as long as the iterator.
        episode_id: an episode, or None for all.
        unsure: say the names of unsure tracks too; else those are unknown.
    """
    for episode in list_episodes(connection):
        if episode_id not in (None, episode.id):
            continue
        chunk_ids = connection.scalars(
            select(Chunk.id).where(Chunk.episode_id == episode.id).order_by(Chunk.index)
        ).all()
        for chunk_id in chunk_ids:
            yield from _of_chunk(connection, episode, chunk_id, unsure)


def _of_chunk(
    connection: Connection, episode: EpisodeRecord, chunk_id: int, unsure: bool
) -> Iterator[FrameRow]:
    rows = connection.execute(
        select(
            Frame.frame,
            Frame.pts,
            Track.number,
            Character.name,
            Track.confidence,
            Track.unsure,
            Frame.x,
            Frame.y,
            Frame.w,
            Frame.h,
            Frame.score,
            Frame.held,
        )
        .join(Tracklet, Tracklet.id == Frame.tracklet_id)
        .outerjoin(Track, Track.id == Tracklet.track_id)
        .outerjoin(Character, Character.id == Track.character_id)
        .where(Tracklet.chunk_id == chunk_id)
        .order_by(Frame.frame, Frame.x, Tracklet.position)
    ).all()
    name, time_base = episode.video.path.name, episode.video.time_base
    for frame, pts, track, character, confidence, is_unsure, x, y, w, h, score, held in rows:
        said = None if is_unsure and not unsure else character
        yield FrameRow(
            name, frame, pts, track, said, confidence, x, y, w, h, score / 1000, held, time_base
        )


def crop_rows(
    connection: Connection, episode_id: int, characters: Collection[str], *, unsure: bool
) -> Iterator[CropRow]:
    """Crops of named tracks, by track and then by frame; see ``Index.crops``."""
    query = (
        select(
            Character.name,
            Track.number,
            Crop.frame,
            Frame.pts,
            Crop.quality,
            Crop.jpeg,
            Episode.time_base_num,
            Episode.time_base_den,
        )
        .join(Tracklet, Tracklet.id == Crop.tracklet_id)
        .join(Chunk, Chunk.id == Tracklet.chunk_id)
        .join(Episode, Episode.id == Chunk.episode_id)
        .join(Frame, (Frame.tracklet_id == Tracklet.id) & (Frame.frame == Crop.frame))
        .join(Track, Track.id == Tracklet.track_id)
        .join(Character, Character.id == Track.character_id)
        .where(Chunk.episode_id == episode_id)
        .order_by(Track.number, Crop.frame)
        .execution_options(yield_per=256)  # 8 kB each
    )
    if characters:
        query = query.where(Character.name.in_(characters))
    if not unsure:
        query = query.where(Track.unsure.is_(False))
    for name, track, frame, pts, quality, jpeg, num, den in connection.execute(query):
        yield CropRow(name, track, frame, pts * Fraction(num, den), quality, jpeg)


def track_rows(connection: Connection, episode_id: int) -> list[TrackRow]:
    """All tracks of an episode, in order of their numbers."""
    rows = connection.execute(
        select(
            Track.number,
            Track.start,
            Track.stop,
            Track.start_pts,
            Track.stop_pts,
            Character.name,
            Track.confidence,
            Track.unsure,
            Track.top,
            Track.decided_by,
        )
        .outerjoin(Character, Character.id == Track.character_id)
        .where(Track.episode_id == episode_id)
        .order_by(Track.number)
    )
    return [
        TrackRow(
            number, start, stop, start_pts, stop_pts, name, confidence, unsure, _pairs(top), by
        )
        for number, start, stop, start_pts, stop_pts, name, confidence, unsure, top, by in rows
    ]


def _pairs(top: list[Any] | None) -> tuple[tuple[str, float], ...]:
    return tuple((name, chance) for name, chance in top or ())
