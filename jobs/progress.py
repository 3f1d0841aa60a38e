"""How far a job has come, as a value and as lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eyecatch.core.text import clock
from eyecatch.jobs.under_way import UnderWay

if TYPE_CHECKING:  # the pipeline loads OpenCV, which a question to the index needn't wait for
    from eyecatch.jobs.runners.stages import Outcome


@dataclass
class Progress:
    """How far an index job has come; counts only what this job does, not what was done before.

    Attributes:
        episodes, episodes_done: how many episodes have work, as far as files were read yet, and how
            many are finished.
        chunks, chunks_done: the same for chunks; failed ones count as done.
        video_seconds, video_seconds_done: length of that work in seconds of video.
        frames, faces, failures: frames scanned, faces found in them, chunks and files that failed.
        stages: seconds that each stage took, over all processes.
        doing: what is done beside or instead of scanning, for a person to read; empty if nothing.
        began: ``time.monotonic()`` at which the job began.
        under_way: the chunks that are begun and not done.
    """

    episodes: int = 0
    episodes_done: int = 0
    chunks: int = 0
    chunks_done: int = 0
    video_seconds: float = 0.0
    video_seconds_done: float = 0.0
    frames: int = 0
    faces: int = 0
    failures: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    doing: str = ""
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.under_way = UnderWay()  # no field: it is of no use to whoever writes down the others

    def expect(self, episodes: int, chunks: int, seconds: float) -> None:
        """Say that there is so much more to do."""
        self.episodes += episodes
        self.chunks += chunks
        self.video_seconds += seconds

    def add(self, outcome: Outcome) -> None:
        """Count a chunk that is done."""
        self.under_way.end(outcome.task)
        self.chunks_done += 1
        self.video_seconds_done += outcome.task.seconds
        for stage, seconds in outcome.seconds:
            self.stages[stage] = self.stages.get(stage, 0.0) + seconds
        if outcome.scanned is None:
            self.failures += 1
        else:
            self.frames += len(outcome.scanned.timeline.pts)
            self.faces += sum(len(tracklet.frames) for tracklet in outcome.scanned.tracklets)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the time of a block to a stage of the driver's own."""
        began = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self.stages[stage] = self.stages.get(stage, 0.0) + took

    @property
    def video_seconds_scanned(self) -> float:
        """Seconds of video in chunks that are done and in those under way."""
        return self.video_seconds_done + self.under_way.seconds

    @property
    def faces_found(self) -> int:
        """Faces in chunks that are done and in those under way."""
        return self.faces + self.under_way.faces

    @property
    def elapsed(self) -> float:
        """Seconds since the job began."""
        return time.monotonic() - self.began

    @property
    def speed(self) -> float:
        """Seconds of video a second: times real time."""
        return self.video_seconds_done / self.elapsed if self.elapsed else 0.0

    @property
    def rate(self) -> float | None:
        """The same since scanning began, chunks under way among it; None before it can be told."""
        scanned = self.video_seconds_scanned
        since = self.under_way.since
        passed = 0.0 if since is None else time.monotonic() - since
        return scanned / passed if scanned and passed > LEAST_PASSED else None

    @property
    def left(self) -> float | None:
        """Seconds until all is scanned at that rate, or None before it can be told."""
        remaining = self.video_seconds - self.video_seconds_scanned
        return max(remaining, 0.0) / self.rate if self.rate else None

    def line(self) -> str:
        """All of it in one line."""
        parts = [
            f"episodes {self.episodes_done}/{self.episodes}",
            f"chunks {self.chunks_done}/{self.chunks}",
            f"{self.rate or self.speed:.1f} x real time",
            f"{self.faces_found} faces",
        ]
        if self.left is not None and self.chunks_done < self.chunks:
            parts.append(f"{clock(self.left)} left")
        if self.failures:
            parts.append(f"{self.failures} failed")
        if self.doing:
            parts.append(self.doing)
        return " | ".join(parts)

    def __str__(self) -> str:
        """So that ``print`` is a listener."""
        return self.line()


STARTING: Final = "starting"
"""What is done until the first frame is scanned."""

LEAST_PASSED: Final = 1.0
"""Seconds of scanning before which nobody can say how quick it is."""


def limit(stages: Mapping[str, float]) -> str | None:
    """The stage that takes most of the time, or None before any has taken some."""
    return max(stages, key=stages.__getitem__) if any(stages.values()) else None


def shares(stages: Mapping[str, float]) -> str:
    """What part of all processes' time each stage took, as a sentence; the first one limits."""
    total = sum(stages.values()) or 1.0
    parts = [
        f"{name} {seconds / total:.0%}"
        for name, seconds in sorted(stages.items(), key=lambda item: -item[1])
    ]
    return f"Limited by {limit(stages)}: {', '.join(parts)} of the time."


Listener = Callable[[Progress], None]
"""Called after every step of a job, in the process and thread of the job; in between, what it was
given last goes on telling how far that is."""


def silent(_: Progress) -> None:
    """A listener that does nothing."""


def tell(progress: Progress, listener: Listener, doing: str) -> None:
    """Say what is done next, beside or instead of scanning."""
    progress.doing = doing
    listener(progress)


def together(*listeners: Listener) -> Listener:
    """A listener that calls each of several."""

    def notify(progress: Progress) -> None:
        for listener in listeners:
            listener(progress)

    return notify


StepListener = Callable[[int, int], None]
"""Called with how many steps are done, and how many there will be."""


def ignore_steps(_done: int, _total: int) -> None:
    """A listener that does nothing."""
