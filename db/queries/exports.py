"""Rows for files: every face of every frame, tracks, and stored crops.

What a person called no face is in none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from typing import Final

from sqlalchemy import select, true
from sqlalchemy.engine import Connection

from eyecatch.db.characters import characters_called, own_names
from eyecatch.db.connection.bulk import read_columns
from eyecatch.db.connection.session import Repository
from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Character, Chunk, Crop, Episode, Face, Frame, Track, Tracklet
from eyecatch.db.records.face_rows import CropRow, FrameRow, TrackRow
from eyecatch.db.records.scan import EpisodeRecord


class Exports(Repository):
    """Rows for files: faces of frames, tracks, crops."""

    def frames(self, episode_id: int | None = None, *, unsure: bool = False) -> Iterator[FrameRow]:
        """Every face of every frame of an episode, or of all, as it was when the iterator began.

        Rows come by episode, frame and left edge; one chunk is in memory at a time.

        Args:
            episode_id: an episode, or None for all.
            unsure: say the names of unsure tracks too; else those are unknown.
        """
        with self._session.reading() as connection:
            for episode in list_episodes(connection):
                if episode_id not in (None, episode.id):
                    continue
                chunk_ids = connection.scalars(
                    select(Chunk.id).where(Chunk.episode_id == episode.id).order_by(Chunk.index)
                ).all()
                for chunk_id in chunk_ids:
                    yield from _of_chunk(connection, episode, chunk_id, unsure)

    def tracks(self, episode_id: int) -> list[TrackRow]:
        """The tracks of an episode and who they were decided to be, in order."""
        with self._session.reading() as connection:
            own = own_names(connection)
            names = {name: own[key] for name, key in characters_called(connection).items()}
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
                .where(Track.episode_id == episode_id, Track.no_face.is_(False))
                .order_by(Track.number)
            )
            return [
                TrackRow(
                    row.number,
                    row.start,
                    row.stop,
                    row.start_pts,
                    row.stop_pts,
                    row.name,
                    row.confidence,
                    row.unsure,
                    _by_own_names(row.top or (), names),
                    row.decided_by,
                )
                for row in rows
            ]

    def crops(
        self, episode_id: int, characters: Collection[str] = (), *, unsure: bool = False
    ) -> Iterator[CropRow]:
        """The stored crops of named faces of an episode, by track and then by frame.

        Args:
            episode_id: the episode.
            characters: only these, by their own names; all if empty.
            unsure: those of unsure tracks too.
        """
        with self._session.reading() as connection:
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

    def portraits(self) -> dict[str, bytes]:
        """A picture of each character, a JPEG: the one that a person chose, else the best crop."""
        of_tracks = (
            select(Track.character_id, Crop.jpeg)
            .join(Tracklet, Tracklet.id == Crop.tracklet_id)
            .join(Track, Track.id == Tracklet.track_id)
        )
        with self._session.reading() as connection:
            found: dict[str, bytes] = {}
            for id_, name, cover in connection.execute(
                select(Character.id, Character.name, Character.cover_id).order_by(Character.id)
            ).all():
                chosen = of_tracks.join(Face, Face.track_id == Track.id).where(Face.id == cover)
                own = of_tracks.where(
                    Track.character_id == id_, Track.unsure.is_(False), Track.no_face.is_(False)
                )
                for query in (chosen,) * (cover is not None) + (own,):
                    best = query.order_by(Crop.quality.desc(), Crop.id).limit(1)
                    if (row := connection.execute(best).first()) is not None:
                        found.setdefault(name, row.jpeg)
                        break
            return found


def _by_own_names(
    top: Iterable[tuple[str, float]], names: Mapping[str, str]
) -> tuple[tuple[str, float], ...]:
    """A model's chances by the names that characters have now; those of one are added."""
    chances: dict[str, float] = {}
    for name, chance in top:
        own = names.get(name, name)
        chances[own] = chances.get(own, 0.0) + chance
    return tuple(sorted(chances.items(), key=lambda one: -one[1]))


_OF_FRAMES: Final = (
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


def _of_chunk(
    connection: Connection, episode: EpisodeRecord, chunk_id: int, unsure: bool
) -> Iterator[FrameRow]:
    query = (
        select(Frame.frame)
        .join(Tracklet, Tracklet.id == Frame.tracklet_id)
        .outerjoin(Track, Track.id == Tracklet.track_id)
        .outerjoin(Character, Character.id == Track.character_id)
        .where(Tracklet.chunk_id == chunk_id, Track.no_face.is_not(true()))
        .order_by(Frame.frame, Frame.x, Tracklet.position)
    )
    name, time_base = episode.name, episode.video.time_base
    parts = [zip(*part, strict=True) for part in read_columns(connection, query, _OF_FRAMES)]
    for frame, pts, track, character, confidence, is_unsure, x, y, w, h, score, held in chain(
        *parts
    ):
        named = None if is_unsure and not unsure else character
        yield FrameRow(
            name, frame, pts, track, named, confidence, x, y, w, h, score / 1000, held, time_base
        )
