"""Where the time of a process goes, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Counts every moment to one stage: to the innermost block that is open, or to none.

    Attributes:
        seconds: of each stage so far, by its name.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage: str | None = None
        self._since = 0.0

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """Count the block to a stage, but for what blocks within it take."""
        before = self._switch(stage)
        try:
            yield
        finally:
            self._switch(before)

    def _switch(self, stage: str | None) -> str | None:
        now, before = time.perf_counter(), self._stage
        if before is not None:
            self.seconds[before] = self.seconds.get(before, 0.0) + now - self._since
        self._stage, self._since = stage, now
        return before
