"""Tables of what was found, from chunks down to frames and up to appearances."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from eyecatch.db.models.base import CHUNK_STATES, DECIDERS, Base, one_of
from eyecatch.db.models.shapes import is_chances, is_spans
from eyecatch.db.models.types import Count, Int32, Json, Key, PerMille, Real

ODD_CHUNK: Final = text("(attempts + begun > 1 OR error IS NOT NULL)")
"""What few chunks are: begun again, or with something to say. Word for word as the index has it."""


UNSURE_TRACK: Final = text("track.unsure")
"""What few tracks are; so said, the index of them is used."""


class Chunk(Base):
    """A unit of work of an episode, as planned, and what became of it."""

    __tablename__ = "chunk"
    __table_args__ = (
        UniqueConstraint("episode_id", "index"),
        Index("ix_chunk_episode_id_state", "episode_id", "state"),
        Index("ix_chunk_odd", "episode_id", sqlite_where=ODD_CHUNK),  # and on Postgres
        one_of("chunk", "state", CHUNK_STATES),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    index: Mapped[int] = mapped_column(Count)
    start: Mapped[int] = mapped_column(Count)
    stop: Mapped[int] = mapped_column(Count)
    stop_pts: Mapped[int | None]
    straight: Mapped[bool]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Count)  # scans that ended, well or not
    # Scans begun since the last that ended
    begun: Mapped[int] = mapped_column(Count, server_default="0")
    begun_by: Mapped[int | None]  # the run that began the last of them; see Runs.claim
    error: Mapped[str | None]  # why it failed, or why it broke off though it is done
    # [start, stop] of the frames of a done one that could not be decoded
    damage: Mapped[list[Any] | None] = mapped_column(Json(is_spans, "ranges of frames"))
    scan_digest: Mapped[str | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    plan: Mapped[bytes]  # see db.serialization


class Timeline(Base):
    """Every frame of a scanned chunk; apart from ``chunk`` so that counting chunks stays quick."""

    __tablename__ = "timeline"
    chunk_id: Mapped[int] = mapped_column(
        ForeignKey("chunk.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    frames: Mapped[int] = mapped_column(Count)
    arrays: Mapped[bytes]  # see db.serialization


class Tracklet(Base):
    """One face followed inside a chunk from one keyframe to the next at most."""

    __tablename__ = "tracklet"
    __table_args__ = (UniqueConstraint("chunk_id", "position"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    chunk_id: Mapped[int] = mapped_column(ForeignKey("chunk.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Count)
    start: Mapped[int] = mapped_column(Count)
    stop: Mapped[int] = mapped_column(Count)
    track_id: Mapped[int | None] = mapped_column(
        ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    missed_face_id: Mapped[int | None]  # a person drew it, no scan found it


class Frame(Base):
    """A face in a frame: by far the most rows, so each is small and there is no second index."""

    __tablename__ = "frame"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it
    tracklet_id: Mapped[int] = mapped_column(
        ForeignKey("tracklet.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    frame: Mapped[int] = mapped_column(Int32(0), primary_key=True, autoincrement=False)
    pts: Mapped[int]
    x: Mapped[int] = mapped_column(Int32)
    y: Mapped[int] = mapped_column(Int32)
    w: Mapped[int] = mapped_column(Int32)
    h: Mapped[int] = mapped_column(Int32)
    score: Mapped[int] = mapped_column(PerMille)  # per mille; 0 where interpolated
    held: Mapped[bool]


class Crop(Base):
    """A face as a JPEG, kept so that any bundle can classify it without decoding the video."""

    __tablename__ = "crop"
    __table_args__ = (UniqueConstraint("tracklet_id", "rank"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    tracklet_id: Mapped[int] = mapped_column(ForeignKey("tracklet.id", ondelete="CASCADE"))
    rank: Mapped[int] = mapped_column(Count)
    frame: Mapped[int] = mapped_column(Count)
    quality: Mapped[float] = mapped_column(Real(0, 1))
    jpeg: Mapped[bytes]


class Identification(Base):
    """One bundle's prediction for one crop: float16 vectors."""

    __tablename__ = "identification"
    crop_id: Mapped[int] = mapped_column(
        ForeignKey("crop.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), primary_key=True)
    embedding: Mapped[bytes]
    logits: Mapped[bytes]


class Shot(Base):
    """Frames between two cuts."""

    __tablename__ = "shot"
    __table_args__ = (UniqueConstraint("episode_id", "number"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Count)
    start: Mapped[int] = mapped_column(Count)
    stop: Mapped[int] = mapped_column(Count)


class Track(Base):
    """One face followed through one shot, and who it was decided to be."""

    __tablename__ = "track"
    __table_args__ = (
        UniqueConstraint("episode_id", "number"),
        Index("ix_track_unsure", "id", sqlite_where=text("unsure")),  # and on Postgres
        one_of("track", "decided_by", DECIDERS),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Count)  # its place in the episode
    shot_id: Mapped[int] = mapped_column(ForeignKey("shot.id", ondelete="CASCADE"), index=True)
    start: Mapped[int] = mapped_column(Count)
    stop: Mapped[int] = mapped_column(Count)
    start_pts: Mapped[int]
    stop_pts: Mapped[int]
    character_id: Mapped[int | None] = mapped_column(ForeignKey("character.id"), index=True)
    confidence: Mapped[float | None] = mapped_column(Real(0, 1))
    unsure: Mapped[bool]
    top: Mapped[list[Any] | None] = mapped_column(Json(is_chances, "names with their chances"))
    decided_by: Mapped[str | None]
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    no_face: Mapped[bool] = mapped_column(server_default=false())  # a person said so


class Appearance(Base):
    """A character on screen from a time to a time: ranges made of tracks, for quick answers.

    Ranges of one character in one episode don't overlap, so the first frame is a key, and the rows
    of a character lie side by side.
    """

    __tablename__ = "appearance"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it
    character_id: Mapped[int] = mapped_column(ForeignKey("character.id"), primary_key=True)
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("episode.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    unsure: Mapped[bool] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=False)
    stop: Mapped[int] = mapped_column(Count)
    start_pts: Mapped[int]
    stop_pts: Mapped[int]
    confidence: Mapped[float] = mapped_column(Real(0, 1))  # of its surest track
    faces: Mapped[int] = mapped_column(Count)  # frames with a face, counted once for each track
    segment: Mapped[str | None]  # the kind of segment it lies in; None: story
