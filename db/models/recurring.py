"""Tables of what repeats in a series, and of what tells it: hashes of pictures and of sound."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eyecatch.core.segments.kinds import KINDS, STORY
from eyecatch.db.models.base import DECIDERS, Base, one_of
from eyecatch.db.models.types import Count, Key, Real


class PictureHash(Base):
    """Perceptual hashes of a chunk's drawings; apart from ``timeline``, as few ask for them."""

    __tablename__ = "picture_hash"
    chunk_id: Mapped[int] = mapped_column(
        ForeignKey("chunk.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    arrays: Mapped[bytes]  # see db.serialization


class SoundHash(Base):
    """Chromaprint's hashes of an episode's first sound stream; none where it has no sound."""

    __tablename__ = "sound_hash"
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("episode.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    start: Mapped[float]  # seconds on the episode's clock that the first is of
    step: Mapped[float] = mapped_column(Real(0.001, 10))  # seconds from one to the next
    hashes: Mapped[bytes]  # uint32, little-endian


class Chapter(Base):
    """A chapter that the file's maker named; seconds on the episode's clock."""

    __tablename__ = "chapter"
    __table_args__ = (UniqueConstraint("episode_id", "number"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Count)
    start: Mapped[float]
    stop: Mapped[float]
    title: Mapped[str]


class Segment(Base):
    """A part of an episode that is no story, or is shown elsewhere too: an opening, a recap.

    One that a person set outlives every search; its kind may be ``story``: there is nothing.
    """

    __tablename__ = "segment"
    __table_args__ = (
        Index("ix_segment_episode_id_start", "episode_id", "start"),
        one_of("segment", "kind", (*KINDS, STORY)),
        one_of("segment", "decided_by", DECIDERS),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    kind: Mapped[str]
    start: Mapped[int] = mapped_column(Count)
    stop: Mapped[int] = mapped_column(Count)
    start_pts: Mapped[int]
    stop_pts: Mapped[int]
    confidence: Mapped[float] = mapped_column(Real(0, 1))
    decided_by: Mapped[str]
    # Equal for those that show the same, in all episodes; None where it is in this one alone
    shared: Mapped[int | None] = mapped_column(Count, index=True)
