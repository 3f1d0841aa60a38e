"""Lets what people said of faces follow to the tracks of a job's episodes, as it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from eyecatch.db.index import Index
from eyecatch.jobs.naming.pipeline import NamingPipeline

SHARE: Final = 10
"""Names don't follow again before so many times as long as it took have passed: all faces of the
index are compared each time, which in a large one would be most of what a job does."""

Retry = Callable[[Callable[[], None]], None]
"""Does a step that may be done twice, as ``JobRun.retry`` does."""


class NamesFollow:
    """Lets names follow to episodes that were decided: at once, or to several where it takes long.

    Where nobody spoke there is nothing to follow. An episode to which names have not followed yet
    says so in the index (``names_due``), so that none is forgotten if the process dies.

    Args:
        index: an open index.
        on_followed: is called with each episode's id then.
    """

    def __init__(self, index: Index, on_followed: Callable[[int], None]) -> None:
        self._index, self._on_followed = index, on_followed
        self._waiting: list[int] = []
        self._not_before = 0.0

    def add(self, episode: int, retry: Retry) -> None:
        """Take an episode that was decided; names follow now if enough time has passed."""
        self._waiting.append(episode)
        if time.monotonic() >= self._not_before:
            self.finish(retry)

    def finish(self, retry: Retry) -> None:
        """Let names follow to all episodes that wait."""
        waiting, self._waiting = self._waiting, []
        if waiting and self._index.propagation.somebody_spoke():
            began = time.monotonic()
            retry(NamingPipeline(self._index).run)
            ended = time.monotonic()
            self._not_before = ended + SHARE * (ended - began)
        for episode in waiting:
            self._on_followed(episode)
