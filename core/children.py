"""Programs that this process starts: they end when it ends, whatever ends it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

_PR_SET_PDEATHSIG: Final = 1
"""prctl(2): the signal that a process gets when its parent dies."""

_LIVING: Final = set[subprocess.Popen[Any]]()


@contextmanager
def child(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:  # noqa: ANN401 - those of Popen
    """A program for the time of the block; killed if the block raises, else waited for.

    Should this process be killed, Linux kills the program; elsewhere it goes on to its end.

    Args:
        command: the program and its arguments.
        options: as of ``subprocess.Popen``.
    """
    with subprocess.Popen(command, **options, preexec_fn=_tied()) as process:  # noqa: PLW1509 - _tied takes care
        _LIVING.add(process)
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            _LIVING.discard(process)


def end_all() -> None:
    """Kill the programs that are running, of whatever thread; their threads see them fail."""
    for process in tuple(_LIVING):
        process.kill()


def _tied() -> Callable[[], None] | None:
    """What a new process does first, so that it dies with this one; None where no system call is.

    It calls nothing that another thread of this process could have locked.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the call
            os._exit(1)

    return tie
