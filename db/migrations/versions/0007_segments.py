"""Openings, endings, recaps and what else repeats, and the hashes that tell it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'opening', 'ending', 'eyecatch', 'recap', 'preview', 'reused', 'story'"


def upgrade() -> None:
    """Make the tables and the column."""
    op.create_table(
        "picture_hash",
        sa.Column("chunk_id", ID, nullable=False, autoincrement=False),
        sa.Column("arrays", sa.LargeBinary(), nullable=False),
        _of("chunk", "picture_hash"),
        sa.PrimaryKeyConstraint("chunk_id", name="pk_picture_hash"),
    )
    op.create_table(
        "sound_hash",
        sa.Column("episode_id", ID, nullable=False, autoincrement=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("step", sa.Double(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        _of("episode", "sound_hash"),
        sa.PrimaryKeyConstraint("episode_id", name="pk_sound_hash"),
    )
    op.create_table(
        "chapter",
        sa.Column("id", ID, nullable=False),
        sa.Column("episode_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("stop", sa.Double(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        _of("episode", "chapter"),
        sa.PrimaryKeyConstraint("id", name="pk_chapter"),
        sa.UniqueConstraint("episode_id", "number", name="uq_chapter_episode_id_number"),
    )
    op.create_table(
        "segment",
        sa.Column("id", ID, nullable=False),
        sa.Column("episode_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("start", "stop", "start_pts", "stop_pts")
        ),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("shared", sa.BigInteger()),
        _of("episode", "segment"),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_segment_kind"),
        sa.CheckConstraint("decided_by IN ('model', 'person')", name="ck_segment_decided_by"),
    )
    op.create_index("ix_segment_episode_id_start", "segment", ["episode_id", "start"])
    op.create_index("ix_segment_shared", "segment", ["shared"])
    # The kind of segment that an appearance lies in; NULL is story.
    op.add_column("appearance", sa.Column("segment", sa.String()))
    op.add_column(
        "episode", sa.Column("segments_due", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def _of(parent: str, table: str) -> sa.ForeignKeyConstraint:
    column = f"{parent}_id"
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")
