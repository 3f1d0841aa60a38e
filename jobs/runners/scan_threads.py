"""Tasks side by side in threads of this process.

PyAV, OpenCV and LiteRT let go of Python's lock while they work, so threads share out what a scan
takes.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import LifoQueue
from threading import Event, Lock
from typing import NamedTuple, Protocol

from eyecatch.jobs.runners.stages import IdentifyStage, Outcome, ScanStage, Task, Work


class News(NamedTuple):
    """How far a task is: its key, the frames of it that were scanned, the faces found in them."""

    key: str
    frames: int
    faces: int


class Died(NamedTuple):
    """That a process which scans has ended, and with it whatever it had in hand.

    Attributes:
        how: the signal's name, or its status.
        useless: it gave up before it took a task, and so would another one.
    """

    how: str
    useless: bool


Message = Outcome | News | Exception | Died
"""What a scanner says: now and then News; for each task an Outcome, or what its stages raised."""

Tell = Callable[[Message], None]
"""Called from any thread."""


class Scanner(Protocol):
    """Does tasks that it is given, as many at once as it has threads."""

    def give(self, task: Task, work: Work) -> None:
        """Have a task done; its outcome is told, at some time."""
        ...

    def close(self) -> None:
        """Stop whatever is under way, and wait for it; nothing more is told of it."""
        ...


class StoppedError(Exception):
    """Nobody wants what is being scanned any more."""


class ScanThreads:
    """Does tasks in threads.

    Args:
        threads: how many.
        tell: is told what becomes of the tasks.
    """

    def __init__(self, threads: int, tell: Tell) -> None:
        self._threads, self._tell = threads, tell
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="scan")
        self._stages: _Stages | None = None
        self._stopped = Event()

    def give(self, task: Task, work: Work) -> None:
        """See ``Scanner``; the stages are kept from task to task while the work is the same."""
        if self._stages is None or self._stages.work is not work:
            self._stages = _Stages(work, self._threads, self._heed)
        self._pool.submit(self._do, task, self._stages)

    def close(self) -> None:
        """See ``Scanner``."""
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)

    def _do(self, task: Task, stages: _Stages) -> None:
        try:
            self._tell(stages(task, self._look))
        except Exception as error:  # of the stages themselves: it is for whoever runs the job
            self._tell(error)

    def _look(self, key: str, frames: int, faces: int) -> None:
        self._tell(News(key, frames, faces))

    def _heed(self, _: int) -> None:
        """Ends the scans of threads that were stopped; called for every frame."""
        if self._stopped.is_set():
            raise StoppedError


class _Stages:
    """Both stages of some threads: one to scan for each, and one to identify for all, in turns."""

    def __init__(self, work: Work, threads: int, heed: Callable[[int], None]) -> None:
        self.work = work
        self._idle: LifoQueue[ScanStage] = LifoQueue()
        for _ in range(threads):
            self._idle.put(ScanStage(work, heed))
        self._identify, self._identifying = IdentifyStage(work), Lock()

    def __call__(self, task: Task, listener: Callable[[str, int, int], None]) -> Outcome:
        scan = self._idle.get()
        try:
            scanned = scan(task, listener)
        finally:
            self._idle.put(scan)
        with self._identifying:
            (outcome,) = self._identify([scanned])
        return outcome
