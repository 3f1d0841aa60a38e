"""A thread that listens to episodes while their pictures are scanned."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

from eyecatch.core.errors import EyecatchError
from eyecatch.db.index import Index
from eyecatch.jobs.segmenting.listening import Heard, Recording, hear, keep, recording

log = logging.getLogger(__name__)

Retry = Callable[[Callable[[], None]], None]
"""Does a step that may be done twice, as ``JobRun.retry`` does."""

FAREWELL: Final = 5.0
"""Seconds that are waited for the thread to give up; it dies with the process in any case."""


def once(step: Callable[[], None]) -> None:
    """A ``Retry`` that does not try again."""
    step()


class SoundThread:
    """Listens to episodes one after the other, in a thread of its own.

    The thread reads files, and never the index: that is for whoever calls. Close it to end it.

    Args:
        index: an open index.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._asked: set[int] = set()
        self._told: set[str] = set()
        self._left = 0
        self._waiting: SimpleQueue[Recording | None] = SimpleQueue()
        self._done: SimpleQueue[Heard | None] = SimpleQueue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sound", daemon=True)

    def add(self, episode_id: int) -> None:
        """Have an episode listened to, unless it was before."""
        if episode_id in self._asked or not self._index.signatures.lacks_sound(episode_id):
            return
        self._asked.add(episode_id)
        self._waiting.put(recording(self._index, self._index.episodes.get(episode_id)))
        self._left += 1
        if self._thread.ident is None:
            self._thread.start()

    def save(self, retry: Retry = once) -> None:
        """Write what was heard by now."""
        while self._left:
            try:
                heard = self._done.get_nowait()
            except Empty:
                return
            self._save(heard, retry)

    def finish(self, retry: Retry = once) -> None:
        """Write all that was to be heard, as soon as it is."""
        while self._left:
            self._save(self._done.get(), retry)

    def close(self) -> None:
        """End the thread, and whatever it is listening to."""
        self._stopped.set()
        self._waiting.put(None)
        if self._thread.ident is not None:
            self._thread.join(FAREWELL)

    def _save(self, heard: Heard | None, retry: Retry) -> None:
        if heard is not None:
            retry(lambda: keep(self._index, heard))
        self._left -= 1

    def _work(self) -> None:
        while (one := self._waiting.get()) is not None and not self._stopped.is_set():
            self._done.put(self._hear(one))

    def _hear(self, one: Recording) -> Heard | None:
        """What is heard in an episode; None where that can't be told now."""
        try:
            return hear(one, self._stopped.is_set)
        except EyecatchError as error:
            if not self._stopped.is_set() and str(error) not in self._told:
                self._told.add(str(error))  # that there is no ffmpeg is said once
                log.warning("%s", error)
        # Whatever one file raises, the others must go on.
        except Exception as error:
            log.debug("%s", one.path, exc_info=True)
            log.warning("%s: its sound can't be read (%s).", one.path, type(error).__name__)
        return None
