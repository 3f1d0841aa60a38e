"""Requests to end: what is half done is cleaned up, as after Ctrl-C, before the process ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

REQUESTS: Final = (signal.SIGTERM, signal.SIGHUP)
"""What a service manager, ``kill`` and a terminal that closes send."""


class EndRequested(BaseException):
    """The process was asked to end.

    Args:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


@contextmanager
def ending_orderly() -> Iterator[None]:
    """Inside the block a request to end is raised as ``EndRequested``, once.

    One that is ignored (``nohup``), or that the surrounding program handles, is left to it.
    """
    main = threading.current_thread() is threading.main_thread()  # which alone may ask for them
    ours = [number for number in REQUESTS if main and signal.getsignal(number) is signal.SIG_DFL]
    try:
        for number in ours:
            signal.signal(number, _end)
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # asked again, it is still cleaning up
    raise EndRequested(number)
