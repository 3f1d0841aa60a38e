"""The process that scans: ``python -m eyecatch.jobs.runners.child``, started by ``scan_process``.

It takes ``Work`` and ``Task`` from a pipe and says what becomes of them; it ends when the pipe is
closed, which is when the process at the other end has ended, however that came.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import suppress
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Final

from eyecatch.core.errors import EyecatchError
from eyecatch.jobs.runners.scan_process import READY
from eyecatch.jobs.runners.scan_threads import ScanThreads
from eyecatch.jobs.runners.stages import Work

FIRST_TO_GO: Final = "500"
"""For /proc/self/oom_score_adj: a system that is out of memory ends this process rather than the
driver, which would take all that is under way with it. Ray does so with its workers."""


class Replies:
    """What is said to the driver, from any thread.

    Args:
        pipe: to the driver.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe, self._lock = pipe, Lock()

    def send(self, what: object) -> None:
        """Say something; errors go with the traceback of their way here."""
        if isinstance(what, Exception) and not isinstance(what, EyecatchError):
            what.add_note("".join(traceback.format_exception(what)))
        try:
            with self._lock:
                self._pipe.send(what)
        except OSError:  # nobody is there any more
            os._exit(1)


class Logs(QueueHandler):
    """Sends what is logged to the driver, which logs it.

    Args:
        replies: to the driver.
    """

    def __init__(self, replies: Replies) -> None:
        super().__init__(replies)  # type: ignore[arg-type]  # it is only handed to enqueue
        self._replies = replies

    def enqueue(self, record: logging.LogRecord) -> None:
        """Send a record that is ready to be pickled."""
        self._replies.send(record)


def main() -> None:
    """Does what comes from the pipe whose number is the first argument.

    The others are how many threads there are to be, and the level of what is logged.
    """
    descriptor, threads, level = map(int, sys.argv[1:])
    os.set_inheritable(descriptor, False)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, "ascii")
    pipe = Connection(descriptor)
    replies = Replies(pipe)
    logging.basicConfig(level=level, handlers=[Logs(replies)])
    scanner = ScanThreads(threads, replies.send)
    work: Work  # it comes before the first task
    replies.send(READY)
    while True:
        try:
            what = pipe.recv()
            if isinstance(what, Work):
                work = what
            else:
                scanner.give(what, work)
        except (EOFError, ConnectionResetError):
            os._exit(0)
        except Exception as error:
            replies.send(error)


if __name__ == "__main__":
    main()
