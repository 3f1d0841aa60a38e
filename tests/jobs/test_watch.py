"""Folders watched, and what is told while jobs run: logs, metrics, shares of time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request

import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.jobs.cli import main
from eyecatch.jobs.indexing.prometheus import Metrics
from eyecatch.jobs.indexing.watch import StableFiles, completed
from eyecatch.jobs.progress import Progress, limit, shares


@pytest.fixture
def clock():
    """A clock that a test moves."""

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


def test_a_file_is_complete_when_it_has_not_changed_for_a_while(tmp_path, clock):
    stable = StableFiles(10, clock)
    file = tmp_path / "a.mkv"
    file.write_bytes(b"begun")
    assert stable.complete([file]) == []
    clock.now = 9
    file.write_bytes(b"begun, and going on")
    assert stable.complete([file]) == []
    clock.now = 18
    assert stable.complete([file]) == []
    clock.now = 19
    assert stable.complete([file]) == [file]
    clock.now = 99
    assert stable.complete([file]) == [], "once"
    file.write_bytes(b"another episode")
    assert stable.complete([file]) == []
    clock.now = 120
    assert stable.complete([file]) == [file], "another content is another file"


def test_a_clock_that_jumps_completes_nothing(tmp_path, clock):
    """Files from the future or of 1970, as cameras and other machines make them."""
    stable = StableFiles(10, clock)
    files = [tmp_path / "future.mkv", tmp_path / "past.mkv"]
    for file, seconds in zip(files, (2**33, 0), strict=True):
        file.write_bytes(b"episode")
        os.utime(file, (seconds, seconds))
    assert stable.complete(files) == []
    clock.now = 10
    assert stable.complete(files) == files


def test_a_file_that_goes_is_forgotten(tmp_path, clock):
    stable = StableFiles(10, clock)
    file = tmp_path / "a.mkv"
    file.write_bytes(b"episode")
    stable.complete([file])
    file.unlink()
    clock.now = 20
    assert stable.complete([file]) == []
    file.write_bytes(b"episode")
    assert stable.complete([file]) == [], "it begins anew"


def test_new_files_of_a_folder_are_told(tmp_path):
    watched = completed([tmp_path], 0.05)
    (tmp_path / "first.mkv").write_bytes(b"one")
    assert [file.name for file in next(watched)] == ["first.mkv"]
    below = tmp_path / "season 2"
    below.mkdir()
    (below / "second.mkv").write_bytes(b"two")
    (below / "notes.txt").write_bytes(b"no video")
    assert [file.name for file in next(watched)] == ["second.mkv"]
    watched.close()


def test_nothing_to_watch(tmp_path):
    with pytest.raises(RequestError, match="nothing to watch"):
        next(completed([tmp_path / "absent"]))


def test_watching_indexes_what_comes_until_it_is_stopped(season, db, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(season.episodes[0], folder)
    words = ["--log", "json", "index", folder, "--db", db, "--watch", "--settle", "0.1"]
    with subprocess.Popen(
        [sys.executable, "-m", "eyecatch", *map(str, words), "--runner", "inline"],
        stderr=subprocess.PIPE, text=True,
    ) as watching:  # fmt: skip
        assert _logged(watching.stderr, "decided")["message"].endswith("decided")
        shutil.copy(season.episodes[1], folder)
        (folder / "poison.mkv").write_text("no video")
        _logged(watching.stderr, season.episodes[1].name, "decided")
        watching.send_signal(2)
        lines = watching.stderr.read().splitlines()
        assert watching.wait() == 130
    told = [json.loads(line) for line in lines if line]  # click leaves a line empty at Ctrl-C
    assert all(isinstance(one, dict) for one in told)
    assert len(eyecatch.episodes(db=db)) == 2


def _logged(stream, *said):
    """The first line that says all this, as the JSON object it is."""
    for line in stream:
        if all(part in line for part in said):
            return json.loads(line)
    raise AssertionError(f"{said} was not logged")


def test_metrics_are_of_all_jobs(season, db):
    metrics = Metrics()
    port = metrics.serve("0")
    for episode in season.episodes:
        eyecatch.index([episode], db=db, runner="inline", listener=metrics)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = dict(
            line.rsplit(" ", 1)
            for line in answer.read().decode().splitlines()
            if not line.startswith("#")
        )
    frames = sum(one.episode.frames for one in eyecatch.episodes(db=db))
    assert float(told["eyecatch_frames_total"]) == frames
    assert float(told["eyecatch_episodes_total"]) == 2
    assert float(told["eyecatch_chunks_left"]) == 0
    assert float(told['eyecatch_stage_seconds_total{stage="write"}']) > 0


def test_metrics_on_a_port_that_is_taken(tmp_path):
    port = Metrics().serve("127.0.0.1:0")
    with pytest.raises(RequestError, match=str(port)):
        Metrics().serve(str(port))
    with pytest.raises(RequestError, match="brain"):
        Metrics().serve("brain")


def test_the_stage_that_limits_is_named(season, db, capsys):
    assert limit({}) is None
    assert limit({"scan": 3.0, "write": 1.0}) == "scan"
    assert shares({"write": 1.0, "scan": 3.0}).startswith("Limited by scan: scan 75%, write 25%")
    main(["index", str(season.episodes[0]), "--db", db, "--runner", "inline"])
    assert "Limited by " not in capsys.readouterr().err  # but with --profile
    main(["status", "--db", db, "--json"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert set(run["stages"]) >= {"write", "decide"}
    assert run["limit"] in run["stages"]
    main(["status", "--db", db])
    assert f"Limited by {run['limit']}" in capsys.readouterr().out


def test_the_time_of_a_driver_that_throws_is_counted_too():
    progress = Progress()
    with pytest.raises(KeyError), progress.timed("write"):
        raise KeyError
    assert set(progress.stages) == {"write"}


def test_a_url_cannot_be_watched():
    with pytest.raises(RequestError, match="only folders of this machine tell of new files"):
        next(completed(["memory://season"]))
