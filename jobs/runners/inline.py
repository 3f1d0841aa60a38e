"""On this machine, without Ray: chunks side by side in threads, one for each core.

Little work is done in threads of the driver's own process: nothing has to be started first. Much is
done in those of another process, so that a decoder that crashes on a chunk takes no job with it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Final

from eyecatch.core.tensorflow import cores
from eyecatch.db.records.scan import MAX_TRIES
from eyecatch.jobs.runners.scanners import Scanners
from eyecatch.jobs.runners.stages import (
    Begin,
    Outcome,
    Task,
    TaskListener,
    Work,
    lost,
    unwatched,
)

MAX_THREADS: Final = 4
"""Chunks at a time, however many cores there are: Python itself runs in one thread at once, which
is what more of them would wait for (docs/performance.md)."""


class InlineRunner:
    """Runs the stages on this machine, without Ray.

    Args:
        threads: how many chunks are scanned at a time; one for each core, unless given.
        apart: in a process of its own, which is started now, and again whenever it dies.

    Attributes:
        at_once: how many chunks are begun before the first of them has ended; one more than there
            are threads waits for a thread while the driver is busy.
        wave, gathers, listener: see ``Runner``.
    """

    gathers = 0.0

    def __init__(self, threads: int | None = None, *, apart: bool = False) -> None:
        self.listener: TaskListener = unwatched
        threads = threads or min(cores(), MAX_THREADS)
        self.at_once = threads + (threads > 1)
        # Several jobs of one index share its episodes out: each takes what keeps it busy, no more.
        # At the end of a wave threads wait for the last chunk, so that a long job's are longer.
        self.wave = (16 if apart else 1 if threads == 1 else 2) * threads
        self._scanners = Scanners(threads, self._look, apart=apart)

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:
        """Scan and identify; the first tasks first, each outcome as soon as it is there.

        What was being scanned when a process died is scanned alone, and last: so it is known which
        it was. A chunk on which ``MAX_TRIES`` processes died is lost.
        """
        left = deque(sorted(tasks, key=lambda task: task.suspect))
        in_hand, deaths = self._scanners.in_hand, Counter[str]()
        try:
            while left or in_hand:
                while left and len(in_hand) < (1 if left[0].suspect else self.at_once):
                    begin(left[0])
                    self._scanners.give(left.popleft(), work)
                what = self._scanners.next(work)
                if isinstance(what, Outcome):
                    yield replace(what, tries=0)
                    continue
                for task in what:
                    deaths[task.key] += 1
                    if deaths[task.key] < MAX_TRIES:
                        left.append(replace(task, suspect=True))
                    else:
                        yield replace(lost(task, MAX_TRIES), tries=0)
        finally:
            if in_hand:
                self.close()

    def _look(self, key: str, frames: int, faces: int) -> None:
        self.listener(key, frames, faces)

    def close(self) -> None:
        """Stop whatever is under way, and end the process if there is one."""
        self._scanners.close()
