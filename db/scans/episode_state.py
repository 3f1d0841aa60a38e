"""The state of an episode once its tracks are made and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.engine import Connection

from eyecatch.db.connection.session import Repository
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import Chunk, Episode, Timeline
from eyecatch.db.models.base import DONE, FAILED, INCOMPLETE, PENDING
from eyecatch.db.records.scan import Provenance
from eyecatch.db.serialization import unpack_timeline

ChunkRow = Row[int, str, str | None, int | None, int, int, list[Any] | None]


class EpisodeState(Repository):
    """The state of episodes, derived from that of their chunks."""

    def update(self, episode_id: int, provenance: Provenance) -> str:
        """Store that an episode's tracks are made and decided; returns its state.

        What people said of other faces has to follow to them then: see ``Propagation.settle``.

        The state is ``done`` if every frame was decoded and no packet is known to be missing,
        ``incomplete`` if something is missing,
        ``failed`` if nothing could be read, and ``pending`` while chunks are to be done.

        Args:
            episode_id: the episode.
            provenance: what its tracks were made and decided by; without a bundle, the one
                that decided them before stays.
        """
        with self._session.writing() as connection:
            chunks = connection.execute(
                select(
                    Chunk.id,
                    Chunk.state,
                    Chunk.error,
                    Chunk.stop_pts,
                    Chunk.start,
                    Chunk.stop,
                    Chunk.damage,
                )
                .where(Chunk.episode_id == episode_id)
                .order_by(Chunk.index)
            ).all()
            stored = connection.execute(
                select(
                    Episode.state,
                    Episode.scan_digest,
                    Episode.bundle_id,
                    Episode.broken_pts,
                    Episode.names_due,
                    Episode.damage,
                    Episode.complete,
                ).where(Episode.id == episode_id)
            ).one()
            holes = [some for some in stored.damage or [] if some[0] == some[1]]
            wanted = {
                "state": _state(chunks, whole=stored.complete and not holes),
                "scan_digest": provenance.scan_digest,
                "bundle_id": provenance.bundle_id or stored.bundle_id,
                "broken_pts": _broken_pts(connection, chunks),
                "names_due": True,
                "damage": sorted([*holes, *_damage(connection, episode_id, chunks)]) or None,
            }
            if tuple(stored)[:6] != tuple(wanted.values()):
                connection.execute(update(Episode).where(Episode.id == episode_id).values(**wanted))
            return str(wanted["state"])


def mark_pending(connection: Connection, episode_id: int) -> None:
    """Store that an episode's tracks have to be made again, since a chunk or a track changed."""
    connection.execute(
        update(Episode)
        .where(Episode.id == episode_id, Episode.state != PENDING)
        .values(state=PENDING, segments_due=True)
    )


def _state(chunks: Sequence[ChunkRow], *, whole: bool) -> str:
    states = {chunk.state for chunk in chunks}
    if PENDING in states:
        return PENDING
    if DONE not in states:
        return FAILED
    sound = FAILED not in states and not any(chunk.error or chunk.damage for chunk in chunks)
    return DONE if whole and sound else INCOMPLETE


def _damage(connection: Connection, episode_id: int, chunks: Sequence[ChunkRow]) -> list[list[int]]:
    """What ``Damage`` holds of the frames of an episode, wherever it is cut into chunks.

    Of a chunk that failed no frame was decoded.
    """
    ranges: list[list[int]] = []
    for chunk in chunks:
        found = [[chunk.start, chunk.stop]] if chunk.state == FAILED else chunk.damage or []
        for start, stop in found:
            if ranges and ranges[-1][1] == start:
                ranges[-1][1] = stop
            else:
                ranges.append([start, stop])
    if not ranges:
        return []
    times = FrameTimes.of(connection, episode_id)
    return [[*some, *map(times.starts, some)] for some in ranges]


def _broken_pts(connection: Connection, chunks: Sequence[ChunkRow]) -> int | None:
    """Where the last frame that was read ends, if that is before the end that was planned."""
    read = [place for place, chunk in enumerate(chunks) if chunk.state == DONE]
    if not read or (read[-1] == len(chunks) - 1 and not chunks[-1].error):
        return None
    last = chunks[read[-1]]
    if not last.error:
        stop_pts: int | None = last.stop_pts
        return stop_pts
    blob = connection.execute(
        select(Timeline.arrays).where(Timeline.chunk_id == last.id)
    ).scalar_one()
    pts = unpack_timeline(blob).pts
    if len(pts) == 0:
        return None
    return int(pts[-1] + (pts[-1] - pts[-2] if len(pts) > 1 else 0))
