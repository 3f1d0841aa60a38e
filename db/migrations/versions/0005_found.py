"""What public reports and an attack found missing in an index."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns, each with what an index made before is taken to say."""
