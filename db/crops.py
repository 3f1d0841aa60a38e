"""The stored crops of an episode and whose they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.db.models import Character, Chunk, Crop, Episode, Frame, Track, Tracklet
from eyecatch.db.records.review import CropRow


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
