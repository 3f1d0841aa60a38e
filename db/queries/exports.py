"""Every face of every frame, in order, however many there are."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Character, Chunk, Frame, Track, Tracklet
from eyecatch.db.records.review import FrameRow
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
