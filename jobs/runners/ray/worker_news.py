"""What workers tell of chunks that they have in hand, brought to the driver."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import ray
import ray.exceptions

from eyecatch.jobs.runners.stages import TaskListener

ASK_EVERY: Final = 1.0
"""Seconds between two questions: an actor answers one in a millisecond."""

ASKED_AT_ONCE: Final = 64
"""Actors that are asked each time; of more of them, one after the other has its turn."""


@contextmanager
def heard_of(actors: Callable[[], Sequence[Any]], listener: TaskListener) -> Iterator[None]:
    """As long as the block runs, a thread asks actors that scan, and passes on what they tell.

    Args:
        actors: those at work; it is called in that thread.
        listener: is called in that thread.
    """
    over = threading.Event()

    def ask() -> None:
        turn = 0
        while not over.wait(ASK_EVERY):
            working = actors()
            turns = 1 + len(working) // ASKED_AT_ONCE
            _ask(working[turn % turns :: turns], listener)
            turn += 1

    thread = threading.Thread(target=ask, name="worker news", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(2 * ASK_EVERY)


def _ask(actors: Sequence[Any], listener: TaskListener) -> None:
    answers = [actor.told.remote() for actor in actors]
    told, _ = ray.wait(answers, num_returns=len(answers), timeout=ASK_EVERY) if answers else ([], 0)
    for answer in told:
        try:
            news = ray.get(answer)
        except ray.exceptions.RayError:  # it has died; whoever waits for its chunk sees to that
            continue
        for chunk, (frames, faces) in news.items():
            listener(chunk, frames, faces)
