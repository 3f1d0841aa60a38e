"""Chunks: which are to be done, and what was found in them, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.scan.result import ScannedChunk, Tracklet
from eyecatch.core.video.episode import Chunk as PlannedChunk
from eyecatch.db import schema
from eyecatch.db.arrays import pack_timeline, unpack_plan
from eyecatch.db.identified import insert_identified
from eyecatch.db.records import Origin, Vectors
from eyecatch.db.schema import Chunk
from eyecatch.db.settling import unsettle
from eyecatch.db.states import DONE, FAILED, PENDING


def pending_chunks(
    connection: Connection, episode_id: int, scan_digest: str, *, retry_failed: bool
) -> list[PlannedChunk]:
    """The chunks that have not been scanned in this way, as they were planned.

    Args:
        connection: in any transaction.
        episode_id: the episode.
        scan_digest: of the scan that is wanted; what another scan did is to be done again.
        retry_failed: try those again that failed in this way.
    """
    to_do = or_(
        Chunk.state.in_([PENDING, FAILED] if retry_failed else [PENDING]),
        Chunk.scan_digest != scan_digest,
    )
    rows = connection.execute(
        select(Chunk.index, Chunk.start, Chunk.stop, Chunk.plan, Chunk.stop_pts, Chunk.straight)
        .where(Chunk.episode_id == episode_id, to_do)
        .order_by(Chunk.index)
    )
    return [
        PlannedChunk(index, start, stop, *unpack_plan(plan), stop_pts, straight)
        for index, start, stop, plan, stop_pts, straight in rows
    ]


def chunk_ranges(connection: Connection, episode_id: int) -> list[tuple[int, int]]:
    """First frame of each chunk and the one after its last, as planned, in order."""
    rows = connection.execute(
        select(Chunk.start, Chunk.stop).where(Chunk.episode_id == episode_id).order_by(Chunk.index)
    )
    return [(start, stop) for start, stop in rows]


def save_chunk(
    connection: Connection,
    episode_id: int,
    scanned: ScannedChunk,
    origin: Origin,
    said: Mapping[int, Vectors],
) -> None:
    """Everything of one chunk in place of what was there.

    Two scans of equal digest give equal rows, so a chunk that was done in this way keeps its rows
    and only gains what a bundle said of its crops.

    Args:
        connection: in a transaction that writes.
        episode_id: the episode.
        scanned: what was found.
        origin: what made it.
        said: by the ids of bundles, what each said of the crops of ``scanned``, tracklet by
            tracklet, best first.
    """
    chunk = _chunk(connection, episode_id, scanned.index)
    if chunk.state == DONE and chunk.scan_digest == origin.scan_digest:
        crops = _crop_ids(connection, chunk.id)
    else:
        _forget(connection, chunk.id)
        _insert_timeline(connection, chunk.id, scanned)
        crops = _insert_tracklets(connection, chunk.id, scanned)
        _mark(connection, chunk.id, DONE, scanned.broken, origin)
        unsettle(connection, episode_id)
    for bundle_id, vectors in said.items():
        insert_identified(connection, crops, vectors, bundle_id)


def fail_chunk(
    connection: Connection,
    episode_id: int,
    index: int,
    error: str,
    origin: Origin,
) -> None:
    """A chunk could not be scanned in this way; what another scan found in it is dropped."""
    chunk = _chunk(connection, episode_id, index)
    _forget(connection, chunk.id)
    _mark(connection, chunk.id, FAILED, error, origin)
    unsettle(connection, episode_id)


def _chunk(connection: Connection, episode_id: int, index: int) -> Any:  # noqa: ANN401 - a row
    return connection.execute(
        select(Chunk.id, Chunk.state, Chunk.scan_digest).where(
            Chunk.episode_id == episode_id, Chunk.index == index
        )
    ).one()


def _crop_ids(connection: Connection, chunk_id: int) -> Sequence[int]:
    return connection.scalars(
        select(schema.Crop.id)
        .join(schema.Tracklet, schema.Tracklet.id == schema.Crop.tracklet_id)
        .where(schema.Tracklet.chunk_id == chunk_id)
        .order_by(schema.Tracklet.position, schema.Crop.rank)
    ).all()


def _forget(connection: Connection, chunk_id: int) -> None:
    # Frames, crops and identifications go with their tracklets.
    connection.execute(delete(schema.Tracklet).where(schema.Tracklet.chunk_id == chunk_id))
    connection.execute(delete(schema.Timeline).where(schema.Timeline.chunk_id == chunk_id))


def _mark(
    connection: Connection,
    chunk_id: int,
    state: str,
    error: str | None,
    origin: Origin,
) -> None:
    connection.execute(
        update(Chunk)
        .where(Chunk.id == chunk_id)
        .values(
            state=state,
            error=error,
            scan_digest=origin.scan_digest,
            run_id=origin.run_id,
            attempts=Chunk.attempts + 1,
        )
    )


def _insert_timeline(connection: Connection, chunk_id: int, scanned: ScannedChunk) -> None:
    connection.execute(
        insert(schema.Timeline).values(
            chunk_id=chunk_id,
            frames=len(scanned.timeline.pts),
            arrays=pack_timeline(scanned.timeline),
        )
    )


def _insert_tracklets(
    connection: Connection, chunk_id: int, scanned: ScannedChunk
) -> Sequence[int]:
    """Insert tracklets, their frames and crops; returns the crops' ids in order."""
    if not scanned.tracklets:
        return ()
    ids = connection.scalars(
        insert(schema.Tracklet).returning(schema.Tracklet.id, sort_by_parameter_order=True),
        [
            {
                "chunk_id": chunk_id,
                "position": position,
                "start": int(tracklet.frames[0]),
                "stop": int(tracklet.frames[-1]) + 1,
            }
            for position, tracklet in enumerate(scanned.tracklets)
        ],
    ).all()
    frames: list[dict[str, Any]] = []
    crops: list[dict[str, Any]] = []
    for tracklet_id, tracklet in zip(ids, scanned.tracklets, strict=True):
        frames += _frame_rows(tracklet_id, tracklet, scanned)
        crops += _crop_rows(tracklet_id, tracklet)
    connection.execute(insert(schema.Frame), frames)
    return connection.scalars(
        insert(schema.Crop).returning(schema.Crop.id, sort_by_parameter_order=True), crops
    ).all()


def _frame_rows(
    tracklet_id: int, tracklet: Tracklet, scanned: ScannedChunk
) -> list[dict[str, Any]]:
    places = tracklet.frames - scanned.timeline.start
    columns = {
        "frame": tracklet.frames,
        "pts": scanned.timeline.pts[places],
        **dict(zip("xywh", tracklet.boxes.T, strict=True)),
        "score": np.rint(tracklet.scores * 1000).astype(int),
        "held": scanned.timeline.held[places],
    }
    names = ["tracklet_id", *columns]
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(names, (tracklet_id, *row), strict=True)) for row in values]


def _crop_rows(tracklet_id: int, tracklet: Tracklet) -> list[dict[str, Any]]:
    return [
        {
            "tracklet_id": tracklet_id,
            "rank": rank,
            "frame": crop.frame,
            "quality": crop.quality,
            "jpeg": crop.jpeg,
        }
        for rank, crop in enumerate(tracklet.crops)
    ]
