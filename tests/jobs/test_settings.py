"""Files of settings: which one holds, what may stand in them, and what is said where it may not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pytest

import eyecatch
from eyecatch.jobs.cli import cli


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The user's folder, the current one, and that of an index."""
    found = {name: tmp_path / name for name in ("user", "here", "beside")}
    for folder in found.values():
        folder.mkdir()
    (found["user"] / "eyecatch").mkdir()
    found["user"] /= "eyecatch"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("EYECATCH_DB", raising=False)
    monkeypatch.chdir(found["here"])
    return found


@pytest.fixture
def given(monkeypatch):
    """What a verb would be called with."""

    def given(*words):
        group, context = cli, cli.make_context("eyecatch", [*map(str, words)])
        while isinstance(group, click.Group):
            with context:
                name, group, rest = group.resolve_command(
                    context, [*context._protected_args, *context.args]
                )
                context = group.make_context(name, rest, parent=context)
        return context.params

    return given


def put(folder: Path, text: str) -> None:
    (folder / "eyecatch.toml").write_text(text)


def test_what_is_given_holds_then_the_variable_then_the_nearest_file(places, given, monkeypatch):
    put(places["user"], 'db = "u.db"\nseries = "U"\nmodel = "u.bundle"\n[index]\nrunner = "ray"\n')
    assert given("index", "x")["db"] == str(places["user"] / "u.db")
    put(places["here"], 'db = "../beside/i.db"\nseries = "H"\n')
    index = given("index", "x")
    assert Path(index["db"]).resolve() == places["beside"] / "i.db"
    assert (index["series"], index["runner"]) == ("H", "ray")
    assert index["models"] == (places["user"] / "u.bundle",)
    put(places["beside"], 'series = "B"\n[index]\nrunner = "inline"\nquiet = true\n')
    index = given("index", "x")
    assert (index["series"], index["runner"], index["quiet"]) == ("B", "inline", True)
    assert given("index", "x", "--series", "G")["series"] == "G"
    monkeypatch.setenv("EYECATCH_DB", "v.db")
    assert given("index", "x")["db"] == "v.db"
    assert given("index", "x", "--db", "g.db")["db"] == "g.db"
    assert given("index", "x")["series"] == "H"


def test_a_series_narrows_no_question_and_an_index_is_not_everywhere_the_same(places, given):
    put(places["here"], 'db = "i.db"\nseries = "H"\n[identify]\ntrust = "high"\n')
    assert given("find", "Hiei")["series"] is None
    identify = given("identify", "x.png")
    assert (identify["series"], identify["db"], identify["trust"]) == ("H", None, "high")
    assert given("doctor")["db"] is None


def test_identify_names_the_index_that_others_are_about(places, run):
    (places["here"] / "i.db").touch()
    shutil.copy(Path(__file__).parents[2] / "docs/review/unknown-desktop.png", "still.png")
    assert "or --db INDEX, an index" in run("identify", "still.png", "--crop")[2]
    put(places["here"], 'db = "i.db"')
    assert (
        f"or --db {places['here'] / 'i.db'}, an index" in run("identify", "still.png", "--crop")[2]
    )


def test_verbs_in_a_group_have_tables_too(places, given):
    put(places["here"], '[export.frames]\nformat = "json"\ncharacter = ["A", "B"]\n')
    assert given("export", "frames")["format"] == "json"
    assert given("export", "frames")["characters"] == ("A", "B")
    assert given("export", "appearances")["format"] == "csv"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ('modle = "x"', 1, "'modle' is no setting of all verbs; perhaps it is model."),
        ('[index]\nruner = "ray"', 1, "'runer' is no setting of index; perhaps it is runner."),
        ('[index]\nrunner = "rai"', 2, "eyecatch.toml: Invalid value for '--runner': 'rai'"),
        ("[index]\nquiet = 1", 1, "quiet is true or false"),
        ("[index]\nseries = true", 1, "series is not just true or false"),
        ('series = ["a"]', 1, "series is one value, not a list"),
        ("index = 3", 1, "index is a verb; put what holds for it below a line [index]"),
        ("db = ", 1, "is not TOML"),
        ("[db]\nx = 1", 1, "db is no table"),
        ("db = " + "[" * 3000, 1, "is not TOML"),
    ],
)
def test_what_may_not_stand_there_is_said(places, run, text, status, said):
    put(places["here"], text)
    got, out, err = run("index", "x.mkv")
    assert (got, out) == (status, "")
    assert said in err
    assert str(places["here"] / "eyecatch.toml") in err
    assert run("--help")[0] == 0


def test_a_mark_before_it_is_read_over_and_a_link_to_nothing_is_said(places, given, run):
    file = places["here"] / "eyecatch.toml"
    file.write_text('series = "A"', "utf-8-sig")
    assert given("index", "x")["series"] == "A"
    for target in ("eyecatch.toml", "nowhere"):
        file.unlink()
        file.symlink_to(target)
        status, _, err = run("index", "x.mkv")
        assert status == 1
        assert "can't be read" in err


def test_doctor_says_which_hold(places, run, monkeypatch):
    monkeypatch.setattr(eyecatch, "doctor", lambda db: [], raising=False)
    assert "eyecatch.toml may be here" in run("doctor")[1]
    put(places["here"], 'db = "../beside/i.db"')
    put(places["beside"], '[export.frames]\nformat = "json"')
    told = json.loads(run("doctor", "--json")[1])
    assert [one["found"] for one in told] == [
        str(places[name] / "eyecatch.toml") for name in ("beside", "here")
    ]
    assert told[0]["so"] == "export.frames.format = json"
    put(places["here"], 'db = "postgresql://me:secret@localhost/x"')
    assert "me:***@localhost" in run("doctor")[1]
    put(places["here"], 'db = "../beside/i.db"')
    put(places["beside"], '[export.frames]\nfromat = "json"')
    status, out, _ = run("doctor")
    assert status == 1
    assert "'fromat' is no setting of export frames" in out


def test_python_reads_none(places):
    put(places["here"], 'db = "of-the-file.db"')
    with pytest.raises(eyecatch.DatabaseError, match=r"eyecatch\.db"):
        eyecatch.episodes()
