"""A process that scans, as seen from the one that started it: the driver.

What goes wrong in a decoder written in C ends the process that it runs in; so does a system that
is out of memory. Here that is not the driver's.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import Pipe
from threading import Thread
from typing import Final

from eyecatch.core.children import child
from eyecatch.jobs.runners.scan_threads import Died, Tell
from eyecatch.jobs.runners.stages import Task, Work

READY: Final = "ready"
"""What the process says once it has loaded all that it needs."""


class ScanProcess:
    """Does tasks in threads of a process of its own, which ends when this one does.

    The process imports nothing of the program that calls us, and takes its tasks from a pipe; what
    it says, and what it logs, comes back by the same.

    Args:
        threads: how many tasks at a time.
        tell: is told what becomes of the tasks, and if the process dies.

    Raises:
        OSError: it can't be started.
    """

    def __init__(self, threads: int, tell: Tell) -> None:
        self._tell = tell
        self._work: Work | None = None
        self._pipe, theirs = Pipe()
        self._running = ExitStack()
        level = logging.getLogger("eyecatch").getEffectiveLevel()
        # -P: what lies in the current folder is not loaded in place of a library.
        command = [sys.executable, "-P", "-m", "eyecatch.jobs.runners.child"]
        with theirs, _interrupts_held():
            self._process = self._running.enter_context(
                child(
                    [*command, *map(str, (theirs.fileno(), threads, level))],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )
            )
        self._reader = Thread(target=self._read, name="scan process", daemon=True)
        self._reader.start()

    def give(self, task: Task, work: Work) -> None:
        """See ``Scanner``; the work goes over once, unless it changes."""
        with suppress(BrokenPipeError, ConnectionResetError):  # it died, which is told
            if work is not self._work:
                self._pipe.send(work)
                self._work = work
            self._pipe.send(task)

    def close(self) -> None:
        """See ``Scanner``."""
        self._process.kill()
        self._running.close()
        self._reader.join()
        self._pipe.close()

    def _read(self) -> None:
        """Passes on what the process says, in a thread, until it has ended."""
        ready = False
        while True:
            try:
                said = self._pipe.recv()
            except (EOFError, OSError):  # also in the midst of a message
                break
            except Exception as error:  # what can't be unpickled
                self._tell(error)
                continue
            if isinstance(said, logging.LogRecord):
                _log(said)
            elif said == READY:
                ready = True
            else:
                self._tell(said)
        status = self._process.wait()
        self._tell(Died(_how(status), useless=not ready and status > 0))


def _log(record: logging.LogRecord) -> None:
    """Log what was logged in the other process, as if it had been here."""
    log = logging.getLogger(record.name)
    if log.isEnabledFor(record.levelno):
        log.handle(record)


def _how(status: int) -> str:
    """How a process ended, in a word or two."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"status {status}"


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until the block is over, and never reaches a process that is started in it.

    A terminal sends it to all of them; this one is to end the other, however that is busy.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
