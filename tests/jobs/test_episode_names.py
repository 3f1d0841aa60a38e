"""What episodes are called: read of files' names, said by people, asked for, and their series."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.db.index import open_index
from eyecatch.db.records.scan import KeptDetector
from eyecatch.jobs.indexing.series_by_names import join_by_names
from eyecatch.jobs.selection import pick_one

NAMES = ["[Grp] Lantern - 01 (1080p) [7A1F02C3].mkv", "[Grp] Lantern - 02v2 (1080p) [00AA11BB].mkv"]


@pytest.fixture(scope="module")
def fansub(season, tmp_path_factory):
    """The season under fansubs' names, indexed without a series; not to be written to."""
    folder = tmp_path_factory.mktemp("fansub")
    for file, name in zip(season.episodes, NAMES, strict=True):
        shutil.copy(file, folder / name)
    report = eyecatch.index(folder, db=folder / "season.db", runner="inline")
    assert report.faults == ()
    return folder


@pytest.fixture
def own(fansub, tmp_path):
    """An index of it of one's own; the files stay where they are."""
    return str(shutil.copy(fansub / "season.db", tmp_path / "own.db"))


def named(db):
    return [(one.episode.series, one.episode.named.label) for one in eyecatch.episodes(db=db)]


def test_names_are_read_once_and_seasons_are_of_one_series(own, run):
    assert named(own) == [("Lantern", "E01"), ("Lantern", "E02")]
    status, out, _ = run("episodes", "--db", own)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["E01", "E02"]
    (first, _) = json.loads(run("episodes", "--db", own, "--json")[1])
    assert first["episode"] == NAMES[0]
    assert (first["number"], first["season"], first["named_by"]) == (1, None, "file")


def test_an_earlier_index_is_read_when_it_is_next_indexed(own, fansub):
    with closing(sqlite3.connect(own)) as connection, connection:
        connection.execute("UPDATE episode SET number = NULL, named_by = NULL, series_id = NULL")
    assert named(own) == [(None, None)] * 2
    report = eyecatch.index(fansub, db=own, runner="inline")
    assert report.progress.chunks == 0
    assert named(own) == [("Lantern", "E01"), ("Lantern", "E02")], "all tell of one show"
    said = "All episodes are of Lantern from now on, as their files' names say."
    assert report.notes[0] == said
    assert said not in eyecatch.index(fansub, db=own, runner="inline").notes


def test_an_index_of_no_series_joins_one_with_all_that_is_known_of_it(own, fansub):
    cluster = eyecatch.unknowns(db=own).clusters[0]
    eyecatch.name(cluster.id, "Hiei", db=own)
    before = [one.ranges for one in eyecatch.find("Hiei", db=own)]
    with closing(sqlite3.connect(own)) as connection, connection:
        connection.execute("UPDATE episode SET series_id = NULL")
        connection.execute("UPDATE cluster SET series_id = NULL")
    with open_index(own) as index:
        index.detectors.keep(None, KeptDetector(None, None, "it was tried"))
    eyecatch.index(fansub, db=own, runner="inline")
    assert {series for series, _ in named(own)} == {"Lantern"}
    assert [one.ranges for one in eyecatch.find("Hiei", db=own)] == before
    assert {one.row.series for one in eyecatch.unknowns(db=own).clusters} <= {"Lantern"}
    with open_index(own) as index:
        assert index.detectors.of_series("Lantern") == KeptDetector(None, None, "it was tried")
        assert not any(one.episode.names_due for one in index.summaries.episodes())


@pytest.mark.parametrize("other", ["Other - 03.mkv", "holiday.mkv", None])
def test_an_index_whose_files_do_not_agree_goes_on_without_a_series(own, fansub, other):
    with closing(sqlite3.connect(own)) as connection, connection:
        connection.execute("UPDATE episode SET series_id = NULL")
        if other is not None:
            connection.execute("UPDATE episode SET path = ? WHERE number = 2", [f"/a/{other}"])
    if other is None:  # a person said so
        eyecatch.episode("E02", series="", db=own)
    with open_index(own) as index:
        assert join_by_names(index) is None
    assert [series for series, _ in named(own)] == [None, None]


def test_what_a_person_says_stays(own, fansub, run):
    done = run("episode", "E02", "--season", 2, "--number", "5-6", "--title", "Lights", "--db", own)
    assert done == (0, "", f"{NAMES[1]} is Lantern S02E05-E06 “Lights”.\n")
    eyecatch.index(fansub, db=own, runner="inline")
    assert named(own) == [("Lantern", "E01"), ("Lantern", "S02E05-E06")]
    eyecatch.episode("2x06", special="OVA", db=own)
    assert named(own)[1] == ("Lantern", "S02 OVA5")
    eyecatch.episode("S02 OVA5", special="", number=1, title="", db=own)
    assert named(own)[1] == ("Lantern", "S02E01")


def test_what_a_name_was_read_to_say_is_taken_away(own, run):
    said = "--season", "3", "--title", "Lights", "--special", "OVA"
    assert run("episode", NAMES[0], *said, "--db", own)[0] == 0
    assert named(own)[-1] == ("Lantern", "S03 OVA1")
    away = "--season", "", "--number", "", "--title", "", "--special", "", "--series", ""
    status, _, err = run("episode", NAMES[0], *away, "--db", own)
    assert status == 0
    assert "has no name but its file's" in err
    with open_index(own) as index:
        name = pick_one(index, NAMES[0]).named
    assert [*name] == [None] * len(name)


def test_a_series_is_corrected_with_its_faces(own):
    eyecatch.unknowns(db=own)
    before = eyecatch.unknowns(db=own)
    for label in ("E01", "E02"):
        eyecatch.episode(label, series="Lantern Street", db=own)
    assert [one for one, _ in named(own)] == ["Lantern Street"] * 2
    after = eyecatch.unknowns(db=own)
    assert {one.row.series for one in after.clusters} == {"Lantern Street"}
    assert sum(one.row.faces for one in after.clusters) == sum(
        one.row.faces for one in before.clusters
    )


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, "nothing is said"),
        ({"number": "three"}, "no number"),
        ({"number": "3-1"}, "no number"),
        ({"season": -1}, "no season"),
        ({"series": "a\nb\x00"}, "no letters"),
    ],
)
def test_what_can_be_no_name_is_refused(own, said, wrong):
    with pytest.raises(RequestError, match=wrong):
        eyecatch.episode("E01", db=own, **said)


@pytest.mark.parametrize(
    "name",
    ["E01", "e1", "1", "#1", "S01E01", "1x01", "Lantern 1", "Lantern E01", NAMES[0], NAMES[0][:-4],
     "7a1f02c3"],
)  # fmt: skip
def test_an_episode_is_found_by_what_it_is_called(fansub, name):
    with open_index(str(fansub / "season.db")) as index:
        assert pick_one(index, name).named.label == "E01"


@pytest.mark.parametrize("name", ["S01E02", "1x02", "ep 2", "Lantern S01E02"])
def test_an_episode_is_forgotten_by_its_number(own, name, run):
    assert named(own)[1] == ("Lantern", "E02")
    assert run("forget", name, "--db", own)[0] == 0
    assert named(own) == [("Lantern", "E01")]


@pytest.mark.parametrize("name", ["2", "#2", "Lantern 2", "02v2", "S02E02"])
def test_nothing_is_forgotten_by_what_may_mean_something_else(own, name, run):
    status, _, err = run("forget", name, "--db", own)
    assert (status, f"no episode is called {name!r}" in err) == (1, True)
    assert len(named(own)) == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [("Lantern", "may be .*01.*, .*02v2"), ("S02E01", "no episode is called"), ("3", "no episode")],
)
def test_what_is_none_or_may_be_several_is_said(fansub, name, told):
    with open_index(str(fansub / "season.db")) as index, pytest.raises(RequestError, match=told):
        pick_one(index, name)


def test_a_file_is_found_where_it_is_and_where_it_was(own, fansub, tmp_path):
    """Moved, indexed there, and moved back; and copied to where nobody indexed it."""
    here, there, third = (tmp_path / name / "x.mkv" for name in ("a", "b", "c"))
    for path in (here, there, third):
        path.parent.mkdir()
    shutil.copy(fansub / NAMES[0], here)
    eyecatch.index(here, db=own, runner="inline")
    here.rename(there)
    eyecatch.index(there, db=own, runner="inline")
    with open_index(own) as index:
        assert pick_one(index, here).named.label == "E01", "a path of which it is known"
        there.rename(here)
        assert pick_one(index, here).named.label == "E01"
        shutil.copy(here, third)
        assert pick_one(index, third).named.label == "E01", "by its content"
        third.write_bytes(b"something else")
        other = tmp_path / "other.mkv"
        other.write_bytes(b"x")
        with pytest.raises(RequestError, match="is not in the index"):
            pick_one(index, other)
    with closing(sqlite3.connect(own)) as connection, connection:
        connection.execute("UPDATE episode SET path = ? WHERE number = 1", [str(there)])
    eyecatch.index(here, db=own, runner="inline")
    with open_index(own) as index:
        assert pick_one(index, "E01").video.path == here


@pytest.mark.parametrize(
    "words",
    [["index", "PATH"], ["index", "PATH", "--adapt"], ["find", "Rei"], ["render", "E01"],
     ["episode", "E01", "--number", "1"], ["forget", "E01"], ["segments"], ["unknowns"], ["undo"],
     ["export", "frames"], ["doctor", "--db"]],
)  # fmt: skip
def test_what_is_mistyped_makes_no_index(tmp_path, run, words, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "season").mkdir()
    words = [str(tmp_path / "saeson") if word == "PATH" else word for word in words]
    words = words[:-1] if words[-1] == "--db" else words
    status, _, err = run(*words, "--db", tmp_path / "none.db")
    assert status == 1
    assert [path.name for path in tmp_path.iterdir()] == ["season"]
    if words[0] == "index":
        assert "there is no such file or folder; did you mean season?" in err


@pytest.mark.parametrize(
    "url", ["memory://nothing/S01E01.mkv", "memory://nothing/*.mkv", "http://127.0.0.1:9/x.mkv",
            "s4://bucket/x.mkv", "file:///nothing/x.mkv"]
)  # fmt: skip
def test_a_mistyped_url_makes_no_index(tmp_path, run, url):
    status, _, err = run("index", url, "--db", tmp_path / "none.db")
    assert (status, err.count("\n")) == (1, 1)
    assert not (tmp_path / "none.db").exists()


def test_a_mistyped_path_is_no_failed_file(own, tmp_path):
    report = eyecatch.index(tmp_path / "missing.mkv", db=own, runner="inline")
    assert len(report.faults) == 1
    assert eyecatch.status(db=own).bad_files == ()
