"""What is scanned just now: chunks that are begun and not done, and the episodes they are of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the pipeline loads OpenCV, which a question to the index needn't wait for
    from eyecatch.jobs.runners.stages import Task


@dataclass(slots=True)
class EpisodeProgress:
    """How far the scan of an episode is, in seconds of video.

    Attributes:
        name: its label, if it has one, and its file's name.
        seconds: that this job scans.
        seconds_done: of those, in chunks that are done and in those under way.
    """

    name: str
    seconds: float = 0.0
    seconds_done: float = 0.0


class UnderWay:
    """The chunks that are to be scanned next, and how far each of them is.

    Attributes:
        since: ``time.monotonic()`` of the first frame; None before that.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        self._episodes: dict[int, EpisodeProgress] = {}
        self._waiting: dict[str, Task] = {}
        self._told: dict[str, tuple[float, int]] = {}

    def begin(self, tasks: Sequence[Task]) -> None:
        """Say which chunks come next, in place of those before."""
        self._episodes, self._waiting, self._told = {}, {}, {}
        for task in tasks:
            name = f"{task.label} {task.video.path.name}".lstrip()  # long ones are cut at the end
            self._episodes.setdefault(task.episode, EpisodeProgress(name)).seconds += task.seconds
            self._waiting[task.key] = task

    def look(self, key: str, frames: int, faces: int) -> None:
        """Take over how far a chunk is; any thread may call it.

        Args:
            key: of its task; of one that is done, or of none, it is no news.
            frames: of it that were scanned.
            faces: found in them.
        """
        task = self._waiting.get(key)
        if task is not None:
            self._begun()
            self._told[key] = min(frames / float(task.video.rate or 24), task.seconds), faces

    def end(self, task: Task) -> None:
        """Say that a chunk is done."""
        self._begun()
        self._waiting.pop(task.key, None)
        self._told.pop(task.key, None)
        if task.episode in self._episodes:
            self._episodes[task.episode].seconds_done += task.seconds

    @property
    def seconds(self) -> float:
        """Seconds of video that were scanned of them."""
        return sum(seconds for _, seconds, _ in self._parts())

    @property
    def faces(self) -> int:
        """Faces that were found in them."""
        return sum(faces for _, _, faces in self._parts())

    @property
    def episodes(self) -> list[EpisodeProgress]:
        """The episodes that they are of."""
        found: dict[int, EpisodeProgress] = {}
        for task, seconds, _ in self._parts():
            if (whole := self._episodes.get(task.episode)) is not None:
                one = found.setdefault(task.episode, replace(whole))
                one.seconds_done = min(one.seconds_done + seconds, one.seconds)
        return [found[id_] for id_ in sorted(found)]

    def _begun(self) -> None:
        if self.since is None:
            self.since = time.monotonic()

    def _parts(self) -> list[tuple[Task, float, int]]:
        """Each chunk under way: its task, and the seconds and faces of it by now."""
        some = [(self._waiting.get(key), *part) for key, part in list(self._told.items())]
        return [(task, seconds, faces) for task, seconds, faces in some if task is not None]
