"""Faces in clusters, what people did with them, and how much of the screen time has a name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

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
    """Make the tables, and count what earlier versions indexed."""
    op.create_table(
        "action",
        col("id", ID),
        col("kind", sa.String()),
        col("told", sa.String()),
        col("done_ms", sa.BigInteger()),
        null("undone_ms", sa.BigInteger()),
        col("before", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_action"),
    )
    op.create_table(
        "cluster",
        col("id", ID),
        null("series_id", ID),
        col("touched", sa.Boolean()),
        col("faces", sa.BigInteger()),
        col("episodes", sa.BigInteger()),
        col("seconds", sa.Double()),
        col("mark", sa.BigInteger()),
        null("centre", sa.LargeBinary()),
        fk("cluster", "series_id", "series.id"),
        sa.PrimaryKeyConstraint("id", name="pk_cluster"),
    )
    op.create_index("ix_cluster_seconds", "cluster", ["seconds"], unique=False)
    op.create_table(
        "apart",
        key("first_id", ID),
        key("second_id", ID),
        fk("apart", "first_id", "cluster.id", "CASCADE"),
        fk("apart", "second_id", "cluster.id", "CASCADE"),
        sa.PrimaryKeyConstraint("first_id", "second_id", name="pk_apart"),
    )
    op.create_table(
        "face",
        col("id", ID),
        col("episode_id", ID),
        col("frame", sa.BigInteger()),
        col("x", sa.BigInteger()),
        col("y", sa.BigInteger()),
        col("w", sa.BigInteger()),
        col("h", sa.BigInteger()),
        null("track_id", ID),
        col("bundle_id", ID),
        col("embedding", sa.LargeBinary()),
        null("cluster_id", ID),
        fk("face", "bundle_id", "bundle.id"),
        fk("face", "cluster_id", "cluster.id"),
        fk("face", "episode_id", "episode.id", "CASCADE"),
        fk("face", "track_id", "track.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_face"),
        sa.UniqueConstraint(
            "episode_id", "frame", "x", "y", "w", "h", name="uq_face_episode_id_frame_x_y_w_h"
        ),
    )
    op.create_index("ix_face_track_id", "face", ["track_id"], unique=False)
    op.create_index("ix_face_cluster_id", "face", ["cluster_id"], unique=False)
    op.create_table(
        "unlike",
        key("face_id", ID),
        key("character_id", ID),
        fk("unlike", "character_id", "character.id", "CASCADE"),
        fk("unlike", "face_id", "face.id", "CASCADE"),
        sa.PrimaryKeyConstraint("face_id", "character_id", name="pk_unlike"),
    )
    op.create_table(
        "overruled",
        key("track_id", ID),
        null("character_id", ID),
        null("confidence", sa.Double()),
        col("unsure", sa.Boolean()),
        null("top", sa.JSON()),
        null("decided_by", sa.String()),
        null("bundle_id", ID),
        null("run_id", ID),
        fk("overruled", "bundle_id", "bundle.id"),
        fk("overruled", "character_id", "character.id"),
        fk("overruled", "run_id", "run.id"),
        fk("overruled", "track_id", "track.id", "CASCADE"),
        sa.PrimaryKeyConstraint("track_id", name="pk_overruled"),
    )
    op.create_table(
        "tally",
        key("episode_id", ID),
        col("seconds", sa.Double()),
        col("named", sa.Double()),
        col("aside", sa.Double()),
        fk("tally", "episode_id", "episode.id", "CASCADE"),
        sa.PrimaryKeyConstraint("episode_id", name="pk_tally"),
    )
    op.execute(
        """
        INSERT INTO tally (episode_id, seconds, named, aside)
        SELECT episode.id,
          SUM((stop_pts - start_pts) * 1.0 * time_base_num / time_base_den),
          SUM(CASE WHEN character_id IS NULL OR unsure THEN 0
              ELSE (stop_pts - start_pts) * 1.0 * time_base_num / time_base_den END),
          SUM(CASE WHEN character_id IS NULL AND decided_by = 'person'
              THEN (stop_pts - start_pts) * 1.0 * time_base_num / time_base_den ELSE 0 END)
        FROM track JOIN episode ON episode.id = track.episode_id
        GROUP BY episode.id
        """
    )
