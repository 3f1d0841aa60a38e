"""Tables of what the index was given: videos, names, bundles, runs, what could not be read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from eyecatch.db.models.base import EPISODE_STATES, RUN_STATES, Base, one_of
from eyecatch.db.models.shapes import is_amounts, is_damage, is_object, is_texts
from eyecatch.db.models.texts import Digest, HexColour, PathText
from eyecatch.db.models.types import (
    Count,
    Denominator,
    Json,
    Key,
    Milliseconds,
    Pixels,
    Real,
    Whole,
)


class Series(Base):
    """A show; characters and episodes may belong to one."""

    __tablename__ = "series"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Episode(Base):
    """One video by the hash of its content, with what was probed (``core.video.types.Video``)."""

    __tablename__ = "episode"
    __table_args__ = (one_of("episode", "state", EPISODE_STATES),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    path: Mapped[str] = mapped_column(PathText)  # where it was last seen
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    stream: Mapped[int] = mapped_column(Count)
    codec: Mapped[str]
    pixel_format: Mapped[str]
    width: Mapped[int] = mapped_column(Pixels)
    height: Mapped[int] = mapped_column(Pixels)
    rotation: Mapped[int] = mapped_column(Whole(0, 270))  # degrees clockwise
    mirrored: Mapped[bool | None]  # this and the crop: None where an earlier version didn't look
    crop_left: Mapped[int | None] = mapped_column(Count)
    crop_top: Mapped[int | None] = mapped_column(Count)
    crop_right: Mapped[int | None] = mapped_column(Count)
    crop_bottom: Mapped[int | None] = mapped_column(Count)
    pixel_aspect_num: Mapped[int] = mapped_column(Denominator)
    pixel_aspect_den: Mapped[int] = mapped_column(Denominator)
    time_base_num: Mapped[int] = mapped_column(Denominator)
    time_base_den: Mapped[int] = mapped_column(Denominator)
    rate_num: Mapped[int] = mapped_column(Count)
    rate_den: Mapped[int] = mapped_column(Denominator)
    duration_num: Mapped[int | None] = mapped_column(Whole(0))
    duration_den: Mapped[int | None] = mapped_column(Whole(1))
    origin_num: Mapped[int | None]  # where players begin to count; an earlier version didn't ask
    origin_den: Mapped[int | None] = mapped_column(Whole(1))
    timecode: Mapped[str | None]
    start_pts: Mapped[int | None]  # of its first frame; None where the container doesn't say
    frames: Mapped[int] = mapped_column(Count)
    end_pts: Mapped[int]  # as planned
    broken_pts: Mapped[int | None]  # where it ended when that turned out to be earlier
    complete: Mapped[bool]
    damage: Mapped[list[Any] | None] = mapped_column(Json(is_damage, "ranges of frames"))
    state: Mapped[str]
    scan_digest: Mapped[str | None]  # what its tracks were made from
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"))  # who decided them
    names_due: Mapped[bool] = mapped_column(server_default=true())  # see db.review.propagation
    segments_due: Mapped[bool] = mapped_column(server_default=true())  # see db.segments
    season: Mapped[int | None] = mapped_column(
        Count
    )  # this and the next five: by its file's name, or as a person said
    number: Mapped[float | None] = mapped_column(Real(0, 1e6))  # 12.5 is a recap between two
    last_number: Mapped[float | None] = mapped_column(
        Real(0, 1e6)
    )  # of a file with several episodes
    title: Mapped[str | None]
    special: Mapped[str | None]  # what it is if no episode of the story, such as "NCOP"
    named_by: Mapped[str | None]  # "file" or "person"; None where nobody looked yet
    replaced_by: Mapped[int | None]  # the episode that its file holds now, if another
    claimed_by: Mapped[int | None]  # the run at work on it; holds while that run's process lives


class EpisodeFile(Base):
    """A path at which an episode's content was seen; size and mtime spare hashing it again."""

    __tablename__ = "episode_file"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    path: Mapped[str] = mapped_column(PathText, unique=True)
    size: Mapped[int] = mapped_column(Whole(0))
    mtime_ns: Mapped[int]
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("episode.id", ondelete="CASCADE"), index=True
    )
    seal: Mapped[str | None]  # of whoever saw it there; see db.episode_files


class Character(Base):
    """A name; unique in its series, or among those of no series."""

    __tablename__ = "character"
    __table_args__ = (
        UniqueConstraint("series_id", "name"),
        Index(
            "uq_character_name_of_no_series",
            "name",
            unique=True,
            sqlite_where=text("series_id IS NULL"),  # and on Postgres: see db.connection.creation
        ),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(server_default="", index=True)  # see core.names
    colour: Mapped[str | None] = mapped_column(HexColour)  # kept once given
    cover_id: Mapped[int | None]  # the face that a person chose as its picture, while that exists
    merged_into: Mapped[int | None]  # the character that it is, as a person said; see db.characters
    forgotten: Mapped[bool] = mapped_column(server_default=false())  # what models call so is nobody


class Alias(Base):
    """Another name of a character."""

    __tablename__ = "alias"
    character_id: Mapped[int] = mapped_column(
        ForeignKey("character.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    folded: Mapped[str] = mapped_column(server_default="", index=True)  # see core.names


class Bundle(Base):
    """A trained classifier that has classified crops of this index."""

    __tablename__ = "bundle"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    path: Mapped[str] = mapped_column(PathText)
    # Names, in the order of its logits
    characters: Mapped[list[Any]] = mapped_column(Json(is_texts, "a list of names"))
    card: Mapped[dict[str, Any]] = mapped_column(Json(is_object, "an object"))
    network: Mapped[str | None] = mapped_column(index=True)  # equal ones embed alike


class Run(Base):
    """One call of ``index`` that had something to do, with all that decided what it did."""

    __tablename__ = "run"
    __table_args__ = (one_of("run", "state", RUN_STATES),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    config: Mapped[dict[str, Any]] = mapped_column(Json(is_object, "an object"))
    versions: Mapped[dict[str, Any]] = mapped_column(Json(is_object, "an object"))
    started_ms: Mapped[int] = mapped_column(Milliseconds)
    finished_ms: Mapped[int | None] = mapped_column(Milliseconds)
    state: Mapped[str]
    host: Mapped[str | None]  # where its driver ran
    # Seconds of each
    stages: Mapped[dict[str, Any] | None] = mapped_column(Json(is_amounts, "an object of numbers"))


class BadFile(Base):
    """A file of which no episode could be made; size and mtime are of one that was read through."""

    __tablename__ = "bad_file"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    path: Mapped[str] = mapped_column(PathText, unique=True)
    size: Mapped[int | None] = mapped_column(Whole(0))
    mtime_ns: Mapped[int | None]
    problem: Mapped[str]
    advice: Mapped[str]
    attempts: Mapped[int] = mapped_column(Count)
    begun: Mapped[int] = mapped_column(Count, server_default="0")  # see BadFiles.begin


class AdaptedDetector(Base):
    """What a detector learned of the episodes of a series, or of those of none: its file."""

    __tablename__ = "adapted_detector"
    __table_args__ = (UniqueConstraint("series_id"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    digest: Mapped[str | None]  # of its weights; None where they were refused
    content: Mapped[bytes | None]  # the file; None where it was refused
    reason: Mapped[str | None]  # why it was refused
    made_ms: Mapped[int] = mapped_column(Milliseconds)
