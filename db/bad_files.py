"""Files of which no episode could be made."""

from __future__ import annotations

from typing import Final

from sqlalchemy import case, delete, insert, or_, select, update

from eyecatch.core.errors import MediaError
from eyecatch.db.connection.session import ROWS, Repository
from eyecatch.db.models import BadFile
from eyecatch.db.records.scan import MAX_TRIES, FileStamp
from eyecatch.db.records.states import FileFault

_BAD: Final = or_(BadFile.attempts > 0, BadFile.begun >= MAX_TRIES)
"""Of a row: there is more to it than that the file is being read, or was when its reader died."""


class BadFiles(Repository):
    """Files of which no episode could be made, and why."""

    def add(self, path: str, error: MediaError, file: FileStamp | None) -> None:
        """Remember why a file can't be indexed.

        Args:
            path: the file.
            error: the reason.
            file: its stamp if it was read through: the reason holds while the file is unchanged.
        """
        with self._session.writing(ROWS) as connection:
            values = {
                "problem": error.problem,
                "advice": error.advice,
                "size": None if file is None else file.size,
                "mtime_ns": None if file is None else file.mtime_ns,
                "begun": 0,
            }
            here = BadFile.path == path
            if connection.scalar(select(BadFile.id).where(here)) is None:
                connection.execute(insert(BadFile).values(path=path, attempts=1, **values))
            else:
                again = {"attempts": BadFile.attempts + 1, **values}
                connection.execute(update(BadFile).where(here).values(**again))

    def begin(self, file: FileStamp) -> None:
        """Note that a file is about to be read: it may hold what kills whoever reads it.

        One that was begun ``MAX_TRIES`` times and never came to an end can't be indexed.
        """
        with self._session.writing(ROWS) as connection:
            here = BadFile.path == file.path
            row = connection.execute(
                select(BadFile.size, BadFile.mtime_ns).where(here)
            ).one_or_none()
            if row is not None and tuple(row) == (file.size, file.mtime_ns):
                connection.execute(update(BadFile).where(here).values(begun=BadFile.begun + 1))
                return
            if row is not None:  # of another content
                connection.execute(delete(BadFile).where(here))
            connection.execute(
                insert(BadFile).values(
                    path=file.path,
                    size=file.size,
                    mtime_ns=file.mtime_ns,
                    problem=f"the process that read it died {MAX_TRIES} times",
                    advice="try again with --retry-failed",
                    attempts=0,
                    begun=1,
                )
            )

    def put_back(self, path: str) -> None:
        """Take back that a file was begun: what ended it was no fault of the file."""
        with self._session.writing() as connection:
            here = BadFile.path == path
            lived = update(BadFile).where(here, BadFile.begun > 0)
            connection.execute(lived.values(begun=BadFile.begun - 1))
            connection.execute(
                delete(BadFile).where(here, BadFile.attempts == 0, BadFile.begun == 0)
            )

    def forget(self, path: str) -> None:
        """Forget why a file could not be indexed: it can be, after all."""
        with self._session.writing() as connection:
            connection.execute(delete(BadFile).where(BadFile.path == path))

    def reason(self, file: FileStamp) -> MediaError | None:
        """Why a file could not be indexed that has not changed since, else None."""
        with self._session.reading() as connection:
            row = connection.execute(
                select(BadFile.problem, BadFile.advice).where(
                    BadFile.path == file.path,
                    BadFile.size == file.size,
                    BadFile.mtime_ns == file.mtime_ns,
                    _BAD,
                )
            ).one_or_none()
            return None if row is None else MediaError(file.path, *row)

    def list_all(self) -> list[FileFault]:
        """Files of which no episode could be made, by path."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(
                    BadFile.path,
                    BadFile.problem,
                    BadFile.advice,
                    case((BadFile.attempts == 0, BadFile.begun), else_=BadFile.attempts),
                )
                .where(_BAD)
                .order_by(BadFile.path)
            )
            return [
                FileFault(path, str(MediaError(path, problem, advice)), attempts)
                for path, problem, advice, attempts in rows
            ]
