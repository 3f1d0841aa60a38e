"""Threads of one process scan side by side, but what may have killed a process alone."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Event, Lock

import numpy as np
import pytest

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.jobs.runners import scan_threads, scanners
from eyecatch.jobs.runners.inline import InlineRunner
from eyecatch.jobs.runners.scan_threads import ScanThreads
from eyecatch.jobs.runners.stages import Outcome, Task, Work


@pytest.fixture(scope="module")
def work():
    return Work(ScanConfig(resolve(DetectorConfig())))


@pytest.fixture(scope="module")
def tasks(season):
    found = []
    for path in season.episodes:
        video = probe(path)
        found += [
            Task(0, video, chunk, f"{path}{chunk.index}") for chunk in plan(video, 1.0).chunks
        ]
    assert len(found) > 3
    return found


class Stage:
    """In place of a scan: notes what is under way when it begins."""

    def __init__(self, *_):
        pass

    def __call__(self, task, _):
        with self.lock:
            self.running.add(task.id)
            self.seen.append((task, frozenset(self.running)))
        self.meet(task)
        with self.lock:
            self.running.discard(task.id)
        return Outcome(task, error="not scanned")


@pytest.fixture
def stage(monkeypatch):
    class Noted(Stage):
        lock, running, seen = Lock(), set(), []
        meet = staticmethod(lambda _: None)

    monkeypatch.setattr(scan_threads, "ScanStage", Noted)
    return Noted


def test_many_threads_find_what_one_finds(tasks, work):
    one, three = (
        {out.task.id: out.scanned for out in InlineRunner(n).run(tasks, work, lambda _: None)}
        for n in (1, 3)
    )
    assert one.keys() == three.keys() == {task.id for task in tasks}
    for index, scanned in one.items():
        other = three[index]
        np.testing.assert_array_equal(scanned.timeline.pts, other.timeline.pts)
        np.testing.assert_array_equal(scanned.timeline.change, other.timeline.change)
        assert len(scanned.tracklets) == len(other.tracklets)
        for mine, theirs in zip(scanned.tracklets, other.tracklets, strict=True):
            np.testing.assert_array_equal(mine.boxes, theirs.boxes)
            assert [crop.jpeg for crop in mine.crops] == [crop.jpeg for crop in theirs.crops]


def test_as_many_are_scanned_at_once_as_there_are_threads(stage, tasks, work):
    """The first two meet: neither goes on before the other is there."""
    barrier = Barrier(2)
    stage.meet = staticmethod(
        lambda task: task.id in {one.id for one in tasks[:2]} and barrier.wait(60)
    )
    begun = []
    outcomes = list(InlineRunner(2).run(tasks, work, begun.append))
    assert sorted(out.task.id for out in outcomes) == [task.id for task in tasks]
    assert begun == tasks
    assert max(len(running) for _, running in stage.seen) == 2


def test_suspects_are_scanned_last_and_alone(stage, tasks, work):
    suspects = [replace(task, suspect=True) for task in tasks[:2]]
    begun = []
    for outcome in InlineRunner(3).run([*suspects, *tasks[2:]], work, begun.append):
        if outcome.task.suspect:
            assert begun[-1] is outcome.task, "no other is begun before it has ended"
    assert begun == [*tasks[2:], *suspects]
    assert all(running == {task.id} for task, running in stage.seen if task.suspect)


def test_closing_ends_what_is_scanned(tasks, work, monkeypatch):
    """The second chunk is in the middle of its frames when nobody wants it any more."""
    frames, closing = [], Event()
    heed = ScanThreads._heed

    def watched(threads, frame):
        if frame >= tasks[1].chunk.start:  # of the second chunk alone
            closing.wait(60)
            frames.append(frame)
        heed(threads, frame)

    class Closed(ScanThreads):
        def close(self):
            self._stopped.set()
            closing.set()
            super().close()

    monkeypatch.setattr(ScanThreads, "_heed", watched)
    monkeypatch.setattr(scanners, "ScanThreads", Closed)
    outcomes = InlineRunner(2).run(tasks[:2], work, lambda _: None)
    assert next(outcomes).task is tasks[0]
    outcomes.close()
    assert len(frames) == 1
