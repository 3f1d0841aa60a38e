"""Digests of what an index holds, without the ids, which depend on the order of work.

Two indexes of equal fingerprints hold the same episodes, faces, crops, embeddings, tracks, names
and segments, on whichever database, by whichever runner, however often they were interrupted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from eyecatch.db.connection.session import Repository
from eyecatch.db.models import (
    Action,
    Appearance,
    Bundle,
    Chapter,
    Character,
    Chunk,
    Cluster,
    Crop,
    Decision,
    Episode,
    Face,
    Frame,
    Identification,
    MissedFace,
    Overruled,
    PictureHash,
    Segment,
    Shot,
    SoundHash,
    Timeline,
    Track,
    Tracklet,
    Unlike,
)
from eyecatch.db.verdicts import COLUMNS


@dataclass(frozen=True, slots=True)
class Content:
    """The rows of one table: how many, and a digest over all of them in any order."""

    rows: int
    digest: str


class Fingerprint(Repository):
    """What an index holds, to compare it with another."""

    def compute(self) -> dict[str, Content]:
        """The content of each table of what was found, by its name; reads every row."""
        with self._session.reading() as connection:
            return {
                name: _content(connection.execute(query).yield_per(10_000))
                for name, query in _queries().items()
            }


def _content(rows: Iterable[Any]) -> Content:
    # A sum of digests says as much as a digest of sorted rows, and keeps none of them.
    count, total = 0, 0
    for row in rows:
        count += 1
        text = repr(tuple(map(_plain, row))).encode()
        total += int.from_bytes(hashlib.sha256(text).digest(), "big")
    return Content(count, f"{total % 2**256:064x}")


def _plain(value: object) -> object:
    """The same on every database: SQLite's truths are numbers, Postgres' blobs may be views."""
    if isinstance(value, bool):
        return int(value)
    return bytes(value) if isinstance(value, memoryview) else value


def _queries() -> dict[str, Select[Any]]:
    """The rows of each table, with what they belong to by name instead of by number."""
    here = (Episode.digest, Chunk.index)
    box = ("frame", "x", "y", "w", "h")
    face = (*here, Tracklet.position)
    return {
        "episode": select(
            Episode.digest,
            Episode.state,
            Episode.scan_digest,
            Episode.broken_pts,
            Episode.damage,
            Bundle.digest,
        ).outerjoin(Bundle, Bundle.id == Episode.bundle_id),
        "chunk": select(
            *here, Chunk.start, Chunk.stop, Chunk.state, Chunk.error, Chunk.scan_digest
        ).join(Episode),
        "timeline": select(*here, Timeline.frames, Timeline.arrays)
        .select_from(Timeline)
        .join(Chunk)
        .join(Episode),
        "tracklet": select(
            *face,
            Tracklet.start,
            Tracklet.stop,
            Track.number,
            Tracklet.missed_face_id.is_not(None),
        )
        .select_from(Tracklet)
        .join(Chunk)
        .join(Episode)
        .outerjoin(Track, Track.id == Tracklet.track_id),
        "frame": select(*face, *(c for c in Frame.__table__.c if c.name != "tracklet_id"))
        .select_from(Frame)
        .join(Tracklet)
        .join(Chunk)
        .join(Episode),
        "crop": select(*face, Crop.rank, Crop.frame, Crop.quality, Crop.jpeg)
        .select_from(Crop)
        .join(Tracklet)
        .join(Chunk)
        .join(Episode),
        "identification": select(
            *face, Crop.rank, Bundle.digest, Identification.embedding, Identification.logits
        )
        .select_from(Identification)
        .join(Bundle)
        .join(Crop)
        .join(Tracklet)
        .join(Chunk)
        .join(Episode),
        "shot": select(Episode.digest, Shot.number, Shot.start, Shot.stop).join(Episode),
        "track": select(
            Episode.digest,
            Track.number,
            Shot.number,
            Track.start,
            Track.stop,
            Track.start_pts,
            Track.stop_pts,
            Character.name,
            Track.confidence,
            Track.unsure,
            Track.top,
            Track.decided_by,
            Track.no_face,
            Bundle.digest,
        )
        .select_from(Track)
        .join(Episode, Episode.id == Track.episode_id)
        .join(Shot, Shot.id == Track.shot_id)
        .outerjoin(Character, Character.id == Track.character_id)
        .outerjoin(Bundle, Bundle.id == Track.bundle_id),
        "appearance": select(
            Episode.digest,
            Character.name,
            *(c for c in Appearance.__table__.c if not c.name.endswith("_id")),
        )
        .select_from(Appearance)
        .join(Episode)
        .join(Character),
        "picture_hash": select(*here, PictureHash.arrays)
        .select_from(PictureHash)
        .join(Chunk)
        .join(Episode),
        "sound_hash": select(
            Episode.digest, SoundHash.start, SoundHash.step, SoundHash.hashes
        ).join(Episode),
        "chapter": select(
            Episode.digest, Chapter.number, Chapter.start, Chapter.stop, Chapter.title
        ).join(Episode),
        "segment": _segments(),
        "decision": select(
            Episode.digest,
            Character.name,
            Decision.no_face,
            *(getattr(Decision, name) for name in box),
        )
        .select_from(Decision)
        .join(Episode)
        .outerjoin(Character),
        "missed_face": select(
            Episode.digest,
            *(c for c in MissedFace.__table__.c if c.name not in {"id", "episode_id", "drawn_ms"}),
        )
        .select_from(MissedFace)
        .join(Episode),
        "face": select(
            Episode.digest,
            *(getattr(Face, name) for name in box),
            Track.number,
            Bundle.digest,
            Face.embedding,
            Cluster.touched,
            Cluster.faces,
            Cluster.episodes,
            Cluster.seconds,
            Cluster.centre,
        )
        .select_from(Face)
        .join(Episode, Episode.id == Face.episode_id)
        .join(Bundle, Bundle.id == Face.bundle_id)
        .outerjoin(Track, Track.id == Face.track_id)
        .outerjoin(Cluster, Cluster.id == Face.cluster_id),
        "unlike": select(Episode.digest, *(getattr(Face, name) for name in box), Character.name)
        .select_from(Unlike)
        .join(Face)
        .join(Episode)
        .join(Character, Character.id == Unlike.character_id),
        "overruled": select(
            Episode.digest,
            Track.number,
            Character.name,
            *(getattr(Overruled, name) for name in COLUMNS if not name.endswith("_id")),
        )
        .select_from(Overruled)
        .join(Track)
        .join(Episode)
        .outerjoin(Character, Character.id == Overruled.character_id),
        "action": select(Action.kind, Action.told, Action.undone_ms.is_not(None)),
    }


def _segments() -> Select[Any]:
    """Segments; which show the same is told by the least digest and the number of these."""
    same = (
        select(
            Segment.shared,
            func.min(Episode.digest).label("first"),
            func.count().label("times"),
        )
        .join(Episode)
        .where(Segment.shared.is_not(None))
        .group_by(Segment.shared)
        .subquery()
    )
    numbers = {"id", "episode_id", "shared"}
    return (
        select(
            Episode.digest,
            *(c for c in Segment.__table__.c if c.name not in numbers),
            same.c.first,
            same.c.times,
        )
        .select_from(Segment)
        .join(Episode)
        .outerjoin(same, same.c.shared == Segment.shared)
    )
