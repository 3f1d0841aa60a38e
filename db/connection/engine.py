"""Connections to an index, set up so that several processes can share it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from eyecatch.core.errors import DatabaseError

_POSTGRES = "postgresql+psycopg"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    _POSTGRES: _POSTGRES,
}


def parse_url(url: str) -> URL:
    """The SQLAlchemy URL for a path of an SQLite file or any URL.

    Raises:
        DatabaseError: it is no URL, or of a database that isn't supported.
    """
    if "://" not in url:
        return URL.create("sqlite", database=str(Path(url).expanduser().absolute()))
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # What can't be parsed can't be stripped of its password either.
        scheme = url.partition("://")[0]
        problem = "is not a database URL"
        raise DatabaseError(
            f"{scheme}://…", problem, "write it as the documentation does"
        ) from None
    if parsed.drivername not in _DRIVERS:
        shown = parsed.render_as_string(hide_password=True)
        raise DatabaseError(shown, "is of no supported kind", "use a file's path or postgresql://…")
    return parsed.set(drivername=_DRIVERS[parsed.drivername])


def shown_url(url: URL) -> str:
    """A URL as it may be printed: a file's path, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite index, or None where there is no plain file."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return None if url.database.startswith((":memory:", "file:")) else Path(url.database)


def make_engine(url: URL, patience: float) -> Engine:
    """An engine whose transactions wait up to ``patience`` seconds for each other.

    On SQLite a transaction of ``writing(engine)`` takes the write lock at its start: one that began
    by reading could not get it later without risking "database is locked".
    """
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": patience})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write."""
    return engine.execution_options(eyecatch_writes=True)


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # we say BEGIN ourselves, so that DDL is in transactions too
    connection.execute("PRAGMA foreign_keys = ON")
    # With WAL, NORMAL can lose the last commits in a power cut but never damages the file.
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("eyecatch_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
