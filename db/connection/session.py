"""Transactions on an index, and the parent of the classes that read and write it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from threading import local
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from eyecatch.db.connection.errors import contradiction, database_error, wrong_value
from eyecatch.db.models.wrong_value import WrongValueError

# Numbers of advisory locks; any that other users of a server don't take: "eyec" and "face".
ROWS: Final = 0x65796563
"""Lock for adding a row that may be there only once, such as a character or an episode."""

FACES: Final = 0x66616365
"""Lock for what changes tracks, clusters and names: what it reads stays so until it is done.

Who needs both takes it before ``ROWS``."""


class Session:
    """A database and the transactions on it.

    It may be shared between threads: each has transactions of its own.

    Args:
        url: of the database.
        engine: connected to it.
    """

    def __init__(self, url: URL, engine: Engine) -> None:
        self.url, self.engine = url, engine
        self._for_writing = for_writing(engine)
        self._local = local()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def transaction(self, lock: int | None = None) -> Iterator[None]:
        """Make all that this thread does to the index inside the block one transaction.

        What is read in it includes what was written in it before; others see that when the block
        is over. If the block raises, nothing of it is kept. A block inside a block is part of it,
        and undone by itself if it raises. Other writers wait meanwhile, so keep it short; an
        iterator over rows has to be read to its end inside.

        Args:
            lock: as of ``writing``: held from the beginning, so that what is read in the block is
                still so when it writes.

        Raises:
            DatabaseError: the database can't be written.
        """
        outer = self._joined
        # What the caller's own block raises is the caller's: it says nothing of the rows.
        with one_sentence(self.url), self._locked(lock) as connection:
            self._local.connection = connection
            try:
                yield
            finally:
                self._local.connection = outer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads; the one that is open in this thread, if there is one."""
        joined = self._joined
        with one_sentence(self.url), _rows_that_fit(self.url):
            if joined is not None:
                yield joined
                return
            with self.engine.begin() as connection:
                yield connection

    @contextmanager
    def writing(self, lock: int | None = None) -> Iterator[Connection]:
        """A transaction that writes; part of the one that is open in this thread, if there is one.

        Args:
            lock: what has to be held by one transaction at a time, ``ROWS`` or ``FACES``.
        """
        with one_sentence(self.url), _rows_that_fit(self.url), self._locked(lock) as connection:
            yield connection

    @contextmanager
    def _locked(self, lock: int | None) -> Iterator[Connection]:
        with self._begun() as connection:
            if lock is not None:
                one_at_a_time(connection, lock)
            yield connection

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction that writes, or a savepoint in the one that is open in this thread."""
        if (joined := self._joined) is not None:
            with joined.begin_nested():
                yield joined
        else:
            with self._for_writing.begin() as connection:
                yield connection

    @property
    def _joined(self) -> Connection | None:
        """The connection of the transaction that is open in this thread."""
        connection: Connection | None = getattr(self._local, "connection", None)
        return connection


class Repository:
    """One kind of thing in an index; the parent of the classes that read and write it.

    Every method by itself is one transaction, all of it or nothing; inside
    ``with index.transaction():`` it is part of that one. Methods raise DatabaseError when the
    database can't be read or written.

    Args:
        session: of the index.
    """

    def __init__(self, session: Session) -> None:
        self._session = session


def repository(module: str, name: str) -> cached_property[Any]:
    """An attribute of a session that is a repository, whose module is loaded when it is first used.

    So a question loads neither NumPy nor what only writes.
    """

    def make(session: Session) -> Repository:
        made: Repository = getattr(import_module(module), name)(session)
        return made

    return cached_property(make)


@contextmanager
def one_sentence(url: URL) -> Iterator[None]:
    """Turn what SQLAlchemy raises inside, and what a column refuses, into a DatabaseError."""
    try:
        yield
    except WrongValueError as error:
        raise wrong_value(url, error) from error
    except SQLAlchemyError as error:
        raise database_error(url, error) from error


@contextmanager
def _rows_that_fit(url: URL) -> Iterator[None]:
    """Turn what rows lead to that name rows which are not there into a DatabaseError."""
    try:
        yield
    except (LookupError, ArithmeticError, TypeError) as error:
        raise contradiction(url, error) from error


def one_at_a_time(connection: Connection, lock: int = ROWS) -> None:
    """Wait until no other transaction holds a lock, and hold it until this one is over.

    On SQLite, whose writers take turns anyway, nothing is to be done.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))


def now_ms() -> int:
    """The time as columns hold it: milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def make_engine(url: URL, patience: float) -> Engine:
    """An engine whose transactions wait up to ``patience`` seconds for each other.

    On SQLite a transaction of ``for_writing(engine)`` takes the write lock at its start: one that
    began by reading could not get it later without risking "database is locked".
    """
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": patience})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def for_writing(engine: Engine) -> Engine:
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
