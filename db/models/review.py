"""Tables of the faces that wait for a name, and of what people did with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eyecatch.db.models.base import Base
from eyecatch.db.models.shapes import is_chances, is_change
from eyecatch.db.models.types import Count, Int32, Json, Key, Milliseconds, Real


class Cluster(Base):
    """Faces that look like one person. Its row stays when they are gone, so that ids never recur.

    What waits for a name in it is counted here, so that a list of thousands is quick.
    """

    __tablename__ = "cluster"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    touched: Mapped[bool]  # a person merged or split it: no other is joined to it automatically
    faces: Mapped[int] = mapped_column(Count)
    episodes: Mapped[int] = mapped_column(Count)
    seconds: Mapped[float] = mapped_column(index=True)
    mark: Mapped[int]  # sum of the faces' ids: another one when others wait
    centre: Mapped[bytes | None]  # mean of the unit embeddings of all its faces


class Apart(Base):
    """Two clusters that a person separated; the lower id first."""

    __tablename__ = "apart"
    first_id: Mapped[int] = mapped_column(
        ForeignKey("cluster.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    second_id: Mapped[int] = mapped_column(
        ForeignKey("cluster.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class Face(Base):
    """The face of a track, as a box in a frame: it outlives tracks that are made anew."""

    __tablename__ = "face"
    __table_args__ = (UniqueConstraint("episode_id", "frame", "x", "y", "w", "h"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    frame: Mapped[int] = mapped_column(Count)
    x: Mapped[int]
    y: Mapped[int]
    w: Mapped[int]
    h: Mapped[int]
    track_id: Mapped[int | None] = mapped_column(
        ForeignKey("track.id", ondelete="SET NULL"), index=True
    )  # which follows it now
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"))  # whose embedding it is
    embedding: Mapped[bytes]  # of the whole track, float16
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id"), index=True)


class Unlike(Base):
    """A face that a person said is not this character."""

    __tablename__ = "unlike"
    face_id: Mapped[int] = mapped_column(
        ForeignKey("face.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    character_id: Mapped[int] = mapped_column(
        ForeignKey("character.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class Action(Base):
    """What a person did, and what has to be put back to undo it."""

    __tablename__ = "action"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    told: Mapped[str]
    done_ms: Mapped[int] = mapped_column(Milliseconds)
    undone_ms: Mapped[int | None] = mapped_column(Milliseconds)
    # See db.review.undo
    before: Mapped[dict[str, Any]] = mapped_column(Json(is_change, "what undoes an action"))


class Overruled(Base):
    """A prediction for a track that a person's label replaced; columns as in ``track``."""

    __tablename__ = "overruled"
    track_id: Mapped[int] = mapped_column(
        ForeignKey("track.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    character_id: Mapped[int | None] = mapped_column(ForeignKey("character.id"))
    confidence: Mapped[float | None] = mapped_column(Real(0, 1))
    unsure: Mapped[bool]
    top: Mapped[list[Any] | None] = mapped_column(Json(is_chances, "names with their chances"))
    decided_by: Mapped[str | None]
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))


class Tally(Base):
    """Seconds of an episode's faces: of all, of those with a sure name, of those set aside."""

    __tablename__ = "tally"
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("episode.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seconds: Mapped[float]
    named: Mapped[float]
    aside: Mapped[float]  # a person said that they are nobody


class RoleTally(Base):
    """Sums of a character's sure ranges in an episode, by kind of segment; see ``db.tallies``.

    There is a row of the kind ``story`` for each character in each episode that shows it for sure.
    """

    __tablename__ = "role_tally"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it
    character_id: Mapped[int] = mapped_column(ForeignKey("character.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # story, or one that is left out
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("episode.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    units: Mapped[int]  # of the episode's time base, in stretches that last
    faces: Mapped[int] = mapped_column(Count)  # in those of story
    glimpses: Mapped[int] = mapped_column(Count)  # stretches of story that don't last


class Decision(Base):
    """The label that a person gave to the face in a box of a frame; it outlives tracks."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("episode_id", "frame", "x", "y", "w", "h"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    frame: Mapped[int] = mapped_column(Count)
    x: Mapped[int]
    y: Mapped[int]
    w: Mapped[int]
    h: Mapped[int]
    character_id: Mapped[int | None] = mapped_column(ForeignKey("character.id"))
    decided_ms: Mapped[int] = mapped_column(Milliseconds)
    # Of a label without a character: None where an earlier version asked for "nobody, or no face"
    no_face: Mapped[bool | None]


class MissedFace(Base):
    """A face that no detector found and a person drew; it outlives scans.

    While no detector finds it either, it has a track of one box (``Tracklet.missed_face_id``).
    """

    __tablename__ = "missed_face"
    __table_args__ = (UniqueConstraint("episode_id", "frame", "x", "y", "w", "h"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id", ondelete="CASCADE"))
    frame: Mapped[int] = mapped_column(Count)
    x: Mapped[int] = mapped_column(Int32)
    y: Mapped[int] = mapped_column(Int32)
    w: Mapped[int] = mapped_column(Int32(1))
    h: Mapped[int] = mapped_column(Int32(1))
    start: Mapped[int] = mapped_column(Count)  # the frames that show the same, half-open
    stop: Mapped[int] = mapped_column(Count)
    quality: Mapped[float] = mapped_column(Real(0, 1))
    jpeg: Mapped[bytes]  # as that of a crop
    drawn_ms: Mapped[int] = mapped_column(Milliseconds)
    removed: Mapped[bool]  # a person took it out of the index again
