"""An index that an earlier version made: it opens, answers as before, and has nothing to do."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import eyecatch

MADE = Path(__file__).parents[1] / "data" / "index_0_1_0"
QUESTIONS = {
    "find": ["find", "Akari", "Daichi", "--json"],
    "episodes": ["episodes", "--json"],
    "characters": ["characters", "--json"],
}

Ask = Callable[..., str]


@pytest.fixture
def season(tmp_path: Path) -> Path:
    """A folder with the index as it was made and, at another path than then, its episode."""
    (tmp_path / "season.db").write_bytes(gzip.decompress((MADE / "season.db.gz").read_bytes()))
    shutil.copy(MADE / "Lantern_Street_S01E01.mkv", tmp_path)
    return tmp_path


@pytest.fixture
def ask(season: Path) -> Ask:
    """Asks the index by the command line, as a script outside the project does."""
    env = {**os.environ, "EYECATCH_DB": str(season / "season.db")}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "eyecatch", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout

    return run


def known(now, before):
    """An answer without the fields that the earlier version's has not."""
    if isinstance(before, dict):
        return {key: known(now[key], old) for key, old in before.items()}
    if isinstance(before, list):
        return [known(new, old) for new, old in zip(now, before, strict=True)]
    return now


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_answers_as_it_did(ask, question):
    before = json.loads((MADE / f"{question}.json").read_text("utf-8"))
    now = json.loads(ask(*QUESTIONS[question]))
    assert known(now, before) == before, "fields may be added, none may change"


def test_every_row_is_as_it_was(ask):
    assert ask("export", "frames", "--format", "csv") == (MADE / "frames.csv").read_text("utf-8")


def test_it_has_nothing_to_do(season, ask):
    """Other weights ship since, but it is not scanned again unasked, and no name changes."""
    before = ask("find", "Akari", "Daichi", "--format", "csv")
    report = eyecatch.index(
        [season / "Lantern_Street_S01E01.mkv"], db=str(season / "season.db"), runner="inline"
    )
    assert report.progress.chunks == 0
    assert not report.faults
    assert report.notes == (
        "1 episode was indexed before openings and recaps were looked for; eyecatch index "
        "--segments looks there too.",
        "1 episode keeps the scan of an earlier version's detector; --rescan scans it with the "
        "present one.",
    )
    (status,) = json.loads(ask("status", "--json"))["episodes"]
    assert (status["done"], status["pending"], status["failed"]) == (2, 0, 0)
    after = ask("find", "Akari", "Daichi", "--format", "csv")
    assert after.replace(str(season), "/srv/season") == before


@pytest.mark.parametrize("asked", [{"rescan": True}, {"detector": "cnn"}])
def test_it_is_scanned_with_the_present_detector_when_that_is_asked_for(season, asked):
    episode, db = season / "Lantern_Street_S01E01.mkv", str(season / "season.db")
    report = eyecatch.index([episode], db=db, runner="inline", **asked)
    assert (report.progress.chunks, report.notes, report.faults) == (2, (), ())
    again = eyecatch.index([episode], db=db, runner="inline")
    assert (again.progress.chunks, again.notes) == (0, ())


def test_what_is_not_whole_is_finished_with_the_present_detector(season):
    episode, db = season / "Lantern_Street_S01E01.mkv", season / "season.db"
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE chunk SET state = 'pending' WHERE \"index\" = 1")
        connection.execute("UPDATE episode SET state = 'pending'")
    report = eyecatch.index([episode], db=str(db), runner="inline")
    assert (report.progress.chunks, report.notes, report.faults) == (2, (), ())


def test_what_a_person_said_can_still_be_undone(season, ask):
    db = str(season / "season.db")
    assert "Daichi" in eyecatch.undo(db=db).message
    assert [one["character"] for one in json.loads(ask("characters", "--json"))] == ["Akari"]


def test_what_is_said_of_an_episode_leaves_what_its_file_s_name_says(season):
    told = eyecatch.episode("S01E01", number=7, db=season / "season.db").named
    assert (told.label, told.season) == ("S01E07", 1)
