"""Very many rows at once, by each database's quickest way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection

BATCH = 500
"""Values in one statement; SQLite takes some thousands."""


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows into a table: by COPY on Postgres, as one prepared statement on SQLite.

    Args:
        connection: in a transaction that writes.
        table: the table.
        columns: the names of what each row gives.
        rows: plain Python values, in the order of ``columns``.
    """
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, columns))})"
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection  # psycopg's, which knows COPY
        with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif listed := [tuple(row) for row in rows]:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", listed)
