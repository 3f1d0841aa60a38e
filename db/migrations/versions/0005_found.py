"""What public reports and an attack found missing in an index."""

from __future__ import annotations

import zipfile
import zlib

import sqlalchemy as sa
from alembic import op

from eyecatch.db.serialization import unpack_plan

revision = "0005"
down_revision = "0004"

EPISODE = sa.table("episode", sa.column("id"), sa.column("start_pts", sa.BigInteger()))
CHUNK = sa.table(
    "chunk", sa.column("episode_id"), sa.column("index"), sa.column("plan", sa.LargeBinary())
)


def upgrade() -> None:
    """Add the columns, each with what an index made before is taken to say."""
    # Names of people may have been left behind: the next job lets them follow once, everywhere.
    due: sa.Column[bool] = sa.Column(
        "names_due", sa.Boolean(), nullable=False, server_default=sa.true()
    )
    op.add_column("episode", due)
    op.add_column("chunk", sa.Column("begun_by", sa.BigInteger()))
    begun = sa.Column("begun", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("bad_file", begun)
    op.add_column("chunk", sa.Column("damage", sa.JSON()))
    op.add_column("episode", sa.Column("damage", sa.JSON()))
    # Where players begin to count is asked when the file is next there.
    for name in ("origin_num", "origin_den", "start_pts", "replaced_by"):
        op.add_column("episode", sa.Column(name, sa.BigInteger()))
    op.add_column("episode", sa.Column("timecode", sa.String()))
    op.add_column("episode_file", sa.Column("seal", sa.String()))
    _fill_starts()
    op.add_column("episode", sa.Column("mirrored", sa.Boolean()))
    for side in ("left", "top", "right", "bottom"):
        op.add_column("episode", sa.Column(f"crop_{side}", sa.BigInteger()))


def _fill_starts() -> None:
    """An episode starts with the first frame of its first chunk."""
    connection = op.get_bind()
    first = sa.select(CHUNK.c.episode_id, CHUNK.c.plan).where(CHUNK.c.index == 0)
    starts = [(id_, _first_pts(plan)) for id_, plan in connection.execute(first)]
    rows = [{"of": id_, "pts": pts} for id_, pts in starts if pts is not None]
    if rows:
        change = EPISODE.update().where(EPISODE.c.id == sa.bindparam("of"))
        connection.execute(change.values(start_pts=sa.bindparam("pts")), rows)


def _first_pts(plan: bytes) -> int | None:
    """None where the container says no times, and of a row that was damaged."""
    try:
        pts, _ = unpack_plan(plan)
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile, zlib.error):
        return None
    return int(pts[0]) if len(pts) else None
