"""Chunks: which are to be done, and what was found in them, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.scan.types import ScannedChunk
from eyecatch.core.video.types import Chunk as PlannedChunk
from eyecatch.db import models as schema
from eyecatch.db.connection.bulk import insert_numbered, insert_rows
from eyecatch.db.connection.session import Repository
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import Chunk
from eyecatch.db.models.base import DONE, FAILED, PENDING
from eyecatch.db.records.scan import Backlog, Provenance, Vectors
from eyecatch.db.scans.episode_state import mark_pending
from eyecatch.db.scans.predictions import insert_predictions
from eyecatch.db.scans.signatures import insert_pictures
from eyecatch.db.serialization import pack_timeline, unpack_plan

TABLES: Final = schema.Base.metadata.tables
FRAME_COLUMNS: Final = ("tracklet_id", "frame", "pts", "x", "y", "w", "h", "score", "held")
CROP_COLUMNS: Final = ("tracklet_id", "rank", "frame", "quality", "jpeg")


class Chunks(Repository):
    """The units of work of episodes, and what was found in them."""

    def pending(
        self, episode_id: int, scan_digest: str, *, retry_failed: bool = False
    ) -> list[PlannedChunk]:
        """The chunks that have not been scanned in this way, as they were planned.

        Args:
            episode_id: the episode.
            scan_digest: of the scan that is wanted; what another scan did is to be done again.
            retry_failed: try those again that failed in this way.
        """
        with self._session.reading() as connection:
            rows = connection.execute(
                select(
                    Chunk.index, Chunk.start, Chunk.stop, Chunk.plan, Chunk.stop_pts, Chunk.straight
                )
                .where(Chunk.episode_id == episode_id, _to_do(scan_digest, retry_failed))
                .order_by(Chunk.index)
            )
            return [
                PlannedChunk(index, start, stop, *unpack_plan(plan), stop_pts, straight)
                for index, start, stop, plan, stop_pts, straight in rows
            ]

    def backlog(self, episode_id: int, scan_digest: str, *, retry_failed: bool = False) -> Backlog:
        """How much ``pending`` would return, without reading any plan."""
        with self._session.reading() as connection:
            count, frames = connection.execute(
                select(func.count(), func.coalesce(func.sum(Chunk.stop - Chunk.start), 0)).where(
                    Chunk.episode_id == episode_id, _to_do(scan_digest, retry_failed)
                )
            ).one()
            return Backlog(int(count), int(frames))

    def ranges(self, episode_id: int) -> list[tuple[int, int]]:
        """First frame of each chunk and the one after its last, as planned, in order."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(Chunk.start, Chunk.stop)
                .where(Chunk.episode_id == episode_id)
                .order_by(Chunk.index)
            )
            return [(start, stop) for start, stop in rows]

    def save(
        self,
        episode_id: int,
        scanned: ScannedChunk,
        provenance: Provenance,
        predictions: Mapping[int, Vectors] | None = None,
        tries: int = 1,
    ) -> None:
        """Store what was found in a chunk, in place of what was there; twice is the same as once.

        Two scans of equal digest give equal rows, so a chunk that was done in this way keeps its
        rows and only gains the predictions.

        Args:
            episode_id: the episode.
            scanned: what was found.
            provenance: what made it.
            predictions: by the ids of bundles, for the crops of ``scanned``, tracklet by tracklet,
                best first; None without bundles.
            tries: how often it was begun, besides what ``Attempts`` counted.
        """
        with self._session.writing() as connection:
            chunk = _chunk(connection, episode_id, scanned.index)
            if chunk.state == DONE and chunk.scan_digest == provenance.scan_digest:
                crops = _crop_ids(connection, chunk.id)
            else:
                _forget(connection, chunk.id)
                _insert_timeline(connection, chunk.id, scanned)
                crops = _insert_tracklets(connection, chunk.id, scanned)
                _mark(connection, chunk, DONE, scanned.broken, provenance, tries, scanned.damage)
                mark_pending(connection, episode_id)
            for bundle_id, vectors in (predictions or {}).items():
                insert_predictions(connection, crops, vectors, bundle_id)

    def fail(
        self, episode_id: int, index: int, error: str, provenance: Provenance, tries: int = 1
    ) -> None:
        """Store that a chunk could not be scanned; what another scan found in it is dropped.

        Args:
            episode_id: the episode.
            index: of the chunk.
            error: the reason, as a sentence.
            provenance: the scan that failed.
            tries: how often it was begun, besides what ``Attempts`` counted.
        """
        with self._session.writing() as connection:
            fail_chunk(connection, episode_id, index, error, provenance, tries)

    def frame_times(self, episode_id: int) -> FrameTimes:
        """When each frame of an episode begins, exactly."""
        with self._session.reading() as connection:
            return FrameTimes.of(connection, episode_id)


def _to_do(scan_digest: str, retry_failed: bool) -> ColumnElement[bool]:
    return or_(
        Chunk.state.in_([PENDING, FAILED] if retry_failed else [PENDING]),
        Chunk.scan_digest != scan_digest,
    )


def fail_chunk(  # noqa: PLR0913, PLR0917 - each is a plain fact of the chunk
    connection: Connection,
    episode_id: int,
    index: int,
    error: str,
    provenance: Provenance,
    tries: int,
) -> None:
    """What ``Chunks.fail`` does, in a transaction that is open."""
    chunk = _chunk(connection, episode_id, index)
    _forget(connection, chunk.id)
    _mark(connection, chunk, FAILED, error, provenance, tries)
    mark_pending(connection, episode_id)


def _chunk(connection: Connection, episode_id: int, index: int) -> Any:  # noqa: ANN401 - a row
    return connection.execute(
        select(Chunk.id, Chunk.state, Chunk.scan_digest, Chunk.attempts, Chunk.begun)
        .where(Chunk.episode_id == episode_id, Chunk.index == index)
        .with_for_update()
    ).one()


def _crop_ids(connection: Connection, chunk_id: int) -> Sequence[int]:
    return connection.scalars(
        select(schema.Crop.id)
        .join(schema.Tracklet, schema.Tracklet.id == schema.Crop.tracklet_id)
        .where(schema.Tracklet.chunk_id == chunk_id, schema.Tracklet.missed_face_id.is_(None))
        .order_by(schema.Tracklet.position, schema.Crop.rank)
    ).all()


def _forget(connection: Connection, chunk_id: int) -> None:
    # Frames, crops and identifications go with their tracklets.
    for table in (schema.Tracklet, schema.Timeline, schema.PictureHash):
        connection.execute(delete(table).where(table.chunk_id == chunk_id))


def _mark(  # noqa: PLR0913, PLR0917 - each is a column
    connection: Connection,
    chunk: Any,  # noqa: ANN401 - a row
    state: str,
    error: str | None,
    provenance: Provenance,
    tries: int,
    damage: Sequence[tuple[int, int]] = (),
) -> None:
    before = chunk.attempts if chunk.scan_digest == provenance.scan_digest else 0
    connection.execute(
        update(Chunk)
        .where(Chunk.id == chunk.id)
        .values(
            state=state,
            error=error,
            damage=[list(some) for some in damage] or None,
            scan_digest=provenance.scan_digest,
            run_id=provenance.run_id,
            attempts=before + chunk.begun + tries,
            begun=0,
            begun_by=None,
        )
    )


def _insert_timeline(connection: Connection, chunk_id: int, scanned: ScannedChunk) -> None:
    frames, arrays = len(scanned.timeline.pts), pack_timeline(scanned.timeline)
    values = {"chunk_id": chunk_id, "frames": frames, "arrays": arrays}
    connection.execute(insert(schema.Timeline).values(values))
    if scanned.pictures is not None:
        insert_pictures(connection, chunk_id, scanned.pictures)


def _insert_tracklets(
    connection: Connection, chunk_id: int, scanned: ScannedChunk
) -> Sequence[int]:
    """Insert tracklets, their frames and crops; returns the crops' ids in order."""
    ids = insert_numbered(
        connection,
        TABLES["tracklet"],
        ("chunk_id", "position", "start", "stop"),
        [
            (chunk_id, position, int(tracklet.frames[0]), int(tracklet.frames[-1]) + 1)
            for position, tracklet in enumerate(scanned.tracklets)
        ],
    )
    insert_rows(connection, TABLES["frame"], FRAME_COLUMNS, _frame_rows(ids, scanned))
    crops = [
        (id_, rank, crop.frame, crop.quality, crop.jpeg)
        for id_, one in zip(ids, scanned.tracklets, strict=True)
        for rank, crop in enumerate(one.crops)
    ]
    return insert_numbered(connection, TABLES["crop"], CROP_COLUMNS, crops)


def _frame_rows(ids: Sequence[int], scanned: ScannedChunk) -> Iterator[tuple[Any, ...]]:
    """Rows of ``FRAME_COLUMNS``, of tracklets that have these ids; all arrays at once."""
    if not ids:
        return iter(())
    tracklets, timeline = scanned.tracklets, scanned.timeline
    frames = np.concatenate([one.frames for one in tracklets])
    scores = np.concatenate([one.scores for one in tracklets])
    places = frames - timeline.start
    columns = (
        np.repeat(ids, [len(one.frames) for one in tracklets]),
        frames,
        timeline.pts[places],
        *np.concatenate([one.boxes for one in tracklets]).T,
        np.rint(scores * 1000).astype(int),
        timeline.held[places],
    )
    return zip(*(column.tolist() for column in columns), strict=True)
