"""The ledger of many jobs: who is at work on what, files that can't be read, seconds of stages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what is new; nothing that is there changes."""
    op.create_table(
        "bad_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger()),
        sa.Column("mtime_ns", sa.BigInteger()),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("advice", sa.String(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bad_file"),
        sa.UniqueConstraint("path", name="uq_bad_file_path"),
    )
    begun = sa.Column("begun", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("chunk", begun)
    op.add_column("episode", sa.Column("claimed_by", sa.BigInteger()))
    op.add_column("run", sa.Column("host", sa.String()))
    op.add_column("run", sa.Column("stages", sa.JSON()))
    op.add_column("bundle", sa.Column("network", sa.String()))
    op.create_index("ix_bundle_network", "bundle", ["network"], unique=False)
