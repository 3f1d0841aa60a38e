"""What an episode is by its file's name, and what a character looks like in pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the columns."""
    op.add_column("episode", sa.Column("season", sa.BigInteger()))
    op.add_column("episode", sa.Column("number", sa.Double()))
    op.add_column("episode", sa.Column("last_number", sa.Double()))
    op.add_column("episode", sa.Column("title", sa.String()))
    op.add_column("episode", sa.Column("special", sa.String()))
    op.add_column("episode", sa.Column("named_by", sa.String()))
    op.add_column("character", sa.Column("colour", sa.String()))
    op.add_column("character", sa.Column("cover_id", sa.BigInteger()))
    op.add_column("character", sa.Column("merged_into", sa.BigInteger()))
    op.add_column(
        "character",
        sa.Column("forgotten", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
