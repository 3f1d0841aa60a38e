"""A run of the index: its record, the lock that says it lives, and steps that outlast an outage."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import sleep
from typing import Final, TypeVar

from eyecatch.core.errors import DatabaseGoneError, EyecatchError
from eyecatch.db.index import Index
from eyecatch.db.models.base import DONE, FAILED, STOPPED
from eyecatch.jobs.progress import Progress
from eyecatch.jobs.versions import versions

log = logging.getLogger(__name__)
Result = TypeVar("Result")

PAUSES: Final = (1, 2, 4, 8, 15, 30, 30, 30, 60, 60)
"""Seconds between tries to reach a database that has gone: four minutes, for a server that is
updated or started again."""


class JobRun:
    """A run that is recorded in the index and lives as long as this object is not closed.

    Args:
        index: an open index.
        id_: the run's number in it.

    Attributes:
        id: that number.
    """

    def __init__(self, index: Index, id_: int) -> None:
        self.id = id_
        self._index, self._lock = index, index.runs.hold_lock(id_)

    def retry(self, step: Callable[[], Result]) -> Result:
        """Do a step that may be done twice, waiting for a database that has gone to come back.

        Raises:
            DatabaseGoneError: it did not come back in four minutes.
        """
        for pause in PAUSES:
            try:
                return step()
            except DatabaseGoneError as error:
                log.warning("%s Trying again in %d s.", error, pause)
                sleep(pause)
                self._renew_lock()
        return step()

    def _renew_lock(self) -> None:
        """A server that went took the run's lock with it."""
        with suppress(DatabaseGoneError):
            self._lock.close()
            self._lock = self._index.runs.hold_lock(self.id)

    def close(self) -> None:
        """Let go of the lock: what the run has claimed is free again."""
        self._lock.close()


@contextmanager
def recorded_run(
    index: Index, config: Mapping[str, object], progress: Progress
) -> Iterator[JobRun]:
    """A run that lasts as long as the block; how it ended and what took its time is recorded.

    Args:
        index: an open index.
        config: what decides the rows that the run makes.
        progress: of the job, as it goes on.
    """
    run = JobRun(index, index.runs.start(config, versions()))
    log.info("run %d begins: %s", run.id, progress.line(), extra={"run": run.id})
    state = STOPPED
    try:
        yield run
        state = DONE
    except EyecatchError:
        state = FAILED
        raise
    finally:
        run.close()
        index.runs.save_stages(run.id, progress.stages)
        index.runs.finish(run.id, state)
        log.info("run %d %s: %s", run.id, state, progress.line(), extra={"run": run.id})
