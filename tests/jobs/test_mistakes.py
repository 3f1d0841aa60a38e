"""What is said to somebody who types something wrong, or asks an index that has nothing in it."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import sys
from contextlib import closing

import pytest

import eyecatch
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import NO_INDEX, VERBS
from eyecatch.jobs.cli.hints import program, runnable, set_up_hints


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An index without episodes."""
    file = str(tmp_path_factory.mktemp("empty") / "empty.db")
    open_index(file).close()
    return file


@pytest.fixture
def typed(monkeypatch, tmp_path):
    """Pretends that a program was typed, and what the PATH is."""

    def typed(words, path=""):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [str(words)])
        monkeypatch.setenv("PATH", str(path))
        program.cache_clear()
        return program()

    yield typed
    program.cache_clear()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fnd Velma", "No such command 'fnd'. Did you mean 'find'?"),
        ("--versoin", "'--version'"),
        ("find Velma --tgoether", "Did you mean '--together'?"),
        ("--db x.db find Velma", "'--db' is an option of find: put it behind the verb"),
        ("export --db x.db frames", "as in eyecatch export frames … --db"),
        (
            "find Velma --log json",
            "'--log' is an option of eyecatch itself: put it before the verb",
        ),
        ("name Velma 7", "'Velma' is no number; the number of a cluster comes first"),
        ("name 1 Velma Dinkley", "a name of several words goes into quotes"),
        ("name 99999999999999999999 Velma", "there is no number 99999999999999999999"),
        ("find Velma --min-seconds a", "'a' is no such number."),
        ("find Velma --min-seconds nan", "'nan' is no such number."),
        ("clips Velma --out x --pad inf", "'inf' is no such number."),
    ],
)
def test_what_was_meant_is_said(run, line, said):
    status, out, err = run(*line.split())
    assert (status, out) == (2, "")
    assert said in err


def test_an_empty_argument_is_no_folder(run, empty):
    for words in (["index", ""], ["identify", ""], ["find", "", "--db", empty]):
        status, out, err = run(*words)
        assert (status, out) == (2, "")
        assert "is empty: is the variable set that it comes from?" in err
    assert run("episodes", "--db", empty, "--with", "")[0] == 0


@pytest.mark.parametrize(
    "line",
    [
        "find Velma", "segments", "segment S01E01 0 1 opening", "unknowns", "name 1 Velma",
        "unname Velma", "merge 1 2", "split 1 2", "render S01E01", "clips Velma --out C",
        "export frames", "export sheet --out s.png", "export bundle --out b",
        "evaluate-detector", "identify s.png",
    ],
)  # fmt: skip
def test_an_index_without_episodes_says_so(run, empty, line):
    status, out, err = run(*line.split(), "--db", empty)
    assert (status, out) == (1, "")
    assert "the index has no episodes; fill it with: eyecatch index" in err


@pytest.mark.parametrize("verb", ["episodes", "characters", "status"])
def test_a_table_of_no_episodes_says_so_too(run, empty, verb):
    status, out, err = run(verb, "--db", empty)
    assert (status, out) == (0, "")
    assert "The index has no episodes; fill it with: eyecatch index" in err
    assert run(verb, "--db", empty, "--json")[0] == 0


def test_an_index_without_names_names_review(run, indexed, tmp_path):
    unnamed = shutil.copy(indexed, tmp_path / "unnamed.db")
    with closing(sqlite3.connect(unnamed)) as connection, connection:
        for table in ("appearance", "role_tally", "alias", "character"):
            connection.execute(f"DELETE FROM {table}")
    _, _, err = run("characters", "--db", unnamed)
    assert f"eyecatch review --db {unnamed}" in err


def test_usage_is_as_it_is_typed_whatever_index_was_named(run, empty):
    _, _, err = run("find", "--db", empty)
    assert f"find --db {empty}" not in err


def test_who_forgets_a_misspelt_character_is_told_the_nearest(run, indexed):
    known = eyecatch.characters(db=indexed)[0].name
    status, _, err = run("forget", known + "x", "--db", indexed)
    assert status == 1
    assert f"no episode or character is called '{known}x'; the nearest are {known}" in err


def test_a_table_has_no_column_that_is_empty(run, indexed):
    _, out, _ = run("status", "--db", indexed)
    assert "errors" not in out
    assert run("status", "--db", indexed, "--format", "csv")[1].splitlines()[0].endswith(",errors")


def test_csv_has_plain_texts_in_its_cells(run, indexed):
    known = [one.name for one in eyecatch.characters(db=indexed)]
    for words in (["find", known[0]], ["episodes"], ["characters"], ["status"], ["segments"]):
        _, out, _ = run(*words, "--db", indexed, "--format", "csv")
        assert not set("[]{}") & set(out)
    _, out, _ = run("episodes", "--db", indexed, "--format", "csv")
    for row in csv.DictReader(io.StringIO(out)):
        cast = [one.rpartition(" ") for one in row["characters"].split(";")]
        assert {name for name, _, _ in cast} <= set(known)
        assert all(float(seconds) > 0 for _, _, seconds in cast)


def test_a_command_in_a_sentence_is_one_that_works_here(typed, tmp_path):
    ours, other = tmp_path / "venv" / "bin", tmp_path / "usr"
    for folder in (ours, other):
        folder.mkdir(parents=True)
        (folder / "eyecatch").write_text("#!/bin/sh\n")
        (folder / "eyecatch").chmod(0o755)
    assert typed(ours / "eyecatch", path=ours) == "eyecatch"
    assert typed(ours / "eyecatch") == "venv/bin/eyecatch"
    assert typed(ours / "eyecatch", path=other) == "venv/bin/eyecatch"
    assert typed("/somebody's/script.py") == "eyecatch"
    typed(ours / "eyecatch")
    set_up_hints(VERBS, VERBS.keys() - NO_INDEX, ["find", "--db", "my season.db"])
    text = "a file eyecatch wrote; see eyecatch doctor, or ask: eyecatch find Hiei"
    assert runnable(text) == (
        "a file eyecatch wrote; see venv/bin/eyecatch doctor, "
        "or ask: venv/bin/eyecatch find --db 'my season.db' Hiei"
    )
    set_up_hints(VERBS, VERBS.keys() - NO_INDEX, ["find", "--db=postgresql://me:secret@host/x"])
    assert runnable("ask: eyecatch find Hiei") == "ask: venv/bin/eyecatch find Hiei"
    assert runnable("eyecatch review --db x.db") == "venv/bin/eyecatch review --db x.db"
