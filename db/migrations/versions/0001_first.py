"""The first index: all tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Kind = sa.types.TypeEngine[Any]
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def col(name: str, kind: Kind) -> sa.Column[Any]:
    """A column that always has a value."""
    return sa.Column(name, kind, nullable=False)


def null(name: str, kind: Kind) -> sa.Column[Any]:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def key(name: str, kind: Kind) -> sa.Column[Any]:
    """A part of a key that the database never makes up."""
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def fk(table: str, column: str, to: str, gone: str | None = None) -> sa.ForeignKeyConstraint:
    """A reference; ``gone`` says what happens when the other row is deleted."""
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}", ondelete=gone)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bundle",
        col("id", ID),
        col("digest", sa.String()),
        col("name", sa.String()),
        col("path", sa.String()),
        col("characters", sa.JSON()),
        col("card", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_bundle"),
        sa.UniqueConstraint("digest", name="uq_bundle_digest"),
    )
    op.create_table(
        "run",
        col("id", ID),
        col("config", sa.JSON()),
        col("versions", sa.JSON()),
        col("started_ms", sa.BigInteger()),
        null("finished_ms", sa.BigInteger()),
        col("state", sa.String()),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'stopped', 'failed')", name="ck_run_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_table(
        "series",
        col("id", ID),
        col("name", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("name", name="uq_series_name"),
    )
    op.create_table(
        "character",
        col("id", ID),
        null("series_id", ID),
        col("name", sa.String()),
        fk("character", "series_id", "series.id"),
        sa.PrimaryKeyConstraint("id", name="pk_character"),
        sa.UniqueConstraint("series_id", "name", name="uq_character_series_id_name"),
    )
    op.create_index(
        "uq_character_name_of_no_series",
        "character",
        ["name"],
        unique=True,
        sqlite_where=sa.text("series_id IS NULL"),
        postgresql_where=sa.text("series_id IS NULL"),
    )
    op.create_table(
        "episode",
        col("id", ID),
        col("digest", sa.String()),
        col("path", sa.String()),
        null("series_id", ID),
        col("stream", sa.BigInteger()),
        col("codec", sa.String()),
        col("pixel_format", sa.String()),
        col("width", sa.BigInteger()),
        col("height", sa.BigInteger()),
        col("rotation", sa.BigInteger()),
        col("pixel_aspect_num", sa.BigInteger()),
        col("pixel_aspect_den", sa.BigInteger()),
        col("time_base_num", sa.BigInteger()),
        col("time_base_den", sa.BigInteger()),
        col("rate_num", sa.BigInteger()),
        col("rate_den", sa.BigInteger()),
        null("duration_num", sa.BigInteger()),
        null("duration_den", sa.BigInteger()),
        col("frames", sa.BigInteger()),
        col("end_pts", sa.BigInteger()),
        null("broken_pts", sa.BigInteger()),
        col("complete", sa.Boolean()),
        col("state", sa.String()),
        null("scan_digest", sa.String()),
        null("bundle_id", ID),
        sa.CheckConstraint(
            "state IN ('pending', 'done', 'incomplete', 'failed')", name="ck_episode_state"
        ),
        fk("episode", "bundle_id", "bundle.id"),
        fk("episode", "series_id", "series.id"),
        sa.PrimaryKeyConstraint("id", name="pk_episode"),
        sa.UniqueConstraint("digest", name="uq_episode_digest"),
    )
    op.create_index("ix_episode_series_id", "episode", ["series_id"], unique=False)
    op.create_table(
        "alias",
        col("character_id", ID),
        col("name", sa.String()),
        fk("alias", "character_id", "character.id", "CASCADE"),
        sa.PrimaryKeyConstraint("character_id", "name", name="pk_alias"),
    )
    op.create_table(
        "appearance",
        col("character_id", ID),
        col("episode_id", ID),
        col("unsure", sa.Boolean()),
        key("start", sa.BigInteger()),
        col("stop", sa.BigInteger()),
        col("start_pts", sa.BigInteger()),
        col("stop_pts", sa.BigInteger()),
        col("confidence", sa.Double()),
        col("faces", sa.BigInteger()),
        fk("appearance", "character_id", "character.id"),
        fk("appearance", "episode_id", "episode.id", "CASCADE"),
        sa.PrimaryKeyConstraint(
            "character_id", "episode_id", "unsure", "start", name="pk_appearance"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_appearance_episode_id", "appearance", ["episode_id"], unique=False)
    op.create_table(
        "chunk",
        col("id", ID),
        col("episode_id", ID),
        col("index", sa.BigInteger()),
        col("start", sa.BigInteger()),
        col("stop", sa.BigInteger()),
        null("stop_pts", sa.BigInteger()),
        col("straight", sa.Boolean()),
        col("state", sa.String()),
        col("attempts", sa.BigInteger()),
        null("error", sa.String()),
        null("scan_digest", sa.String()),
        null("run_id", ID),
        col("plan", sa.LargeBinary()),
        sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name="ck_chunk_state"),
        fk("chunk", "episode_id", "episode.id", "CASCADE"),
        fk("chunk", "run_id", "run.id"),
        sa.PrimaryKeyConstraint("id", name="pk_chunk"),
        sa.UniqueConstraint("episode_id", "index", name="uq_chunk_episode_id_index"),
    )
    op.create_index("ix_chunk_episode_id_state", "chunk", ["episode_id", "state"], unique=False)
    op.create_table(
        "decision",
        col("id", ID),
        col("episode_id", ID),
        col("frame", sa.BigInteger()),
        col("x", sa.BigInteger()),
        col("y", sa.BigInteger()),
        col("w", sa.BigInteger()),
        col("h", sa.BigInteger()),
        null("character_id", ID),
        col("decided_ms", sa.BigInteger()),
        fk("decision", "character_id", "character.id"),
        fk("decision", "episode_id", "episode.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint(
            "episode_id", "frame", "x", "y", "w", "h", name="uq_decision_episode_id_frame_x_y_w_h"
        ),
    )
    op.create_table(
        "episode_file",
        col("id", ID),
        col("path", sa.String()),
        col("size", sa.BigInteger()),
        col("mtime_ns", sa.BigInteger()),
        col("episode_id", ID),
        fk("episode_file", "episode_id", "episode.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_episode_file"),
        sa.UniqueConstraint("path", name="uq_episode_file_path"),
    )
    op.create_index("ix_episode_file_episode_id", "episode_file", ["episode_id"], unique=False)
    op.create_table(
        "shot",
        col("id", ID),
        col("episode_id", ID),
        col("number", sa.BigInteger()),
        col("start", sa.BigInteger()),
        col("stop", sa.BigInteger()),
        fk("shot", "episode_id", "episode.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_shot"),
        sa.UniqueConstraint("episode_id", "number", name="uq_shot_episode_id_number"),
    )
    op.create_table(
        "timeline",
        key("chunk_id", ID),
        col("frames", sa.BigInteger()),
        col("arrays", sa.LargeBinary()),
        fk("timeline", "chunk_id", "chunk.id", "CASCADE"),
        sa.PrimaryKeyConstraint("chunk_id", name="pk_timeline"),
    )
    op.create_table(
        "track",
        col("id", ID),
        col("episode_id", ID),
        col("number", sa.BigInteger()),
        col("shot_id", ID),
        col("start", sa.BigInteger()),
        col("stop", sa.BigInteger()),
        col("start_pts", sa.BigInteger()),
        col("stop_pts", sa.BigInteger()),
        null("character_id", ID),
        null("confidence", sa.Double()),
        col("unsure", sa.Boolean()),
        null("top", sa.JSON()),
        null("decided_by", sa.String()),
        null("bundle_id", ID),
        null("run_id", ID),
        sa.CheckConstraint("decided_by IN ('model', 'person')", name="ck_track_decided_by"),
        fk("track", "bundle_id", "bundle.id"),
        fk("track", "character_id", "character.id"),
        fk("track", "episode_id", "episode.id", "CASCADE"),
        fk("track", "run_id", "run.id"),
        fk("track", "shot_id", "shot.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_track"),
        sa.UniqueConstraint("episode_id", "number", name="uq_track_episode_id_number"),
    )
    op.create_index("ix_track_character_id", "track", ["character_id"], unique=False)
    op.create_index("ix_track_shot_id", "track", ["shot_id"], unique=False)
    op.create_table(
        "tracklet",
        col("id", ID),
        col("chunk_id", ID),
        col("position", sa.BigInteger()),
        col("start", sa.BigInteger()),
        col("stop", sa.BigInteger()),
        null("track_id", ID),
        fk("tracklet", "chunk_id", "chunk.id", "CASCADE"),
        fk("tracklet", "track_id", "track.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_tracklet"),
        sa.UniqueConstraint("chunk_id", "position", name="uq_tracklet_chunk_id_position"),
    )
    op.create_index("ix_tracklet_track_id", "tracklet", ["track_id"], unique=False)
    op.create_table(
        "crop",
        col("id", ID),
        col("tracklet_id", ID),
        col("rank", sa.BigInteger()),
        col("frame", sa.BigInteger()),
        col("quality", sa.Double()),
        col("jpeg", sa.LargeBinary()),
        fk("crop", "tracklet_id", "tracklet.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_crop"),
        sa.UniqueConstraint("tracklet_id", "rank", name="uq_crop_tracklet_id_rank"),
    )
    op.create_table(
        "frame",
        key("tracklet_id", ID),
        key("frame", sa.Integer()),
        col("pts", sa.BigInteger()),
        col("x", sa.Integer()),
        col("y", sa.Integer()),
        col("w", sa.Integer()),
        col("h", sa.Integer()),
        col("score", sa.SmallInteger()),
        col("held", sa.Boolean()),
        fk("frame", "tracklet_id", "tracklet.id", "CASCADE"),
        sa.PrimaryKeyConstraint("tracklet_id", "frame", name="pk_frame"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identification",
        key("crop_id", ID),
        col("bundle_id", ID),
        col("embedding", sa.LargeBinary()),
        col("logits", sa.LargeBinary()),
        fk("identification", "bundle_id", "bundle.id"),
        fk("identification", "crop_id", "crop.id", "CASCADE"),
        sa.PrimaryKeyConstraint("crop_id", "bundle_id", name="pk_identification"),
    )
