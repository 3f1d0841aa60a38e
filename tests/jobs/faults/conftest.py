"""An index job as a process that can be killed, and the index that nothing disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import eyecatch
from eyecatch.core.synthetic.season import draw_season
from eyecatch.db.index import open_index


@pytest.fixture(scope="session")
def season(tmp_path_factory):
    """Three episodes in some fifteen chunks."""
    folder = tmp_path_factory.mktemp("season")
    return draw_season(folder, episodes=3, seconds=12.0, size=(320, 180))


# Chunks of a second, so that there are many; it tells of each on standard error.
JOB = """
import logging, os, resource, sys
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
folder, db, runner, room = sys.argv[1:]
if int(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
import eyecatch
from eyecatch.core.errors import EyecatchError
exec(os.environ.get("HURT", ""))
try:
    report = eyecatch.index([folder], db=db, runner=runner, chunk_seconds=1.0)
except EyecatchError as error:
    sys.exit(f"eyecatch: {error}")
for fault in report.faults:
    print("fault:", fault)
"""


class Job:
    """A job in a process of its own."""

    def __init__(self, folder: Path, db: str, runner: str = "inline", room: int = 0, env=()):
        words = [sys.executable, "-c", JOB, str(folder), db, runner, str(room)]
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
            start_new_session=True, env={**os.environ, **dict(env)},
        )  # fmt: skip

    def wait_for(self, said: str, times: int = 1) -> bool:
        """Read what it logs until it has said this so often, or ends."""
        for line in self.process.stderr:
            times -= said in line
            if not times:
                return True
        return False

    def kill(self) -> None:
        """Kill it as the system does, and wait for the processes that it started to follow."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        scans = ("ray::ScanActor", "eyecatch.jobs.runners.child")
        workers = [
            child for child in children if any(name in " ".join(child.cmdline()) for name in scans)
        ]
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        _, left = psutil.wait_procs(workers, timeout=60)
        assert left == [], "what it started ends with it"

    def end(self) -> tuple[int, list[str], str]:
        """Its status, the faults of its report, and all that it still logs."""
        out, err = self.process.communicate(timeout=240)
        told = out.splitlines()  # Ray prints there too when a worker dies
        faults = [line.removeprefix("fault: ") for line in told if line.startswith("fault: ")]
        return self.process.returncode, faults, err


@pytest.fixture
def job(season):
    """Starts jobs; none outlives its test."""
    jobs = []

    def start(db, folder=season.folder, **options) -> Job:
        jobs.append(Job(folder, db, **options))
        return jobs[-1]

    yield start
    for one in jobs:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.communicate()


@pytest.fixture(scope="session")
def content():
    """All that an index holds, whatever its numbers."""

    def of(db):
        with open_index(db, create=False) as index:
            return index.fingerprint.compute()

    return of


@pytest.fixture(scope="session")
def finish():
    """Runs the job, undisturbed; returns its report and how many chunks were begun again."""

    def run(folder, db, **options):
        wishes = {"runner": "inline", "chunk_seconds": 1.0, **options}
        report = eyecatch.index([folder], db=db, **wishes)
        return report, sum(one.again for one in eyecatch.status(db=db).episodes)

    return run


@pytest.fixture(scope="session")
def whole(season, tmp_path_factory, content, finish):
    """What an index holds that nothing disturbed, and how many chunks that takes."""
    db = str(tmp_path_factory.mktemp("whole") / "season.db")
    report, again = finish(season.folder, db)
    assert (report.faults, again) == ((), 0)
    return content(db), report.progress.chunks


@pytest.fixture(scope="session")
def named(season, bundle, tmp_path_factory, content, finish):
    """The same with names."""
    db = str(tmp_path_factory.mktemp("named") / "season.db")
    report, again = finish(season.folder, db, model=bundle)
    assert (report.faults, again) == ((), 0)
    return content(db), report.progress.chunks
