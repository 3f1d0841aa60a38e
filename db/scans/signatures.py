"""Signatures of episodes: hashes of their pictures and their sound, and their chapters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import delete, exists, insert, select
from sqlalchemy.engine import Connection

from eyecatch.core.segments.types import ChapterMark, EpisodeSignature, PictureHashes, SoundHashes
from eyecatch.core.video.types import Chunk as PlannedChunk
from eyecatch.db.connection.session import Repository
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import Chapter, Chunk, Episode, PictureHash, Shot, SoundHash
from eyecatch.db.models.base import DONE
from eyecatch.db.models.wrong_value import WrongValueError
from eyecatch.db.serialization import pack_pictures, unpack_pictures, unpack_plan


class Signatures(Repository):
    """By what the parts of episodes are known again in other episodes."""

    def save_pictures(self, episode_id: int, index: int, pictures: PictureHashes) -> None:
        """Store the hashes of a chunk that was scanned without them; twice is the same as once."""
        with self._session.writing() as connection:
            chunk_id = connection.scalar(
                select(Chunk.id).where(Chunk.episode_id == episode_id, Chunk.index == index)
            )
            if chunk_id is not None:
                insert_pictures(connection, chunk_id, pictures)

    def save_sound(
        self, episode_id: int, sound: SoundHashes, chapters: Sequence[ChapterMark] = ()
    ) -> None:
        """Store the hashes of an episode's sound, and its chapters, in place of what was there."""
        with self._session.writing() as connection:
            for table in (SoundHash, Chapter):
                connection.execute(delete(table).where(table.episode_id == episode_id))
            connection.execute(
                insert(SoundHash).values(
                    episode_id=episode_id,
                    start=sound.start,
                    step=sound.step,
                    hashes=sound.hashes.astype("<u4").tobytes(),
                )
            )
            if chapters:
                rows = [
                    {"episode_id": episode_id, "number": number, **mark._asdict()}
                    for number, mark in enumerate(chapters)
                ]
                connection.execute(insert(Chapter), rows)

    def lacking_pictures(self, episode_id: int) -> list[PlannedChunk]:
        """The chunks that are done, but have no hashes of their drawings, as they were planned."""
        with self._session.reading() as connection:
            hashed = exists().where(PictureHash.chunk_id == Chunk.id)
            rows = connection.execute(
                select(
                    Chunk.index, Chunk.start, Chunk.stop, Chunk.plan, Chunk.stop_pts, Chunk.straight
                )
                .where(Chunk.episode_id == episode_id, Chunk.state == DONE, ~hashed)
                .order_by(Chunk.index)
            )
            return [
                PlannedChunk(index, start, stop, *unpack_plan(plan), stop_pts, straight)
                for index, start, stop, plan, stop_pts, straight in rows
            ]

    def lacks_sound(self, episode_id: int) -> bool:
        """Whether nobody has listened to an episode yet."""
        with self._session.reading() as connection:
            query = select(SoundHash.episode_id).where(SoundHash.episode_id == episode_id)
            return connection.scalar(query) is None

    def load(self, episode_id: int) -> EpisodeSignature:
        """The signature of an episode; of chunks without hashes its pictures have a gap."""
        with self._session.reading() as connection:
            num, den = connection.execute(
                select(Episode.time_base_num, Episode.time_base_den).where(Episode.id == episode_id)
            ).one()
            clock = FrameTimes.of(connection, episode_id)
            pts = np.append(clock.pts, clock.starts(len(clock.pts)))
            blobs = connection.scalars(
                select(PictureHash.arrays)
                .join(Chunk, Chunk.id == PictureHash.chunk_id)
                .where(Chunk.episode_id == episode_id)
                .order_by(Chunk.index)
            )
            pictures = [unpack_pictures(blob) for blob in blobs]
            starts = connection.scalars(
                select(Shot.start)
                .where(Shot.episode_id == episode_id, Shot.start > 0)
                .order_by(Shot.number)
            )
            return EpisodeSignature(
                times=pts.astype(np.float64) * num / den,
                pictures=PictureHashes(
                    np.concatenate([np.zeros(0, np.int32), *(one.frames for one in pictures)]),
                    np.concatenate([np.zeros(0, np.uint64), *(one.hashes for one in pictures)]),
                ),
                cuts=np.array(starts.all(), np.int32),
                sound=_sound(connection, episode_id),
                chapters=_chapters(connection, episode_id),
            )


def insert_pictures(connection: Connection, chunk_id: int, pictures: PictureHashes) -> None:
    """Store the hashes of a chunk, in place of what was there."""
    connection.execute(delete(PictureHash).where(PictureHash.chunk_id == chunk_id))
    values = {"chunk_id": chunk_id, "arrays": pack_pictures(pictures)}
    connection.execute(insert(PictureHash).values(values))


def _sound(connection: Connection, episode_id: int) -> SoundHashes | None:
    row = connection.execute(
        select(SoundHash.start, SoundHash.step, SoundHash.hashes).where(
            SoundHash.episode_id == episode_id
        )
    ).one_or_none()
    if row is None:
        return None
    if len(row.hashes) % 4:
        raise WrongValueError("sound_hash.hashes", "numbers of four bytes", row.hashes)
    return SoundHashes(row.start, row.step, np.frombuffer(row.hashes, "<u4").astype(np.uint32))


def _chapters(connection: Connection, episode_id: int) -> tuple[ChapterMark, ...]:
    rows = connection.execute(
        select(Chapter.start, Chapter.stop, Chapter.title)
        .where(Chapter.episode_id == episode_id)
        .order_by(Chapter.number)
    )
    return tuple(ChapterMark(*row) for row in rows)
