"""Which of the paths in an index are believed as they stand.

A path of an index is believed if this user saw the file there, which its seal tells, or if the
index is on a server: who is let in there is one of those who made it. Of other paths only the
content is believed, and an address isn't asked.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, update

from eyecatch.core.seals import seal
from eyecatch.db.connection.session import Repository
from eyecatch.db.models import Episode, EpisodeFile
from eyecatch.db.records.scan import FileStamp

_STAMP: Final = ("path", "size", "mtime_ns")


class EpisodeFiles(Repository):
    """The files in which episodes were seen, and by whom."""

    def believed(self, episode_id: int) -> set[FileStamp]:
        """Those of an episode's files that this user saw, or all of them on a server."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(
                    Episode.digest,
                    EpisodeFile.path,
                    EpisodeFile.size,
                    EpisodeFile.mtime_ns,
                    EpisodeFile.seal,
                )
                .join(Episode, Episode.id == EpisodeFile.episode_id)
                .where(EpisodeFile.episode_id == episode_id)
            )
            shared = connection.dialect.name != "sqlite"
            return {
                file
                for digest, path, size, mtime_ns, sealed in rows
                if (file := FileStamp(path, size, mtime_ns))
                and (shared or (sealed is not None and sealed == seal_of(digest, file)))
            }

    def is_other(self, episode_id: int, file: FileStamp) -> bool:
        """Whether a file is not one in which an episode was seen, or has changed since."""
        with self._session.reading() as connection:
            of_file = [getattr(EpisodeFile, name) == getattr(file, name) for name in _STAMP]
            seen = select(EpisodeFile.id).where(EpisodeFile.episode_id == episode_id, *of_file)
            return connection.scalar(seen) is None

    def digest_at(self, path: str) -> str | None:
        """The content that was last seen at a path; None where none was."""
        with self._session.reading() as connection:
            query = select(Episode.digest).join(EpisodeFile, EpisodeFile.episode_id == Episode.id)
            return connection.scalar(query.where(EpisodeFile.path == path))

    def has_size(self, size: int) -> bool:
        """Whether a file of that size was ever seen: one of another holds nothing that is known."""
        with self._session.reading() as connection:
            return (
                connection.scalar(select(EpisodeFile.id).where(EpisodeFile.size == size))
                is not None
            )

    def vouch(self, digest: str, file: FileStamp) -> None:
        """Remember that this user saw an episode's content in a file; nothing if that is known."""
        here = (
            EpisodeFile.path == file.path,
            EpisodeFile.seal.is_distinct_from(seal_of(digest, file)),
        )
        with self._session.reading() as connection:
            if connection.scalar(select(EpisodeFile.id).where(*here)) is None:
                return
        with self._session.writing() as connection:
            connection.execute(update(EpisodeFile).where(*here).values(stamped(digest, file)))


def stamped(digest: str, file: FileStamp) -> dict[str, Any]:
    """The columns that say how a file was when this user saw an episode's content in it."""
    return {"size": file.size, "mtime_ns": file.mtime_ns, "seal": seal_of(digest, file)}


def seal_of(digest: str, file: FileStamp) -> str | None:
    """This user's seal on an episode's content in a file."""
    return seal(digest, file.path, file.size, file.mtime_ns)
