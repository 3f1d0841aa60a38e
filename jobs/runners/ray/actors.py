"""What runs in the workers: actors that scan, actors that identify, and one that keeps count."""

from __future__ import annotations

import logging
import pickle
import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import ray
import ray.exceptions

from eyecatch.db.records.scan import MAX_TRIES
from eyecatch.jobs.runners.stages import IdentifyStage, Outcome, ScanStage, Task, Work, lost

log = logging.getLogger(__name__)

Batch = dict[str, npt.NDArray[Any]]

# A worker that dies (out of memory, a crash in a decoder, its node) is replaced, and its chunk is
# begun again, at most ``MAX_TRIES`` times. This is Ray's own limit, which only matters where the
# tally of tries died too.
RETRIES = 8


def tally() -> type:
    """The class that counts how often each chunk was begun, by any worker, and how far it is.

    It goes to its process by value, which so has nothing to import.
    """

    class Tally:
        def __init__(self) -> None:
            self._begun = Counter[str]()
            self._told: dict[str, tuple[int, int]] = {}

        def begin(self, chunk: str) -> int:
            """Count it once more."""
            self._begun[chunk] += 1
            return self._begun[chunk]

        def tell(self, chunk: str, frames: int, faces: int) -> None:
            """Keep how far it is."""
            self._told[chunk] = frames, faces

        def told(self) -> dict[str, tuple[int, int]]:
            """How far chunks are of which something was told since this was asked last."""
            told, self._told = self._told, {}
            return told

    return Tally


class ScanActor:
    """Scans the tasks of a batch, each once it is counted."""

    def __init__(self, work: Work, tally: Any) -> None:  # noqa: ANN401 - a handle of Ray's
        self._stage, self._tally = ScanStage(work), tally

    def __call__(self, batch: Batch) -> Batch:
        """Tasks to outcomes."""
        return pack([self._scan(pickle.loads(row)) for row in batch["pickled"]])

    def _scan(self, task: Task) -> Outcome:
        tries = self._begin(task)
        log.info("chunk %s begun on %s, try %d", task.id, platform.node(), tries)
        if tries > MAX_TRIES:  # it has killed so many
            return lost(task, MAX_TRIES)
        return replace(self._stage(task, self._tally.tell.remote), tries=tries)

    def _begin(self, task: Task) -> int:
        try:
            return int(ray.get(self._tally.begin.remote(task.key)))
        except ray.exceptions.RayError:  # its node died; it starts again at nothing
            return 1


class IdentifyActor:
    """Identifies the crops of a batch of outcomes."""

    def __init__(self, work: Work) -> None:
        self._stage = IdentifyStage(work)

    def __call__(self, batch: Batch) -> Batch:
        """Outcomes to the same, with their faces identified."""
        return pack(self._stage(unpack(batch)))


def pack(outcomes: Sequence[Outcome]) -> Batch:
    """Outcomes as a batch of Ray Data."""
    return {"pickled": np.array([pickle.dumps(outcome) for outcome in outcomes], dtype=object)}


def unpack(batch: Batch) -> list[Outcome]:
    """The outcomes of a batch of ``pack``."""
    return [pickle.loads(row) for row in batch["pickled"]]
