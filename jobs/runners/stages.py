"""The two stages that every chunk goes through: scan it, then identify the faces in its crops.

Both runners (``jobs.runners``) call these two stages and nothing else, so they give equal rows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from eyecatch.core.detect.detector_file import WEIGHTS, cached_detector_file
from eyecatch.core.detect.registry import ADAPTED
from eyecatch.core.errors import EyecatchError, MachineError
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.inference import Identified, IdentifyAll
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.scanner import OnFrame, Scan
from eyecatch.core.scan.types import ScannedChunk
from eyecatch.core.shortage import ADVICE, shortage
from eyecatch.core.video.types import Chunk, Video

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to every chunk of a job.

    Attributes:
        scan: everything that decides what is found.
        bundles: the classifiers; none leaves all faces unnamed.
        detector: content of an adapted detector's file, for machines on which that isn't; else
            empty.
    """

    scan: ScanConfig
    bundles: tuple[Bundle, ...] = ()
    detector: bytes = b""

    @classmethod
    def of(cls, scan: ScanConfig, bundles: tuple[Bundle, ...]) -> Work:
        """Work that can be done wherever the videos and bundles are; ``scan`` is resolved."""
        file = Path(scan.detector.model)
        adapted = scan.detector.name == ADAPTED and file != WEIGHTS and file.is_file()
        return cls(scan, bundles, file.read_bytes() if adapted else b"")

    def here(self) -> ScanConfig:
        """The scan, with its detector's file where it is on this machine."""
        if not self.detector or Path(self.scan.detector.model).is_file():
            return self.scan
        model = cached_detector_file(self.detector)
        return replace(self.scan, detector=replace(self.scan.detector, model=str(model)))


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk to scan.

    Attributes:
        episode: id of the episode in the index.
        video: the episode's file.
        chunk: the range of its frames.
        id: the chunk's id, for logs and to count its tries; see ``core.video.types.chunk_id``.
        suspect: it was being scanned when a process died.
        label: of the episode, such as ``S01E03``; empty where it has none.
    """

    episode: int
    video: Video
    chunk: Chunk
    id: str = ""
    suspect: bool = False
    label: str = ""

    @property
    def key(self) -> str:
        """What it is called in counts and in what is told of it."""
        return self.id or f"{self.episode}/{self.chunk.index}"

    @property
    def seconds(self) -> float:
        """Length of the chunk; of a ``straight`` one, what its container claims."""
        pts = self.chunk.pts
        if len(pts):
            return float((pts[-1] - pts[0]) * self.video.time_base)
        return float(self.video.duration or 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: rows, or the reason why there are none.

    Attributes:
        task: the task.
        scanned: what was found, or None if the chunk failed.
        identified: of each bundle, embeddings and logits of the crops of ``scanned``, tracklet by
            tracklet, best first; empty where there was nothing to identify.
        error: why the chunk failed, as a sentence; None if it did not.
        seconds: time of each stage, by its name.
        tries: how often the chunk was begun, not counting times for which ``Begin`` was called.
        lacking: the error is the machine's, so the chunk is as if it had not been begun.
    """

    task: Task
    scanned: ScannedChunk | None = None
    identified: tuple[Identified, ...] = ()
    error: str | None = None
    seconds: tuple[tuple[str, float], ...] = ()
    tries: int = 1
    lacking: bool = False


def lost(task: Task, tries: int) -> Outcome:
    """The outcome of a task that killed so many processes."""
    return Outcome(
        task,
        error=f"{task.video.path}: {tries} worker processes died on chunk {task.chunk.index}, "
        "perhaps out of memory; try again with --retry-failed.",
        tries=tries,
    )


Begin = Callable[[Task], None]
"""Called before the driver's own process begins a task: if the task kills it, that is on record."""

TaskListener = Callable[[str, int, int], None]
"""Called now and then while a task is under way, from any thread: with its key, the frames of it
that were scanned, and the faces found in them."""


def unwatched(_key: str, _frames: int, _faces: int) -> None:
    """A listener that does nothing."""


class Runner(Protocol):
    """Runs the stages over many tasks; outcomes come in any order, each once.

    Attributes:
        wave: how many chunks it wants at once; a job's memory follows from this, not its length.
        gathers: seconds in which episodes are gathered before the first of them are scanned.
        listener: is told how far the tasks are that are under way.
    """

    wave: int
    gathers: float
    listener: TaskListener

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:
        """Run ``work`` over ``tasks``; closing the generator stops all that is under way."""
        ...

    def close(self) -> None:
        """Let go of what is kept from one ``run`` to the next."""
        ...


class ScanStage:
    """Task -> outcome with rows and crops; CPU, one process."""

    def __init__(self, work: Work, on_frame: OnFrame | None = None) -> None:
        self._scan = Scan(work.here(), on_frame=on_frame)

    def __call__(self, task: Task, listener: TaskListener = unwatched) -> Outcome:
        """Scan one chunk; what goes wrong with it is part of the outcome, never raised."""
        try:
            scanned = self._scan(task.video, task.chunk, partial(listener, task.key))
        except MachineError as error:
            return Outcome(task, error=str(error), lacking=True)
        except EyecatchError as error:
            return Outcome(task, error=str(error))
        # Whatever one chunk raises, the other chunks of a season must go on.
        except Exception as error:
            log.debug("chunk %d of %s", task.chunk.index, task.video.path, exc_info=True)
            if (lack := shortage(error)) is not None:
                return _lacking(task, lack)
            return Outcome(task, error=f"{task.video.path}: {type(error).__name__}: {error}.")
        if scanned.broken and not len(scanned.timeline.pts):  # a disk that is away comes back
            return Outcome(task, error=scanned.broken)
        return Outcome(task, scanned, seconds=tuple(self._scan.watch.seconds.items()))


def _lacking(task: Task, lack: str) -> Outcome:
    error = MachineError(str(task.video.path), f"{lack} to read it", ADVICE)
    return Outcome(task, error=str(error), lacking=True)


class IdentifyStage:
    """Outcomes of many chunks -> the same, their crops identified in one go; on a GPU if any."""

    def __init__(self, work: Work) -> None:
        self._identify = IdentifyAll(work.bundles)

    def __call__(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Identify the crops of all outcomes together; failed outcomes pass through."""
        crops = [crops_of(outcome) for outcome in outcomes]
        if not self._identify.bundles or not any(crops):
            return list(outcomes)
        began = time.perf_counter()
        try:
            identified = self._identify([jpeg for some in crops for jpeg in some])
        except EyecatchError as error:
            return [Outcome(outcome.task, error=str(error)) for outcome in outcomes]
        except Exception as error:
            if (lack := shortage(error)) is None:
                raise
            return [_lacking(outcome.task, lack) for outcome in outcomes]
        took = ("identify", (time.perf_counter() - began) / len(outcomes))
        ends = accumulate(map(len, crops))
        return [
            replace(
                outcome,
                identified=tuple(_part(one, end - len(some), end) for one in identified),
                seconds=(*outcome.seconds, took),
            )
            for outcome, some, end in zip(outcomes, crops, ends, strict=True)
        ]


def _part(whole: Identified, start: int, stop: int) -> Identified:
    return Identified(whole.embeddings[start:stop], whole.logits[start:stop])


def crops_of(outcome: Outcome) -> list[bytes]:
    """The JPEGs of an outcome's crops, tracklet by tracklet, best first."""
    if outcome.scanned is None:
        return []
    return [crop.jpeg for tracklet in outcome.scanned.tracklets for crop in tracklet.crops]
