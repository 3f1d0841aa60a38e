"""Opening an index: is it there, is it ours, is it of this version?"""

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from eyecatch.core.errors import DatabaseError
from eyecatch.db.connection.read_only import copied_engine, is_read_only, read_only_engine
from eyecatch.db.connection.session import for_writing, make_engine, one_at_a_time, one_sentence
from eyecatch.db.connection.urls import shown_url, sqlite_file

log = logging.getLogger(__name__)

VERSION: Final = "0009"
"""The newest migration. Known here so that opening a current index needs no Alembic (0.4 s)."""


def open_engine(url: URL, *, create: bool, patience: float, aside: bool = False) -> Engine:
    """Connect to an index and bring it to this version.

    Args:
        url: of the index.
        create: make the index where there is none.
        patience: seconds to wait for other processes' transactions.
        aside: of an index that may only be read, open a copy that may be written.

    Raises:
        DatabaseError: it can't be opened, is none, or was written by a newer version.
    """
    _check_file(url, create)
    file = sqlite_file(url)
    if file is not None and not create and is_read_only(file):
        with one_sentence(url):
            return _open_read_only(file, url, patience, aside)
    engine = make_engine(url, patience)
    try:
        with one_sentence(url):
            _bring_up_to_date(engine, url, create)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _check_file(url: URL, create: bool) -> None:
    file = sqlite_file(url)
    if file is None:
        return
    if file.is_dir():
        raise DatabaseError(str(file), "is a folder", "name a file for the index")
    if not file.parent.is_dir():
        raise DatabaseError(str(file), "its folder does not exist", "create the folder first")
    if not create and not file.exists():
        raise _no_index(url)


def _bring_up_to_date(engine: Engine, url: URL, create: bool) -> None:
    with engine.connect() as connection:
        version = _version(connection, url)
    if version == VERSION:
        return
    if version is None and not create:  # an older index is brought up to date by whoever asks
        raise _no_index(url)
    if engine.dialect.name == "sqlite":
        # The mode is a property of the file and can't change inside a transaction.
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
    _migrate(engine, url)


def _open_read_only(file: Path, url: URL, patience: float, aside: bool) -> Engine:
    def is_current(engine: Engine) -> bool:
        with engine.connect() as connection:
            version = _version(connection, url)
        if version is None:
            raise _no_index(url)
        return version == VERSION

    def migrate(engine: Engine) -> None:
        _bring_up_to_date(engine, url, create=False)

    if aside:
        log.warning("%s may only be read: a copy answers, and what is new in it isn't kept.", file)
        return copied_engine(file, patience, migrate)
    return read_only_engine(file, patience, is_current, migrate)


def _migrate(engine: Engine, url: URL) -> None:
    with for_writing(engine).begin() as connection:
        one_at_a_time(connection)
        version = _version(connection, url)  # somebody may have been quicker
        if version is None:
            # It loads the classes of all tables, which no question needs.
            from eyecatch.db.connection.creation import create_tables  # noqa: PLC0415

            create_tables(connection, VERSION)
        elif version != VERSION:
            # Alembic takes as long to load as most questions take to answer.
            from eyecatch.db.migrations.upgrade import upgrade  # noqa: PLC0415

            upgrade(connection)


def _version(connection: Connection, url: URL) -> str | None:
    tables = sa.inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables or "episode" not in tables:
        raise DatabaseError(
            shown_url(url), "is a database of another program", "choose another with --db"
        )
    version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    if version > VERSION:
        raise DatabaseError(
            shown_url(url), "was written by a newer eyecatch", "update eyecatch to open it"
        )
    return str(version)


def _no_index(url: URL) -> DatabaseError:
    return DatabaseError(shown_url(url), "there is no index", "run eyecatch index first")
