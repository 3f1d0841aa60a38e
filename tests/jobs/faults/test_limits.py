"""A job under each limit of a shell: it stays right, or says why not, and loses nothing."""

from __future__ import annotations

import csv
import re
import subprocess
import sys

import pytest

from eyecatch.jobs.cli.streams import is_refusal, refusal

SILENT = ("ulimit -t", "ulimit -v 400000")
"""Where the system ends the process: its time is over, or OpenCV's library, with too little memory
for it to be loaded, steps on what it didn't get."""


@pytest.fixture(scope="module")
def rows(season, tmp_path_factory):
    """What is found in an episode without limits."""
    db = tmp_path_factory.mktemp("limits") / "season.db"
    assert _index("", season, db).returncode == 0
    return _rows(db)


def _index(limit, season, db, *words):
    command = [sys.executable, "-m", "eyecatch", "index", str(season.episodes[0]), *words]
    shell = ["/bin/bash", "-c", f'{limit}\nexec "$0" "$@"', *command, "--db", str(db)]
    return subprocess.run(
        [*shell, "--runner", "inline", "-q"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _rows(db):
    command = [sys.executable, "-m", "eyecatch", "export", "frames", "--db", str(db)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return list(csv.reader(done.stdout.splitlines()))


@pytest.mark.slow
@pytest.mark.parametrize(
    "limit",
    [
        *("ulimit -v 200000", "ulimit -v 400000", "ulimit -v 550000", "ulimit -v 690000"),
        *("ulimit -n 6", "ulimit -n 9", "ulimit -n 20", "ulimit -f 8", "ulimit -f 200"),
        *("ulimit -s 512", "ulimit -t 1", "ulimit -t 60", "ulimit -u 4", "ulimit -l 0"),
    ],
)
def test_a_limit_is_kept_or_said_and_nothing_is_lost(season, rows, tmp_path, limit):
    db = tmp_path / "season.db"
    done = _index(limit, season, db)
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        assert _rows(db) == rows
    elif done.returncode > 0:
        assert re.search(r"^eyecatch: .*\.$", done.stderr, re.MULTILINE)
    else:
        assert limit.startswith(SILENT), "no word of ours"
    assert _index("", season, db, "--retry-failed").returncode == 0
    assert _rows(db) == rows


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "not enough memory"),
        (ImportError("libav.so: failed to map segment from shared object"), "not enough memory"),
        (RuntimeError("can't start new thread"), "a limit of this shell"),
        (OSError(24, "Too many open files", "a.mkv"), r"a\.mkv: .* \(Too many open files\)\."),
        (BlockingIOError(11, "Resource temporarily unavailable"), "temporarily unavailable"),
        (TimeoutError("nobody answers"), r"\(nobody answers\)"),
    ],
)
def test_what_the_machine_refuses_is_a_sentence(error, said):
    assert is_refusal(error)
    assert re.search(said, str(refusal(error)))


@pytest.mark.parametrize("error", [ImportError("no module x"), RuntimeError("a bug"), ValueError()])
def test_our_own_mistakes_are_none_of_the_machine(error):
    assert not is_refusal(error)
