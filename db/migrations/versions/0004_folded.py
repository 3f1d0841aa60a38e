"""Names as they are looked up, whatever their case, with an index: very many are not all read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eyecatch.core.names import folded

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column to both kinds of names, and fill it."""
    for table in ("character", "alias"):
        column = sa.Column("folded", sa.String(), nullable=False, server_default="")
        op.add_column(table, column)
        _fill(sa.table(table, sa.column("name", sa.String()), sa.column("folded", sa.String())))
        op.create_index(f"ix_{table}_folded", table, ["folded"], unique=False)


def _fill(table: sa.TableClause) -> None:
    connection = op.get_bind()
    names = connection.scalars(sa.select(table.c.name).distinct()).all()
    rows = [{"known": name, "spelt": folded(name)} for name in names]
    if rows:
        named = table.c.name == sa.bindparam("known")
        connection.execute(table.update().where(named).values(folded=sa.bindparam("spelt")), rows)
