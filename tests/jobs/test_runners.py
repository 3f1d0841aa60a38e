"""The contract that both runners keep; which cluster Ray runs on, and what it uses of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.errors import RequestError
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.jobs import runners
from eyecatch.jobs.ray_options import RayOptions
from eyecatch.jobs.runners import make_runner
from eyecatch.jobs.runners.inline import InlineRunner
from eyecatch.jobs.runners.ray import connection as connections
from eyecatch.jobs.runners.ray import placement as placements
from eyecatch.jobs.runners.ray import temporary
from eyecatch.jobs.runners.ray.temporary import BELOW, LONGEST, LONGEST_SOCKET, temporary_folder
from eyecatch.jobs.runners.stages import Task, Work


@pytest.fixture(scope="module")
def apart():
    """Its process goes on from test to test."""
    with closing(InlineRunner(apart=True)) as runner:
        yield runner


@pytest.fixture(params=["inline", "apart", "ray"])
def runner(request):
    """Each runner there is; inline in this process, and in one of its own."""
    if request.param == "apart":
        return request.getfixturevalue("apart")
    if request.param == "ray":
        request.getfixturevalue("cluster")
    return make_runner(request.param, 1, 1.0)


@pytest.fixture(scope="module")
def work():
    return Work(ScanConfig(resolve(DetectorConfig())))


@pytest.fixture(scope="module")
def tasks(season):
    """Chunks of both episodes."""
    found = []
    for number, path in enumerate(season.episodes):
        video = probe(path)
        found += [Task(number, video, chunk) for chunk in plan(video, 2.0).chunks]
    assert len(found) > len(season.episodes)
    return found


def test_every_task_has_one_outcome(runner, tasks, work):
    begun = []
    outcomes = list(runner.run(tasks, work, begun.append))
    came = sorted((one.task.episode, one.task.chunk.index) for one in outcomes)
    assert came == [(task.episode, task.chunk.index) for task in tasks]
    assert all(one.error is None for one in outcomes)
    assert all(one.scanned.index == one.task.chunk.index for one in outcomes)
    assert len(begun) + sum(one.tries for one in outcomes) == len(tasks), "each is begun once"


def test_a_file_that_is_gone_is_an_error_of_its_chunks_alone(runner, tasks, work, tmp_path):
    video = replace(tasks[0].video, path=tmp_path / "gone.mkv")
    lost = Task(9, video, tasks[0].chunk)
    outcomes = {one.task.episode: one for one in runner.run([lost, tasks[-1]], work, print)}
    told = outcomes[9].error or outcomes[9].scanned.broken
    assert "gone.mkv" in told
    assert outcomes[tasks[-1].episode].error is None


def test_no_tasks_are_no_outcomes(runner, work):
    assert list(runner.run([], work, print)) == []


def test_closing_early_stops(runner, tasks, work):
    outcomes = runner.run(tasks, work, print)
    assert next(outcomes).scanned is not None
    outcomes.close()
    assert list(outcomes) == []


@pytest.mark.parametrize(
    ("given", "variable", "address"),
    [
        (None, None, "local"),
        (None, "10.0.0.1:6379", "10.0.0.1:6379"),
        ("10.0.0.2:6379", "10.0.0.1:6379", "10.0.0.2:6379"),
    ],
)
def test_a_cluster_is_only_joined_by_its_address(monkeypatch, given, variable, address):
    """Ray itself joins whatever cluster it finds on this machine."""
    asked = []
    if variable is None:
        monkeypatch.delenv("RAY_ADDRESS", raising=False)
    else:
        monkeypatch.setenv("RAY_ADDRESS", variable)
    monkeypatch.setattr(connections.ray, "is_initialized", lambda: False)
    monkeypatch.setattr(connections.ray, "init", lambda **options: asked.append(options["address"]))
    monkeypatch.setattr(connections.ray, "shutdown", lambda: None)
    monkeypatch.setattr(connections.socket, "create_connection", lambda *_, **__: socket.socket())
    with connections.connection(given) as ours:
        assert ours == (address == connections.LOCAL), "one of others is to be asked its version"
    assert asked == [address]


@pytest.mark.parametrize(
    ("counted", "gpus", "placement"),
    [
        (0, None, (1, 0)),
        (2, None, (2, 1)),
        (2, 1.0, (1, 1)),
        (1, 0.25, (1, 0.25)),
        (0.5, None, (1, 0.5)),
        (4, 0.0, (1, 0)),
        (0, 1.0, (1, 1)),
    ],
)
def test_gpus_are_shared_out(counted, gpus, placement):
    wished = placements.plan_placement(counted, gpus)
    assert (wished.processes, wished.gpus) == placement
    assert (wished.batch > 1) == (wished.gpus > 0), "a GPU wants much at once"
    more = gpus is not None and gpus > counted
    assert (wished.timeout > placements.GPU_TIMEOUT) == more, "a cluster that grows takes longer"


def test_ray_keeps_its_sockets_where_their_paths_are_short_enough(monkeypatch, tmp_path):
    monkeypatch.delenv("RAY_TMPDIR", raising=False)
    longest = Path("/tmp/eyecatch".ljust(LONGEST, "x"))
    for folder in (longest, Path(f"{longest}y")):
        folder.mkdir()
    try:
        for folder, found in [
            (longest, longest),
            (f"{longest}y", "/tmp"),
            (longest.parent / ("レ" * 30), "/tmp"),
            (tmp_path / "not there", "/tmp"),
            ("", "/tmp"),
        ]:
            monkeypatch.setenv("TMPDIR", str(folder))
            assert temporary_folder() == f"{found}/ray"
        monkeypatch.setenv("RAY_TMPDIR", str(longest))
        assert temporary_folder() == f"{longest}/ray"
        assert len(f"{longest}{BELOW}".encode()) == LONGEST_SOCKET
    finally:
        for folder in (longest, Path(f"{longest}y")):
            folder.rmdir()


def test_a_request_to_end_is_handled_as_before_ray_was_there(monkeypatch):
    """Ray puts its own handler of SIGTERM in the place of any other, and leaves it there."""
    ours = lambda number, _: None  # noqa: E731
    monkeypatch.setattr(connections.ray, "is_initialized", lambda: False)
    monkeypatch.setattr(connections.ray, "init", lambda **_: signal.signal(signal.SIGTERM, print))
    monkeypatch.setattr(connections.ray, "shutdown", lambda: None)
    before = signal.signal(signal.SIGTERM, ours)
    try:
        with connections.connection("local"):
            assert signal.getsignal(signal.SIGTERM) is ours
        assert signal.getsignal(signal.SIGTERM) is ours
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with connections.connection("local"):
            assert signal.getsignal(signal.SIGTERM) is print, "which ends Ray, too"
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


def test_no_folder_for_ray_is_a_sentence(monkeypatch):
    monkeypatch.setattr(temporary.os, "access", lambda *_: False)
    with pytest.raises(RequestError, match="set RAY_TMPDIR to one, or use --runner inline"):
        temporary_folder()


@pytest.mark.slow
@pytest.mark.parametrize("letters", [39, 48, 200])
def test_ray_runs_whatever_the_length_of_its_folder(letters):
    folder = Path(f"/tmp/eyecatch-{os.getpid()}-".ljust(letters, "x"))
    folder.mkdir()
    program = (
        "from eyecatch.jobs.runners.ray.connection import connection\n"
        "import ray\n"
        "with connection() as ours:\n"
        "    print(ours, ray.get(ray.remote(lambda: 42).remote()))\n"
    )
    try:
        words = [sys.executable, "-c", program]
        env = os.environ | {"TMPDIR": str(folder)}
        done = subprocess.run(words, check=True, capture_output=True, text=True, env=env)
    finally:
        shutil.rmtree(folder)
    assert done.stdout == "True 42\n"


def test_gpus_that_cannot_be_shared_out_are_refused():
    with pytest.raises(RequestError, match=r"1\.5 GPUs can't be shared out"):
        placements.plan_placement(4, 1.5)


def test_an_address_asks_for_ray_however_little_there_is():
    there = RayOptions("10.0.0.1:6379")
    assert type(make_runner(None, 1, 1.0)).__name__ == "InlineRunner"
    assert type(make_runner(None, 1, 1.0, there)).__name__ == "RayRunner"
    with pytest.raises(RequestError, match="goes with --runner ray"):
        make_runner("inline", 1, 1.0, there)


@pytest.mark.parametrize(
    ("cores", "minutes", "much"),
    [(2, 25, False), (4, 900, False), (8, 5, False), (8, 25, True), (32, 15, True), (1, 40, False)],
)
def test_ray_runs_what_it_saves_more_of_than_it_takes_to_start(monkeypatch, cores, minutes, much):
    monkeypatch.setattr(runners, "cores", lambda: cores)
    assert runners.is_much(minutes, 60.0 * minutes) == much
    assert not runners.is_much(1, 1e6), "one chunk can't be shared out"
