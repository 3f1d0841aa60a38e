"""Work that is done ahead of whoever needs what comes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _End(Exception):  # noqa: N818 - no error: it marks the end
    """There are no more items."""


class Ahead(Generic[Item]):
    """What an iterator gives, asked for by a thread of its own; closing it ends the thread.

    Args:
        items: the iterator; nobody else may use it.

    Attributes:
        over: everything was taken.
    """

    def __init__(self, items: Iterator[Item]) -> None:
        self.over = False
        self._items, self._stopped = items, threading.Event()
        self._queue: SimpleQueue[Item | BaseException] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ahead", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; the item that is in hand is finished first."""
        self._stopped.set()
        self._thread.join()

    def take(self, seconds: float = 0.0, *, wait: bool = True) -> list[Item]:
        """What is ready, and what gets ready within some seconds.

        Args:
            seconds: how long to go on unless the end comes first.
            wait: if there is nothing, wait for one however long it takes, or the end.

        Raises:
            BaseException: whatever ended the iterator, once what came before was taken.
        """
        taken: list[Item] = []
        until = time.monotonic() + seconds
        while not self.over:
            left = None if wait and not taken else max(0.0, until - time.monotonic())
            try:
                item = self._queue.get(timeout=left)
            except Empty:
                break
            if not isinstance(item, BaseException):
                taken.append(item)
            elif isinstance(item, _End):
                self.over = True
            elif taken:
                self._queue.put(item)
                break
            else:
                raise item
        return taken

    def _work(self) -> None:
        end: BaseException = _End()
        try:
            for item in self._items:
                self._queue.put(item)
                if self._stopped.is_set():
                    return
        except BaseException as error:
            end = error
        self._queue.put(end)
