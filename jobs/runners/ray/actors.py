"""What runs in the workers: actors that scan, and actors that name faces on GPUs."""

from __future__ import annotations

import logging
import platform
from dataclasses import replace

import ray

from eyecatch.jobs.runners.stages import IdentifyStage, Outcome, ScanStage, Task, Work

log = logging.getLogger(__name__)

NEWS = "news"
"""The group of calls that are answered while a chunk is scanned."""


class ScanActor:
    """Scans chunks, one at a time, and tells meanwhile how far it is.

    Args:
        work: what is done to a chunk.
        identifies: whether it names the faces, too; else an ``IdentifyActor`` does.
    """

    def __init__(self, work: Work, identifies: bool) -> None:
        self._scan = ScanStage(work)
        self._identify = IdentifyStage(work) if identifies else None
        self._told: dict[str, tuple[int, int]] = {}

    def ready(self) -> None:
        """Answers once the actor can begin."""

    def run(self, task: Task, tries: int) -> tuple[None, Outcome]:
        """What becomes of a task, which is begun for so many times; the second of two objects."""
        log.info("chunk %s begun on %s, try %d", task.id, platform.node(), tries)
        outcome = self._scan(task, self._tell)
        if self._identify is not None:
            (outcome,) = self._identify([outcome])
        return None, replace(outcome, tries=tries)

    @ray.method(concurrency_group=NEWS)
    def told(self) -> dict[str, tuple[int, int]]:
        """How far the chunk in hand is, by its key: frames and faces; nothing if that is old."""
        told, self._told = self._told, {}
        return told

    def _tell(self, chunk: str, frames: int, faces: int) -> None:
        self._told = {chunk: (frames, faces)}


class IdentifyActor:
    """Names the faces of some outcomes at once."""

    def __init__(self, work: Work) -> None:
        self._stage = IdentifyStage(work)

    def ready(self) -> None:
        """Answers once the actor can begin."""

    def run(self, *outcomes: Outcome) -> tuple[None, list[Outcome]]:
        """The same outcomes, with their faces named; the second of two objects."""
        return None, self._stage(outcomes)
