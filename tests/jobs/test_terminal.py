"""What reaches a terminal, and standard streams that are full, closed or without most letters."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from eyecatch.core.text import cell, visible
from eyecatch.jobs.cli.output import note, print_csv, print_table, set_up_logs
from eyecatch.jobs.cli.progress import listener
from eyecatch.jobs.cli.streams import set_up_streams
from eyecatch.jobs.progress import Progress

OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal obeys; line ends aside, which are ours."""

HOSTILE = (
    "Rei\x1b]0;owned\x07\x9b2J\u202egpj.exe\u2066\u200f",
    "two\nlines\r\x0b\x85\u2028end",
    "\x1b[31mRei\x1b[8m :heart: [bold]レイ[/bold]",
)

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture(scope="module")
def hostile(indexed, tmp_path_factory):
    """The season with such a name for its first episode, its series and its characters."""
    db = str(shutil.copy(indexed, tmp_path_factory.mktemp("hostile") / "season.db"))
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("update episode set path = ? where id = 1", (f"/x/{HOSTILE[0]}.mkv",))
        connection.execute("update episode set path = ? where id = 2", (f"/x/{HOSTILE[1]}.mkv",))
        connection.execute("update series set name = ?", (HOSTILE[2],))
        seen = "select distinct character_id from appearance where character_id is not null"
        shown = connection.execute(f"{seen} order by 1").fetchall()  # nobody else is listed
        for (number,), name in zip(shown, HOSTILE, strict=False):
            change = "update character set name = ?, folded = ? where id = ?"
            connection.execute(change, (name, name.casefold(), number))
        connection.execute("update run set host = ?", (HOSTILE[0],))
        connection.commit()
    return db


@pytest.mark.parametrize("verb", ["episodes", "characters", "status"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_no_name_is_obeyed(run, hostile, verb, form):
    status, out, err = run(verb, "--db", hostile, "--format", form)
    assert (status, err) == (0, "")
    assert not OBEYED.search(out)
    if form == "table":
        assert visible(HOSTILE[0]) in out


def test_json_gives_back_what_it_hides(run, hostile):
    _, out, _ = run("characters", "--db", hostile, "--json")
    assert {one["character"] for one in json.loads(out)} >= set(HOSTILE)


def test_csv_is_as_it_is_for_programs_and_safe_on_a_terminal(run, hostile, capsys, monkeypatch):
    _, out, _ = run("characters", "--db", hostile, "--format", "csv")
    rows = csv.DictReader(io.StringIO(out, newline=""))
    assert {row["character"] for row in rows} >= set(map(cell, HOSTILE))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_csv([{"name": one} for one in HOSTILE], ["name"])
    assert capsys.readouterr().out.split("\n")[1:] == [*(visible(cell(one)) for one in HOSTILE), ""]


@pytest.mark.parametrize("name", HOSTILE)
def test_errors_are_one_line_whatever_they_name(run, hostile, db, name):
    for words in (
        ("find", name * 2, "--db", hostile),
        ("index", f"{name}.mkv", "--db", db),
        ("identify", f"{name}.png", "--model", f"{name}.bundle"),
        ("episodes", "--db", f"{name}.db"),
        ("evaluate", name, name),
    ):
        status, out, err = run(*words)
        assert (status, out) == (1, "")
        assert re.fullmatch("eyecatch: [^\n]*[.?]\n", err), words[0]
        assert not OBEYED.search(err), words[0]
    status, _, err = run(f"--{name}")
    assert status == 2
    assert not OBEYED.search(err)


def test_the_log_is_a_line_a_message(capsys):
    root = logging.getLogger()
    for form in ("text", "json"):
        set_up_logs(False, form)
        for name in HOSTILE:
            root.warning("found %s", name)
            note(f"found {name}")
        try:
            raise ValueError(HOSTILE[0])
        except ValueError:
            root.exception("lost %s", HOSTILE[1])
        err = capsys.readouterr().err
        assert not OBEYED.search(err)
        assert err.count("found") == 2 * len(HOSTILE)
        if form == "json":
            told = [json.loads(line)["message"] for line in err.splitlines()]
            assert {one.partition(" ")[2] for one in told} == set(HOSTILE)
        set_up_logs(False, None)


def test_a_table_shows_names_as_they_are(capsys):
    print_table([{"name": ":heart: [red]Rei[/red] レイ 👩‍👩‍👧"}], ["name"])
    assert ":heart: [red]Rei[/red] レイ 👩‍👩‍👧" in capsys.readouterr().out


def test_names_of_files_that_are_no_utf_8_are_shown_and_come_back(capsys, run, tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\x83\x8c.db")
    status, _, err = run("episodes", "--db", path)
    assert status == 1
    assert "/\ufffd\ufffd.db" in err


@needs_full
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_answer_that_can_t_be_written_is_said(run, indexed, monkeypatch, capsys, form):
    with FULL.open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        status, _, err = run("episodes", "--db", indexed, "--format", form)
    assert status == 1
    assert re.fullmatch(r"eyecatch: standard output can't be written \(No space.*\); .*\.\n", err)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_reader_that_has_seen_enough_is_no_error(run, indexed, monkeypatch, form):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert run("episodes", "--db", indexed, "--format", form)[::2] == (141, "")


@needs_full
def test_messages_that_can_t_be_written_stop_nothing(indexed, monkeypatch, db, season, run):
    with FULL.open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        assert run("index", season.episodes[0], "--db", db, "--runner", "inline")[0] == 0
        told = json.loads(run("episodes", "--db", db, "--json")[1])
    assert [one["state"] for one in told] == ["done"]


def test_a_terminal_that_is_gone_stops_nothing(monkeypatch):
    leader, follower = os.openpty()
    with os.fdopen(follower, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert terminal.isatty()
        with listener(quiet=False) as shown:
            shown(Progress(episodes=1))
            os.close(leader)
            shown(Progress(episodes=2))
            note("and goes on")
            shown(Progress(episodes=3))


@pytest.mark.parametrize(("to", "status"), [(">&-", 1), ("2>&- <&-", 0), (">&- 2>&- <&-", 1)])
def test_closed_streams_are_no_place_for_our_files(indexed, to, status):
    words = [sys.executable, "-m", "eyecatch", "characters", "--db", indexed, "--json"]
    command = ["/bin/sh", "-c", f'"$0" "$@" {to}', *words]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == status
    if not status:
        assert json.loads(done.stdout)
    elif "2" not in to:
        assert re.fullmatch(rb"eyecatch: standard output can't be .*\n", done.stderr)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_an_output_without_most_letters_gets_escapes(run, hostile, encoding, errors, monkeypatch):
    def told(*words):
        stream = io.TextIOWrapper(io.BytesIO(), encoding, errors)
        monkeypatch.setattr(sys, "stdout", stream)
        assert run("characters", "--db", hostile, *words)[::2] == (0, "")
        return stream.buffer.getvalue()

    assert ("レイ" if encoding == "utf-8" else r"\u30ec\u30a4") in told().decode(encoding)
    answer = json.loads(told("--json").decode())
    assert {one["character"] for one in answer} >= set(HOSTILE)


def test_nothing_else_prints(root):
    for file in (root / "jobs" / "cli").glob("*.py"):
        if file.name not in {"output.py", "streams.py"}:
            assert not re.search(r"click\.s?echo|\bprint\(|stdout\.|stderr\.w", file.read_text())


def test_streams_that_are_there_stay_the_same():
    before = sys.stdout, sys.stderr
    set_up_streams()
    assert (sys.stdout, sys.stderr) == before
