"""The process that scans is killed, worn out, or not to be had, and the job goes on; none stays."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import closing
from multiprocessing import Pipe

import psutil
import pytest

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.errors import ModelError
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.db.records.scan import MAX_TRIES
from eyecatch.jobs import runners
from eyecatch.jobs.runners import scan_process, scanners
from eyecatch.jobs.runners.child import Logs, Replies
from eyecatch.jobs.runners.inline import InlineRunner
from eyecatch.jobs.runners.scan_process import ScanProcess, _log
from eyecatch.jobs.runners.stages import Task, Work


@pytest.fixture(scope="module")
def work():
    return Work(ScanConfig(resolve(DetectorConfig())))


@pytest.fixture(scope="module")
def tasks(season):
    video = probe(season.episodes[0])
    return [Task(0, video, chunk, f"{chunk.index}") for chunk in plan(video, 1.0).chunks][:5]


@pytest.fixture
def started(monkeypatch):
    """The processes that scan, in order."""
    found = []

    class Noted(ScanProcess):
        def __init__(self, *words):
            super().__init__(*words)
            found.append(psutil.Process(self._process.pid))

    monkeypatch.setattr(scanners, "ScanProcess", Noted)
    return found


@pytest.fixture
def deaths(monkeypatch, started):
    """The process dies each time that it is given the second chunk, so often."""
    left = [0]
    give = ScanProcess.give

    def dying(process, task, work):
        give(process, task, work)
        if task.chunk.index == 1 and left[0]:
            left[0] -= 1
            process._process.kill()

    monkeypatch.setattr(ScanProcess, "give", dying)
    return left


def test_what_was_in_hand_is_begun_again_alone(tasks, work, deaths, started, caplog):
    deaths[0] = 1
    begun, outcomes = [], []
    with closing(InlineRunner(2, apart=True)) as runner:
        for outcome in runner.run(tasks, work, begun.append):
            outcomes.append(outcome)
            if outcome.task.suspect:
                assert begun[-1] is outcome.task, "no other is begun before it has ended"
        assert len(started) == 2
        assert not started[0].is_running()
    assert not started[1].is_running()
    assert sorted(one.task.id for one in outcomes) == [task.id for task in tasks]
    assert [one.error for one in outcomes] == [None] * len(tasks)
    suspects = [task.id for task in begun if task.suspect]
    assert suspects == [task.id for task in begun[-3:]] == ["0", "1", "2"], "what was in hand, last"
    assert "SIGKILL" in caplog.text


def test_a_chunk_that_kills_every_process_fails_alone(season, db, deaths, monkeypatch):
    monkeypatch.setattr(runners, "LONGEST_HERE", 0.0)
    deaths[0] = MAX_TRIES
    wish = {"db": db, "runner": "inline", "chunk_seconds": 3.0}
    report = eyecatch.index([season.episodes[0]], **wish)
    (fault,) = report.faults
    assert f"{MAX_TRIES} worker processes died on chunk 1" in fault
    assert season.episodes[0].name in fault
    (status,) = eyecatch.status(db=db).episodes
    assert (status.failed, status.done) == (1, report.progress.chunks - 1)
    assert status.again >= MAX_TRIES - 1, "the ledger tells"


def test_processes_take_turns(tasks, work, started, monkeypatch):
    monkeypatch.setattr(scanners, "RENEWED_AFTER", 3)
    with closing(InlineRunner(2, apart=True)) as runner:
        outcomes = list(runner.run(tasks, work, lambda _: None))
        assert [process.is_running() for process in started] == [False, True]
    assert [process.is_running() for process in started] == [False, False]
    assert sorted(one.task.id for one in outcomes) == [task.id for task in tasks]
    assert [one.error for one in outcomes] == [None] * len(tasks)


@pytest.mark.parametrize("program", ["false", "not there"])
def test_where_no_process_can_be_had_this_one_scans(tasks, work, monkeypatch, caplog, program):
    monkeypatch.setattr(scan_process.sys, "executable", program)
    begun = []
    with closing(InlineRunner(2, apart=True)) as runner:
        outcomes = list(runner.run(tasks[:2], work, begun.append))
    assert [one.error for one in outcomes] == [None, None]
    assert begun == tasks[:2], "none is a suspect"
    assert "this one does it" in caplog.text


def test_closing_ends_the_process_at_once(tasks, work, started):
    runner = InlineRunner(2, apart=True)
    outcomes = runner.run(tasks, work, lambda _: None)
    next(outcomes)
    outcomes.close()
    assert [process.is_running() for process in started] == [False]


def test_it_ends_when_its_pipe_does():
    """As when the driver was killed on a system that tells no one of a parent's death."""
    ours, theirs = Pipe()
    words = ["-m", "eyecatch.jobs.runners.child", theirs.fileno(), 1, logging.WARNING]
    with subprocess.Popen(
        [sys.executable, *map(str, words)], pass_fds=[theirs.fileno()]
    ) as process:
        theirs.close()
        assert ours.recv() == scan_process.READY
        ours.close()
        assert process.wait(60) == 0


def test_what_stages_raise_comes_home_with_its_way():
    ours, theirs = Pipe()
    replies = Replies(theirs)
    try:
        raise ZeroDivisionError("of a stage")
    except ZeroDivisionError as error:
        replies.send(error)
    replies.send(ModelError("a.bundle", "is none", "train it"))
    error = ours.recv()
    assert "test_what_stages_raise" in error.__notes__[0]
    assert str(ours.recv()) == "a.bundle: is none; train it."


def test_what_it_logs_is_logged_here(caplog):
    ours, theirs = Pipe()
    there = logging.getLogger("eyecatch.there")
    logs = Logs(Replies(theirs))
    try:
        raise OSError("a disk")
    except OSError:
        record = there.makeRecord(
            there.name, logging.WARNING, "f", 1, "%s", ("chunk",), sys.exc_info(), extra={"run": 7}
        )
    logs.handle(record)
    quiet = there.makeRecord(there.name, logging.DEBUG, "f", 1, "not asked for", (), None)
    logs.handle(quiet)
    with caplog.at_level(logging.INFO, logger=there.name):
        _log(ours.recv())
        _log(ours.recv())
    (got,) = caplog.records
    assert got.getMessage().startswith("chunk\nTraceback")
    assert (got.levelno, got.run) == (logging.WARNING, 7)
