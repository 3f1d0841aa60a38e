"""The part of an open index that keeps account: runs, who is at work on what, chunks, bad files."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from eyecatch.core.errors import MediaError
from eyecatch.core.scan.types import ScannedChunk
from eyecatch.core.video.types import Chunk
from eyecatch.db import episodes as bad_files
from eyecatch.db import runs
from eyecatch.db import runs as claims
from eyecatch.db.connection.errors import one_sentence
from eyecatch.db.connection.locks import Life, is_alive
from eyecatch.db.connection.session import Writer
from eyecatch.db.records.scan import Backlog, FileStamp, Origin, Vectors
from eyecatch.db.scans import chunks


class Ledger(Writer):
    """What is to be done, being done, done and failed; ``db.index`` adds what was found."""

    # Runs

    def start_run(self, config: Mapping[str, Any], versions: Mapping[str, Any]) -> int:
        """A new run that is under way; start one only where there is something to do."""
        with self._write() as connection:
            return runs.start_run(connection, config, versions, platform.node())

    def finish_run(self, run_id: int, state: str) -> None:
        """Say how a run ended: ``done``, ``stopped`` or ``failed``."""
        with self._write() as connection:
            runs.finish_run(connection, run_id, state)

    def save_stages(self, run_id: int, stages: Mapping[str, float]) -> None:
        """Seconds that each stage of a run has taken so far, over all processes."""
        with self._write() as connection:
            runs.save_stages(connection, run_id, stages)

    def live(self, run_id: int) -> Life:
        """A lock that tells others that the run is alive, until it is closed or the process ends.

        ``claim`` before it is held, and others may take what was claimed.
        """
        with one_sentence(self._url):
            return Life(self._url, self._engine, run_id)

    def claim(self, episode_ids: Sequence[int], run_id: int) -> dict[int, int]:
        """Take episodes for a run; returns those that another living run holds, by its id."""
        with self._write() as connection:
            alive = partial(is_alive, self._url, connection)
            return claims.claim(connection, episode_ids, run_id, alive)

    # Chunks

    def pending_chunks(
        self, episode_id: int, scan_digest: str, *, retry_failed: bool = False
    ) -> list[Chunk]:
        """The chunks that were not scanned in this way, as planned; failed ones if asked for."""
        with self._read() as connection:
            return chunks.pending_chunks(
                connection, episode_id, scan_digest, retry_failed=retry_failed
            )

    def chunk_ranges(self, episode_id: int) -> list[tuple[int, int]]:
        """First frame of each chunk and the one after its last, as planned, in order."""
        with self._read() as connection:
            return chunks.chunk_ranges(connection, episode_id)

    def save_chunk(
        self,
        episode_id: int,
        scanned: ScannedChunk,
        origin: Origin,
        said: Mapping[int, Vectors] | None = None,
        tries: int = 1,
    ) -> None:
        """Everything of one chunk in place of what was there; twice is the same as once.

        Args:
            episode_id: the episode.
            scanned: what was found.
            origin: what it was made by.
            said: by the ids of bundles, what each said of the crops of ``scanned``, tracklet by
                tracklet, best first; None without bundles.
            tries: how often it was begun, besides what ``begin_chunk`` was told.
        """
        with self._write() as connection:
            chunks.save_chunk(connection, episode_id, scanned, origin, said or {}, tries)

    def fail_chunk(
        self, episode_id: int, index: int, error: str, origin: Origin, tries: int = 1
    ) -> None:
        """A chunk could not be scanned; ``error`` says why, as a sentence."""
        with self._write() as connection:
            chunks.fail_chunk(connection, episode_id, index, error, origin, tries)

    def begin_chunk(self, episode_id: int, index: int) -> None:
        """This process begins with a chunk; one that kills it every time is given up."""
        with self._write() as connection:
            chunks.begin_chunk(connection, episode_id, index)

    def give_up(self, episode_id: int, error: str, origin: Origin) -> None:
        """Fail the chunks of an episode that have killed ``chunks.TRIES`` processes."""
        with self._write() as connection:
            chunks.give_up(connection, episode_id, error, origin)

    def backlog(self, episode_id: int, scan_digest: str, *, retry_failed: bool = False) -> Backlog:
        """How much ``pending_chunks`` would return."""
        with self._read() as connection:
            return chunks.backlog(connection, episode_id, scan_digest, retry_failed=retry_failed)

    # Files

    def add_bad_file(self, path: str, error: MediaError, file: FileStamp | None) -> None:
        """Remember why no episode can be made of a file. See ``bad_files.add``."""
        with self._write() as connection:
            bad_files.add(connection, path, error, file)

    def forget_bad_file(self, path: str) -> None:
        """A file can be indexed after all."""
        with self._write() as connection:
            bad_files.forget(connection, path)

    def bad_reason(self, file: FileStamp) -> MediaError | None:
        """Why a file could not be indexed that has not changed since, else None."""
        with self._read() as connection:
            return bad_files.reason(connection, file)
