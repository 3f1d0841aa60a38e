"""Which runs are alive.

A run holds a lock for as long as its process lives; the system releases it when the process ends,
even if it is killed. So no clocks are compared, and no claim of a killed run outlives it. On SQLite
it is a lock on a file beside the index, on Postgres an advisory lock of a session.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, Self

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from eyecatch.db.connection.urls import sqlite_file

_RUNS: Final = 0x65796572  # any number that other users of the server don't take: "eyer"


class RunLock:
    """The lock of a run: taken when made, released when closed or when the process ends.

    Args:
        url: of the index.
        engine: connected to it.
        run_id: the run.
    """

    def __init__(self, url: URL, engine: Engine, run_id: int) -> None:
        self._held = ExitStack()
        if (file := sqlite_file(url)) is not None:
            from filelock import FileLock  # noqa: PLC0415 - who only asks needs none

            path = _path(file, run_id)
            self._held.callback(path.unlink, missing_ok=True)
            self._held.enter_context(FileLock(path))
        elif engine.dialect.name == "postgresql":
            session = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
            self._held.callback(session.close)
            self._held.callback(session.invalidate)  # a pooled session would keep the lock
            # A machine that loses its power says no goodbye: the server asks after two minutes.
            session.execute(sa.text("SET tcp_keepalives_idle = 60"))
            session.execute(sa.text("SET tcp_keepalives_interval = 20"))
            session.execute(sa.text("SET tcp_keepalives_count = 3"))
            session.execute(sa.select(sa.func.pg_try_advisory_lock(_RUNS, run_id)))
            self._held.callback(_unlock, session, run_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release it."""
        self._held.close()


def _unlock(session: Connection, run_id: int) -> None:
    with suppress(SQLAlchemyError):  # of a server that has gone nothing is held
        session.execute(sa.select(sa.func.pg_advisory_unlock(_RUNS, run_id)))


def is_alive(url: URL, connection: Connection, run_id: int) -> bool:
    """Whether the process of a run still lives, and has not let go of its lock."""
    if (file := sqlite_file(url)) is not None:
        return _is_locked(_path(file, run_id))
    if connection.dialect.name != "postgresql":
        return False  # an index in memory has no other process
    held = sa.text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :runs"
        " AND objid = :run AND objsubid = 2 AND granted AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(connection.scalar(held, {"runs": _RUNS, "run": run_id}))


def left_behind(url: URL, run_id: int) -> bool:
    """Whether a run that is not alive ended without letting go of its lock: its process died.

    A server lets go of the lock itself and does not say why: there, all of them count as dead.
    """
    file = sqlite_file(url)
    return file is None or _path(file, run_id).exists()


def clear(url: URL, run_id: int) -> None:
    """Remove what a run that died left behind."""
    if (file := sqlite_file(url)) is not None:
        with suppress(OSError):  # it may not be written here
            _path(file, run_id).unlink(missing_ok=True)


def _path(file: Path, run_id: int) -> Path:
    return file.with_name(f"{file.name}-run{run_id}.lock")


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    from filelock import FileLock, Timeout  # noqa: PLC0415 - who only asks needs none

    try:
        FileLock(path, timeout=0).acquire().lock.release()  # its file tells of a death: it stays
    except Timeout:
        return True
    except OSError:  # it may not be written here: nothing is known, so nothing is taken away
        return True
    return False
