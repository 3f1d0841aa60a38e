"""Who has which task in hand: threads of this process, or processes one after the other."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from itertools import count
from queue import SimpleQueue
from typing import Final

from eyecatch.jobs.runners.scan_process import ScanProcess
from eyecatch.jobs.runners.scan_threads import Died, Message, News, Scanner, ScanThreads
from eyecatch.jobs.runners.stages import Outcome, Task, TaskListener, Work

log = logging.getLogger(__name__)

RENEWED_AFTER: Final = 120
"""Tasks after which a process gets no more and another begins, so that what libraries keep of each
never adds up. Of a minute each they take a quarter of an hour; a start takes a second of CPU."""


class Scanners:
    """Hands tasks to a scanner, and hears what becomes of them.

    Args:
        threads: how many tasks are done at a time.
        listener: is told how far tasks are, from any thread.
        apart: in a process of its own, which begins to load now; else in this one.

    Attributes:
        in_hand: the tasks that were given and have not come back, by their keys.
    """

    def __init__(self, threads: int, listener: TaskListener, *, apart: bool) -> None:
        self.in_hand: dict[str, Task] = {}
        self._threads, self._listener, self._apart = threads, listener, apart
        self._numbers = count()
        self._scanners: dict[int, Scanner] = {}
        self._holders: dict[str, int] = {}
        self._heard: SimpleQueue[tuple[int, Outcome | Exception | Died]] = SimpleQueue()
        self._newest = self._given = 0
        self._begin()

    def give(self, task: Task, work: Work) -> None:
        """Hand over a task; the newest scanner gets it."""
        worn = self._apart and self._given >= RENEWED_AFTER
        if worn or self._newest not in self._scanners:
            self._begin()
        self._given += 1
        self.in_hand[task.key], self._holders[task.key] = task, self._newest
        self._scanners[self._newest].give(task, work)

    def next(self, work: Work) -> Outcome | list[Task]:
        """Wait for an outcome, or for the death of a process: the tasks that it had in hand.

        Args:
            work: what is being done.

        Raises:
            Exception: what the stages raised.
        """
        while True:
            number, what = self._heard.get()
            if number not in self._scanners:  # it was closed
                continue
            if isinstance(what, Exception):
                raise what
            if isinstance(what, Outcome):
                task = self._take_back(what.task.key)
                self._close_worn(number)
                return replace(what, task=task)
            if held := self._bury(number, what, work):
                return held

    def close(self) -> None:
        """Stop whatever is under way."""
        for number in tuple(self._scanners):
            self._scanners.pop(number).close()
        self.in_hand.clear()
        self._holders.clear()

    def _begin(self) -> None:
        """A new scanner; threads of this process where no other can be started."""
        self._newest, self._given = next(self._numbers), 0
        tell = partial(self._hear, self._newest)
        if self._apart:
            try:
                self._scanners[self._newest] = ScanProcess(self._threads, tell)
            except OSError as error:
                self._go_on_here(error.strerror or str(error))
        if not self._apart:
            self._scanners[self._newest] = ScanThreads(self._threads, tell)

    def _go_on_here(self, why: str) -> None:
        self._apart = False
        log.warning("No process can be started to scan in (%s): this one does it.", why)

    def _hear(self, number: int, message: Message) -> None:
        """Take what a scanner tells, from any thread."""
        if isinstance(message, News):
            self._listener(*message)
        else:
            self._heard.put((number, message))

    def _take_back(self, key: str) -> Task:
        del self._holders[key]
        return self.in_hand.pop(key)

    def _close_worn(self, number: int) -> None:
        """Close a scanner that gets no more tasks, once it has none."""
        if number != self._newest and number not in self._holders.values():
            self._scanners.pop(number).close()

    def _bury(self, number: int, died: Died, work: Work) -> list[Task]:
        """The tasks that a process died on; those of one that never began go to this process."""
        self._scanners.pop(number).close()
        held = [self._take_back(key) for key, one in list(self._holders.items()) if one == number]
        if not died.useless:
            log.warning(
                "A process that scans died (%s), perhaps for want of memory: what it had in hand "
                "is begun again.",
                died.how,
            )
            return held
        self._go_on_here(died.how)
        for task in held:
            self.give(task, work)
        return []
