"""What is shown of an index job while it goes on: frames as they are scanned, on any runner."""

from __future__ import annotations

import io
import threading

import pytest
import ray
from rich.console import Console

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.scan import scanner
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.jobs import under_way as module
from eyecatch.jobs.cli.scan_display import ScanDisplay
from eyecatch.jobs.progress import Progress
from eyecatch.jobs.runners.ray import actors, worker_news
from eyecatch.jobs.runners.ray.worker_news import heard_of
from eyecatch.jobs.runners.stages import Outcome, Task, Work
from eyecatch.jobs.under_way import UnderWay


@pytest.fixture(scope="module")
def tasks(season):
    """A chunk of each episode, six seconds long."""
    found = []
    for number, path in enumerate(season.episodes, 1):
        video = probe(path)
        (chunk,) = plan(video, 60.0).chunks
        found.append(Task(number, video, chunk, f"chunk {number}", label=f"E0{number}"))
    return found


@pytest.fixture
def progress(tasks, monkeypatch):
    """Of a job that has scanned two seconds of the first one, in two seconds."""
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    made = Progress()
    made.expect(2, 2, sum(task.seconds for task in tasks))
    made.under_way.begin(tasks)
    made.under_way.look(tasks[0].key, 0, 0)
    now = 102.0
    made.under_way.look(tasks[0].key, 48, 31)
    return made


def drawn(progress, width):
    stream, display = io.StringIO(), ScanDisplay()
    display.progress = progress
    Console(file=stream, width=width).print(display.draw())
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_shows_each_episode_and_all_of_them(progress, tasks, width):
    one, every, numbers = drawn(progress, width)
    assert one.startswith(f"E01 {tasks[0].video.path.name}")
    assert one.rstrip().endswith("0:02 of 0:06")
    assert every.startswith("0 of 2 episodes")
    assert every.rstrip().endswith("0:02 of 0:12")
    assert numbers.rstrip() == "31 faces · 1.0 x real time · 0:10 left"
    progress.doing = "writing annotated/\x1b[31m.mkv"
    assert "writing annotated/" in drawn(progress, width)[-1]
    assert all(len(line) <= width and "\x1b" not in line for line in drawn(progress, width))


def test_a_chunk_that_is_done_counts_once(progress, tasks):
    progress.add(Outcome(tasks[0], error="x: can't be read."))
    progress.under_way.look(tasks[0].key, 100, 50)  # a worker's word that comes late
    assert progress.video_seconds_scanned == progress.video_seconds_done == tasks[0].seconds
    assert progress.faces_found == 0
    assert progress.under_way.episodes == []
    assert "1 failed" in progress.line()


def test_what_is_done_within_a_chunk_is_told(season, db, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # renderings go to a folder in there
    monkeypatch.setattr(scanner, "TELL_EVERY", 0.0)
    seen, doing, look = [], [], UnderWay.look

    def looking(under_way, *news):
        look(under_way, *news)
        seen.append((under_way.seconds, under_way.faces))

    monkeypatch.setattr(UnderWay, "look", looking)
    report = eyecatch.index(
        [season.episodes[0]],
        db=db,
        runner="inline",
        render="soft",
        listener=lambda progress: doing.append(progress.doing),
    )
    assert len(seen) == 144
    assert seen == sorted(seen)
    assert 0 < seen[-1][1] <= report.progress.faces
    (written,) = report.rendered
    assert f"writing {written}, 0%" in doing
    assert doing[0] == "starting"
    assert doing[-1] == ""


def test_workers_of_ray_tell_the_driver(cluster, tasks, monkeypatch):
    """While they scan; one of them is dead, and can't."""
    monkeypatch.setattr(worker_news, "ASK_EVERY", 0.01)

    class Telling(actors.ScanActor):  # in here, so that it goes to its process by value
        def run(self, task, tries):
            scanner.TELL_EVERY = 0.0
            return super().run(task, tries)

    make = ray.remote(num_cpus=0, concurrency_groups={actors.NEWS: 1})(Telling)
    work = Work(ScanConfig(resolve(DetectorConfig())))
    actor, dead = make.remote(work, False), make.remote(work, False)
    ray.kill(dead)
    heard, came = [], threading.Event()

    def listener(*news):
        heard.append(news)
        if news[1] == len(tasks[0].chunk.pts):
            came.set()

    with heard_of(lambda: [dead, actor], listener):
        done, answer = actor.run.options(num_returns=2).remote(tasks[0], 1)
        assert came.wait(240)
    outcome = ray.get(answer)
    ray.kill(actor)
    assert ray.get(done) is None
    assert outcome.scanned is not None
    assert {key for key, _, _ in heard} == {tasks[0].key}
    assert len(heard) > 1, "also before it was done"
    assert sorted(heard) == heard
    assert heard[-1][2] > 0
