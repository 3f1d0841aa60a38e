"""Files of which no episode could be made, and why."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import MediaError
from eyecatch.db.connection.locks import one_at_a_time
from eyecatch.db.models import BadFile
from eyecatch.db.records.answers import FileFault
from eyecatch.db.records.scan import FileStamp


def add(connection: Connection, path: str, error: MediaError, file: FileStamp | None) -> None:
    """Remember why a file can't be indexed.

    Args:
        connection: in a transaction that writes.
        path: the file.
        error: the reason.
        file: its stamp if it was read through, so that the reason holds while it doesn't change.
    """
    one_at_a_time(connection)
    values = {
        "problem": error.problem,
        "advice": error.advice,
        "size": None if file is None else file.size,
        "mtime_ns": None if file is None else file.mtime_ns,
    }
    here = BadFile.path == path
    if connection.scalar(select(BadFile.id).where(here)) is None:
        connection.execute(insert(BadFile).values(path=path, attempts=1, **values))
    else:
        again = {"attempts": BadFile.attempts + 1, **values}
        connection.execute(update(BadFile).where(here).values(**again))


def forget(connection: Connection, path: str) -> None:
    """A file can be indexed after all."""
    connection.execute(delete(BadFile).where(BadFile.path == path))


def reason(connection: Connection, file: FileStamp) -> MediaError | None:
    """Why a file could not be indexed that has not changed since, else None."""
    row = connection.execute(
        select(BadFile.problem, BadFile.advice).where(
            BadFile.path == file.path,
            BadFile.size == file.size,
            BadFile.mtime_ns == file.mtime_ns,
        )
    ).one_or_none()
    return None if row is None else MediaError(file.path, *row)


def list_bad(connection: Connection) -> list[FileFault]:
    """All of them, by path."""
    rows = connection.execute(
        select(BadFile.path, BadFile.problem, BadFile.advice, BadFile.attempts).order_by(
            BadFile.path
        )
    )
    return [
        FileFault(path, str(MediaError(path, problem, advice)), attempts)
        for path, problem, advice, attempts in rows
    ]
