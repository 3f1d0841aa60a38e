"""Indexes that can be asked and not written: on a read-only disk, or of another user.

SQLite opens a database in WAL mode on such a disk only if it is told that nothing changes there,
and then it doesn't see what is left in the log beside it; nor can an older index be brought up to
date. So where either is needed, a copy is asked, which goes when the index is closed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote_from_bytes

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from eyecatch.core.errors import DatabaseError
from eyecatch.db.connection.session import make_engine

_LOGS: Final = ("-wal", "-journal")
"""Files beside a database in which transactions may lie that are not in it yet."""

IsCurrent = Callable[[Engine], bool]
"""Whether an index has the newest tables; raises what opening raises."""


def is_read_only(file: Path) -> bool:
    """Whether this process may not write an index that is there, or not beside it."""
    return file.exists() and not (_may_write(file) and _may_write(file.parent))


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def read_only_engine(
    file: Path, patience: float, is_current: IsCurrent, migrate: Callable[[Engine], None]
) -> Engine:
    """An engine that reads an index, or a copy of it that is as new as its log and as our tables.

    Args:
        file: the index.
        patience: seconds to wait for other processes' transactions.
        is_current: whether its tables are ours.
        migrate: makes them so.

    Raises:
        DatabaseError: it is no index, was written by a newer version, or can't be copied.
    """
    logged = any(_size(log) for log in _logs(file))
    for query in ({"mode": "ro"}, {"mode": "ro", "immutable": "1"}):
        if logged and "immutable" in query:
            break
        name = f"file:{quote_from_bytes(os.fsencode(file))}"
        engine = make_engine(
            URL.create("sqlite", database=name, query={**query, "uri": "true"}), patience
        )
        with suppress(OperationalError):
            if is_current(engine):
                return engine
            engine.dispose()
            break
        engine.dispose()
    engine = copied_engine(file, patience, migrate)
    event.listen(engine, "connect", _only_ask)
    return engine


def _logs(file: Path) -> list[Path]:
    return [file.with_name(f"{file.name}{ending}") for ending in _LOGS]


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def copied_engine(file: Path, patience: float, migrate: Callable[[Engine], None]) -> Engine:
    """An engine of a copy of an index, which goes with it; arguments as of ``read_only_engine``.

    Raises:
        DatabaseError: it is no index, was written by a newer version, or can't be copied.
    """
    with ExitStack() as opened:
        try:
            from tempfile import TemporaryDirectory  # noqa: PLC0415 - it is rarely needed

            folder = opened.enter_context(TemporaryDirectory(prefix="eyecatch-index-"))
            copy = Path(folder) / "index.db"
            for source, target in zip([file, *_logs(file)], [copy, *_logs(copy)], strict=True):
                if source.is_file():
                    shutil.copyfile(source, target)
        except OSError as error:
            problem = f"is read-only, and can't be copied to be asked ({error.strerror or error})"
            raise DatabaseError(str(file), problem, "make room in the folder of TMPDIR") from error
        url = URL.create("sqlite", database=str(copy))
        writing = make_engine(url, patience)
        migrate(writing)
        writing.dispose()
        engine = make_engine(url, patience)
        left = opened.pop_all()
        event.listen(engine, "engine_disposed", lambda _: left.close())
        return engine


def _only_ask(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """What would be written into the copy would be lost in silence."""
    connection.cursor().execute("PRAGMA query_only = ON")
