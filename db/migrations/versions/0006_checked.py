"""Boxes that are no faces, faces that were missed, and detectors that learned a series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DECISION = sa.table("decision", sa.column("character_id"), sa.column("no_face", sa.Boolean()))


def upgrade() -> None:
    """Make the table and the columns."""
    numbers = ("frame", "x", "y", "w", "h", "start", "stop")
    kinds = {"x": sa.Integer(), "y": sa.Integer(), "w": sa.Integer(), "h": sa.Integer()}
    op.create_table(
        "missed_face",
        sa.Column("id", ID, nullable=False),
        sa.Column("episode_id", ID, nullable=False),
        *(sa.Column(name, kinds.get(name, sa.BigInteger()), nullable=False) for name in numbers),
        sa.Column("quality", sa.Double(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name="fk_missed_face_episode_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_missed_face"),
        sa.UniqueConstraint(
            "episode_id",
            *numbers[:5],
            name="uq_missed_face_episode_id_frame_x_y_w_h",
        ),
    )
    op.create_table(
        "adapted_detector",
        sa.Column("id", ID, nullable=False),
        sa.Column("series_id", ID),
        sa.Column("digest", sa.String()),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("reason", sa.String()),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_adapted_detector_series_id"),
        sa.PrimaryKeyConstraint("id", name="pk_adapted_detector"),
        sa.UniqueConstraint("series_id", name="uq_adapted_detector_series_id"),
    )
    op.add_column("tracklet", sa.Column("missed_face_id", sa.BigInteger()))
    op.add_column(
        "track", sa.Column("no_face", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    # "Nobody" was the answer for what is no face too: which of the two was meant is not known.
    op.add_column("decision", sa.Column("no_face", sa.Boolean()))
    named = DECISION.c.character_id.is_not(None)
    op.execute(DECISION.update().where(named).values(no_face=False))
