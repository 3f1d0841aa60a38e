"""The tables of a new index, made at once as the newest migration leaves them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from eyecatch.db.models import Base

STAMP: Final = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, as it makes it: of which version a database is."""


def create_tables(connection: Connection, version: str) -> None:
    """Make all tables in a database that has none; the caller commits.

    Migrations come to the same, and take longer: Alembic has to be loaded for them.

    Args:
        connection: in a transaction.
        version: the newest migration.
    """
    if connection.dialect.name == "postgresql":
        _keep_indexes_partial()
    Base.metadata.create_all(connection, checkfirst=False)
    STAMP.create(connection, checkfirst=False)
    connection.execute(STAMP.insert().values(version_num=version))


def _keep_indexes_partial() -> None:
    """Have Postgres too leave out the rows that the classes say SQLite's indexes leave out.

    They can't say so of both: that would load Postgres' dialect for those who have no use for it.
    """
    for table in Base.metadata.tables.values():
        for index in table.indexes:
            options = index.dialect_options
            options["postgresql"]["where"] = options["sqlite"]["where"]
