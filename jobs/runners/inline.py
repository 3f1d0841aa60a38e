"""Everything in this process: chunks side by side in threads, one for each core.

PyAV, OpenCV and LiteRT let go of Python's lock while they work, so threads share out what a scan
takes. Nothing crosses a process boundary, and nothing has to be started first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from queue import LifoQueue
from threading import Event
from typing import Final

from eyecatch.core.tensorflow import cores
from eyecatch.jobs.runners.stages import (
    Begin,
    IdentifyStage,
    Outcome,
    ScanStage,
    Task,
    TaskListener,
    Work,
    unwatched,
)

MAX_THREADS: Final = 4
"""Chunks at a time, however many cores there are: Python itself runs in one thread at once, which
is what more of them would wait for (docs/performance.md)."""


class StoppedError(Exception):
    """Nobody wants what is being scanned any more."""


class InlineRunner:
    """Runs the stages in this process, without Ray.

    Args:
        threads: how many chunks are scanned at a time; one for each core, unless given.

    Attributes:
        at_once: how many chunks are begun before the first of them has ended; one more than there
            are threads waits for a thread while the driver is busy.
        wave, listener: see ``Runner``.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.listener: TaskListener = unwatched
        self._threads = threads or min(cores(), MAX_THREADS)
        self.at_once = self._threads + (self._threads > 1)
        # Several jobs of one index share its episodes out: each takes what keeps it busy, no more.
        self.wave = 1 if self._threads == 1 else 2 * self._threads
        self._stages: tuple[Work, LifoQueue[ScanStage], IdentifyStage] | None = None
        self._stopped = Event()

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:
        """Scan and identify; the first tasks first, each outcome as soon as it is there.

        What was being scanned when a process died is scanned alone: so it is known which it was.
        """
        if self._stages is None or self._stages[0] is not work:
            idle: LifoQueue[ScanStage] = LifoQueue()
            for _ in range(self._threads):
                idle.put(ScanStage(work, self._heed))
            self._stages = work, idle, IdentifyStage(work)
        _, idle, identify = self._stages
        self._stopped.clear()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="scan") as pool:
            try:
                for scanned in self._scanned(tasks, idle, pool, begin):
                    for outcome in identify([scanned]):
                        yield replace(outcome, tries=0)
            finally:
                self._stopped.set()

    def _scanned(
        self,
        tasks: Sequence[Task],
        idle: LifoQueue[ScanStage],
        pool: ThreadPoolExecutor,
        begin: Begin,
    ) -> Generator[Outcome]:
        """Outcomes as they come."""

        def scan(task: Task) -> Outcome:
            stage = idle.get()
            try:
                return stage(task, self.listener)
            finally:
                idle.put(stage)

        left = deque(sorted(tasks, key=lambda task: task.suspect))
        running: set[Future[Outcome]] = set()
        while left or running:
            while left and len(running) < (1 if left[0].suspect else self.at_once):
                begin(left[0])
                running.add(pool.submit(scan, left.popleft()))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()

    def _heed(self, _: int) -> None:
        """Ends the scans of a runner that was stopped; called for every frame."""
        if self._stopped.is_set():
            raise StoppedError
