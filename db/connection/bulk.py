"""Very many rows at once, by each database's quickest way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, cast

from sqlalchemy import Column, Select, Table, func, select, type_coerce
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType

from eyecatch.db.models.types import Checked

BATCH = 500
"""Values in one statement; SQLite takes some thousands."""

_AT_ONCE: Final = 1000
"""Rows that are held as the database gives them. An answer may have 100,000, and Python looks
through all that is held, again and again, for what could be freed."""


def read_columns(
    connection: Connection, query: Select[Any], columns: Sequence[InstrumentedAttribute[Any]]
) -> Iterator[Sequence[Sequence[Any]]]:
    """The values of columns for very many rows: a thousand rows at a time, by column.

    Values are checked as always, but a column at a time, which takes a third of the time.

    Args:
        connection: in any transaction.
        query: which rows, in which order; what it selects makes no difference.
        columns: what is wanted of them, each of one of ``db.models.types``.
    """
    types = [cast(Checked, column.type) for column in columns]
    plain = [type_coerce(column, NullType()) for column in columns]
    rows_of = query.with_only_columns(*plain, maintain_column_froms=True)
    for rows in connection.execute(rows_of).partitions(_AT_ONCE):
        yield [
            type_.read_all(values)
            for type_, values in zip(types, zip(*rows, strict=True), strict=True)
        ]


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
        statement = f"COPY {into} FROM STDIN (FORMAT BINARY)"  # in text, pictures are twice as long
        _copy(connection, statement, _type_names(connection, table, columns), rows)
    elif listed := [tuple(row) for row in rows]:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", listed)


def _copy(
    connection: Connection, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Run a COPY by psycopg, which knows it; its errors are raised as SQLAlchemy raises others."""
    driver: Any = connection.connection
    errors: Any = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except errors as error:
        gone = connection.dialect.is_disconnect(error, driver, None)
        if gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement,
            None,
            error,
            errors,
            connection_invalidated=gone,
            dialect=connection.dialect,
        ) from error


def insert_numbered(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[int]:
    """Insert rows into a table whose key the database counts up; returns their ``id`` in order.

    Args:
        connection: in a transaction that writes.
        table: the table, whose key is ``id``.
        columns: the names of what each row gives, without it.
        rows: plain Python values, in the order of ``columns``.
    """
    if not rows:
        return []
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id").cast(REGCLASS)
        numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, len(rows)))
        ids = list(connection.scalars(numbers))
    else:  # no other connection writes now, and the next number is one more than the greatest
        greatest = connection.scalar(select(func.max(table.c.id))) or 0
        ids = [*range(greatest + 1, greatest + 1 + len(rows))]
    numbered = ((id_, *row) for id_, row in zip(ids, rows, strict=True))
    insert_rows(connection, table, ("id", *columns), numbered)
    return ids


def update_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Change rows of a table whose key is ``id``: in one statement, prepared once on SQLite.

    Args:
        connection: in a transaction that writes.
        table: the table.
        columns: the names of what each row gives, besides its ``id``, which comes first.
        rows: values as SQLAlchemy takes them, in the order of ``id`` and ``columns``.
    """
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    packers = [_packer(connection, table.c[name]) for name in ("id", *columns)]
    packed = [
        [value if value is None or pack is None else pack(value) for value in values]
        for pack, values in zip(packers, zip(*rows, strict=True), strict=True)
    ]
    if connection.dialect.name == "postgresql":
        types = _type_names(connection, table, ("id", *columns))
        arrays = ", ".join(f"%s::{name}[]" for name in types)
        names = ", ".join(map(quote, ("id", *columns)))
        given = ", ".join(f"{quote(name)} = given.{quote(name)}" for name in columns)
        connection.exec_driver_sql(
            f"UPDATE {quote(table.name)} AS kept SET {given}"
            f" FROM unnest({arrays}) AS given ({names}) WHERE kept.id = given.id",
            (*packed,),
        )
    else:
        given = ", ".join(f"{quote(name)} = ?" for name in columns)
        statement = f"UPDATE {quote(table.name)} SET {given} WHERE id = ?"
        ids, *others = packed
        connection.exec_driver_sql(statement, [*zip(*others, ids, strict=True)])


def _packer(connection: Connection, column: Column[Any]) -> Callable[[Any], Any] | None:
    """How SQLAlchemy hands a column's values to the driver; None where it is as they are."""
    return column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)


def _type_names(connection: Connection, table: Table, columns: Sequence[str]) -> list[str]:
    """What the database calls the types of columns."""
    return [table.c[name].type.compile(connection.dialect).lower() for name in columns]
