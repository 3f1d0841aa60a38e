"""What public reports and an attack found missing in an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns, each with what an index made before is taken to say."""
    # Names of people may have been left behind: the next job lets them follow once, everywhere.
    due: sa.Column[bool] = sa.Column(
        "names_due", sa.Boolean(), nullable=False, server_default=sa.true()
    )
    op.add_column("episode", due)
    op.add_column("chunk", sa.Column("begun_by", sa.BigInteger()))
    op.add_column("chunk", sa.Column("damage", sa.JSON()))
