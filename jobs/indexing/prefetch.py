"""Items of an iterator, fetched ahead by a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _End(Exception):  # noqa: N818 - no error: it marks the end
    """There are no more items."""


class Prefetcher(Generic[Item]):
    """Fetches the items of an iterator in a thread of its own, and queues them.

    Close it to end the thread.

    Args:
        items: the iterator; nobody else may use it.

    Attributes:
        over: all items were taken.
    """

    def __init__(self, items: Iterator[Item]) -> None:
        self.over = False
        self._items, self._stopped = items, threading.Event()
        self._queue: SimpleQueue[Item | BaseException] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="prefetch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, once the item that it is fetching is there."""
        self._stopped.set()
        self._thread.join()

    def take(self, seconds: float = 0.0, *, wait: bool = True) -> list[Item]:
        """Take the items that are there, and those that come within some seconds.

        Args:
            seconds: how long to go on taking, unless the items end first.
            wait: if there is nothing, wait for an item or the end, however long it takes.

        Raises:
            BaseException: what the iterator raised, once all items before it were taken.
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
