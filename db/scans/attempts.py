"""How often chunks were begun and never came to an end: what kills processes is told by that."""

from __future__ import annotations

from sqlalchemy import select, update

from eyecatch.db.connection.session import Repository
from eyecatch.db.models import Chunk
from eyecatch.db.records.scan import MAX_TRIES, Provenance
from eyecatch.db.scans.chunks import fail_chunk


class Attempts(Repository):
    """Beginnings of chunks by the driver's own process; those of Ray's workers an actor counts."""

    def begin(self, episode_id: int, index: int, run_id: int | None = None) -> None:
        """Count that this process begins with a chunk for a run; see ``give_up``.

        Should the run end before the chunk does and its process live, ``Runs.claim`` takes it back.
        """
        with self._session.writing() as connection:
            connection.execute(
                update(Chunk)
                .where(Chunk.episode_id == episode_id, Chunk.index == index)
                .values(begun=Chunk.begun + 1, begun_by=run_id)
            )

    def put_back(self, episode_id: int, index: int, run_id: int | None) -> None:
        """Take back that a run began with a chunk: what stopped it was no fault of the chunk."""
        with self._session.writing() as connection:
            of_run = (Chunk.index == index, Chunk.begun_by == run_id)
            back = update(Chunk).where(Chunk.episode_id == episode_id, *of_run)
            connection.execute(back.values(begun=Chunk.begun - 1, begun_by=None))

    def suspects(self, episode_id: int) -> frozenset[int]:
        """The chunks of an episode that were being scanned when a process died, by their index."""
        with self._session.reading() as connection:
            begun = select(Chunk.index).where(Chunk.episode_id == episode_id, Chunk.begun > 0)
            return frozenset(connection.scalars(begun))

    def give_up(self, episode_id: int, error: str, provenance: Provenance) -> None:
        """Fail the chunks that were begun ``MAX_TRIES`` times and never came to an end.

        Args:
            episode_id: the episode.
            error: the reason, as a sentence.
            provenance: the scan that is wanted.
        """
        with self._session.writing() as connection:
            hopeless = connection.scalars(
                select(Chunk.index).where(Chunk.episode_id == episode_id, Chunk.begun >= MAX_TRIES)
            ).all()
            for index in hopeless:
                fail_chunk(connection, episode_id, index, error, provenance, tries=0)
