"""How verbs end, and what a log of JSON lines says of a file's fault: for scripts and machines."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

import eyecatch


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A file that is no video."""
    file = tmp_path_factory.mktemp("broken") / "broken.mkv"
    file.write_text("no video")
    return file


@pytest.fixture
def logged(run):
    """Runs a command with a log of JSON lines; returns its status and the lines."""

    def logged(*words):
        status, _, err = run("--log", "json", *words)
        run("--version")  # the log is text again
        return status, [json.loads(line) for line in err.splitlines()]

    return logged


def test_index_ends_with_what_became_of_its_files(run, season, broken, db):
    good = season.episodes[0]
    words = ("--db", db, "--runner", "inline", "--quiet")
    assert run("index", broken, *words)[0] == 1
    assert run("index", good, broken, *words)[0] == 3
    assert run("index", good, *words)[0] == 0
    assert run("index", good, "--no-such-option", *words)[0] == 2
    assert eyecatch.index([broken], db=db).status == 1
    assert eyecatch.index([good, broken], db=db).status == 3
    assert eyecatch.index([good], db=db).status == 0


def test_collect_ends_in_the_same_way(run, broken, tmp_path):
    assert run("collect", broken, "--out", tmp_path / "out")[0] == 1


def test_a_fault_is_an_error_with_ids_in_the_log(logged, season, broken, db):
    short = broken.with_name("short.mkv")
    whole = season.episodes[0].read_bytes()
    short.write_bytes(whole[: len(whole) * 2 // 3])
    status, lines = logged("index", short, broken, "--db", db, "--runner", "inline")
    assert status == 3
    faults = {line["path"]: line for line in lines if line["level"] == "ERROR"}
    assert set(faults) == {str(short), str(broken)}
    run = eyecatch.status(db=db).runs[-1].id
    (episode,) = eyecatch.episodes(db=db)
    assert faults[str(short)]["run"] == run
    assert faults[str(short)]["episode"] == episode.episode.id
    assert "run" in faults[str(broken)]
    chunks = [line for line in lines if "chunk" in line]
    assert {"run", "episode", "chunk"} <= set(chunks[0])
    for line in lines:
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None


def test_an_error_that_ends_a_verb_is_one_in_the_log(logged, tmp_path):
    for words, expected in ((["find", "x", "--db", tmp_path / "no.db"], 1), (["fnd"], 2)):
        status, (line,) = logged(*words)
        assert (status, line["level"]) == (expected, "ERROR")
