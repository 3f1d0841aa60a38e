"""Files of which no episode could be made."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from eyecatch.core.errors import MediaError
from eyecatch.db.connection.session import ROWS, Repository
from eyecatch.db.models import BadFile
from eyecatch.db.records.answers import FileFault
from eyecatch.db.records.scan import FileStamp


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
            }
            here = BadFile.path == path
            if connection.scalar(select(BadFile.id).where(here)) is None:
                connection.execute(insert(BadFile).values(path=path, attempts=1, **values))
            else:
                again = {"attempts": BadFile.attempts + 1, **values}
                connection.execute(update(BadFile).where(here).values(**again))

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
                )
            ).one_or_none()
            return None if row is None else MediaError(file.path, *row)

    def list_all(self) -> list[FileFault]:
        """Files of which no episode could be made, by path."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(BadFile.path, BadFile.problem, BadFile.advice, BadFile.attempts).order_by(
                    BadFile.path
                )
            )
            return [
                FileFault(path, str(MediaError(path, problem, advice)), attempts)
                for path, problem, advice, attempts in rows
            ]
