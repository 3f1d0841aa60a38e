"""The running process: modules loaded on use, native libraries kept quiet, time measured."""

from __future__ import annotations

import gc
import importlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import ModuleType
from typing import Final

_HUSHED: Final = RLock()


def load(name: str) -> ModuleType:
    """A module by its full name, loaded if it is not yet.

    The garbage collector pauses meanwhile: hundreds of modules may come with it, none of them is
    garbage, and looking for some takes a quarter of the time they take to load
    (docs/performance.md).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        if collects:
            gc.enable()


@contextmanager
def hushed() -> Iterator[None]:
    """Nothing reaches standard error, not even from C++; for native libraries that log on loading.

    Only for calls whose failures are raised as exceptions; one thread at a time, since standard
    error is the whole process's.
    """
    with _HUSHED:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


class Stopwatch:
    """Sums up the time spent in each stage; blocks nest, and the innermost one counts.

    Example:
        >>> watch = Stopwatch()
        >>> with watch.during("decode"):
        ...     with watch.during("detect"):
        ...         pass
        >>> sorted(watch.seconds)
        ['decode', 'detect']

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
