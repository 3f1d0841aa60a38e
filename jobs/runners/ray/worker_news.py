"""What workers tell of chunks that they have in hand, brought to the driver."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import ray
import ray.exceptions

from eyecatch.jobs.runners.stages import TaskListener

ASK_EVERY: Final = 1.0
"""Seconds between two questions: an actor answers one in a millisecond."""


@contextmanager
def heard_of(tally: Any, listener: TaskListener) -> Iterator[None]:  # noqa: ANN401 - a handle of Ray's
    """As long as the block runs, a thread asks the tally and passes on what it was told.

    Args:
        tally: the actor that workers tell; see ``actors.tally``.
        listener: is called in that thread.
    """
    over = threading.Event()

    def ask() -> None:
        while not over.wait(ASK_EVERY):
            try:
                told = ray.get(tally.told.remote(), timeout=ASK_EVERY)
            except ray.exceptions.RayError:  # its node died, or is busy: the next time, then
                continue
            for chunk, (frames, faces) in told.items():
                listener(chunk, frames, faces)

    thread = threading.Thread(target=ask, name="worker news", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(2 * ASK_EVERY)
