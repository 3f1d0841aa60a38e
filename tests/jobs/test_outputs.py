"""What can't be written is told before anything is read, trained, looked at or encoded."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

NOWHERE = Path("/dev/fd/eyecatch")
"""A place in which the system lets nobody, root neither, make a file."""

VERBS = {
    "collect": ("collect", "none.png", "--out"),
    "collect of boxes": ("collect", ".", "--boxes", "none.csv", "--out"),
    "evaluate": ("evaluate", "none.bundle", "none", "--out"),
    "evaluate-detector": ("evaluate-detector", "none", "none.csv", "--errors"),
    "export appearances": ("export", "appearances", "--db", "none.db", "--format", "nfo", "--out"),
    "export bundle": ("export", "bundle", "--db", "none.db", "--out"),
    "export frames": ("export", "frames", "--db", "none.db", "--out"),
    "export segments": ("export", "segments", "--db", "none.db", "--out"),
    "train": ("train", "none", "--out"),
    "unknowns": ("unknowns", "--db", "none.db", "--sheet"),
}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("place", [NOWHERE, Path("file/out")], ids=["nowhere", "in a file"])
def test_a_place_that_cannot_be_written_is_told_first(verb, place, run):
    words = VERBS[verb]
    out = place.with_suffix(".png") if "--errors" in words else place
    status, said, err = run(*words, out)
    assert (status, said, err.count("\n")) == (1, "", 1)
    assert "can't be written" in err or "file doesn't exist" in err  # a bundle's folder has to be


@pytest.mark.parametrize("kind", ["frames", "appearances", "segments"])
def test_a_table_is_no_folder(kind, run, tmp_path):
    status, _, err = run("export", kind, "--db", "none.db", "--out", tmp_path, "--force")
    assert (status, err) == (1, f"eyecatch: {tmp_path} is a folder; name a file in it.\n")


def test_episodes_to_watch_need_a_folder(run, db, tmp_path):
    (tmp_path / "annotated").touch()
    status, _, err = run("index", "none.mkv", "--db", db, "--render", "soft")
    assert (status, err) == (1, "eyecatch: annotated is a file; name a folder.\n")


def test_a_picture_of_mistakes_has_a_format_that_there_is(run):
    status, _, err = run("evaluate-detector", "none", "none.csv", "--errors", "sheet.xyz")
    assert (status, err.count("\n")) == (1, 1)
    assert "sheet.xyz: a picture can't be written in this format; use .png or .jpg" in err


def test_clips_replace_no_episode(run, indexed, season, tmp_path):
    episode = Path(shutil.copy(season.episodes[0], tmp_path / "episode.mkv"))
    db, before = shutil.copy(indexed, "own.db"), episode.read_bytes()
    with closing(sqlite3.connect(db)) as connection, connection:
        moved = (str(episode), str(season.episodes[0]))
        assert (
            connection.execute("UPDATE episode_file SET path = ? WHERE path = ?", moved).rowcount
            == 1
        )
    words = ("--db", db, "--min-seconds", "0", "--force", "--supercut", episode)
    status, _, err = run("clips", *season.characters, *words)
    assert (status, episode.read_bytes()) == (1, before)
    assert "is an episode itself; choose another name" in err
