"""Naming the unknown by the command line and by Python: from no bundle to every answer."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.errors import DatabaseError, RequestError, UnknownCharacterError
from eyecatch.core.images import read_image
from eyecatch.db.index import open_index
from eyecatch.training.dataset import read_faces


def rows(db):
    with open_index(db, create=False) as index:
        return list(index.exports.frames(unsure=True))


def named(db, who):
    return {(row.episode, row.frame) for row in rows(db) if row.character == who}


KILLED_BETWEEN = """
import os, sys
import eyecatch
from eyecatch.jobs.naming.pipeline import NamingPipeline
NamingPipeline.propagate = lambda self: os._exit(9)
eyecatch.name(int(sys.argv[1]), "Hiei", db=sys.argv[2])
"""


def test_a_kill_between_a_name_and_what_follows_from_it_leaves_neither(unnamed, somebody):
    script = [sys.executable, "-c", KILLED_BETWEEN, str(somebody[0]), unnamed]
    assert subprocess.run(script, check=False).returncode == 9
    with open_index(unnamed, create=False) as index:
        assert index.actions.last() is None
        assert index.appearances.named_share().named == 0
        with pytest.raises(UnknownCharacterError):
            index.characters.own_name("Hiei")


def test_no_bundle_is_needed(run, unnamed, whose, evening):
    _, out, _ = run("unknowns", "--db", unnamed, "--json")
    told = json.loads(out)
    assert told["named"] == 0
    assert [one["seconds"] for one in told["clusters"]] == sorted(
        (one["seconds"] for one in told["clusters"]), reverse=True
    )
    assert set(told["clusters"][0]["faces"][0]) == {
        "face", "cluster", "episode", "track", "start", "seconds", "character", "confidence",
        "path",
    }  # fmt: skip
    for number, who in whose.items():
        if who != "unknown":
            assert run("name", number, who, "--db", unnamed)[0] == 0
    found = {one.name for one in eyecatch.characters(db=unnamed) if one.episodes}
    assert found <= set(evening.characters)
    assert len(found) >= 4
    assert json.loads(run("unknowns", "--db", unnamed, "--json")[1])["named"] > 0.8


def test_name_and_undo_change_what_find_answers(run, unnamed, somebody):
    number, who = somebody
    with pytest.raises(UnknownCharacterError):
        eyecatch.find([who], db=unnamed)
    status, out, err = run("name", number, who, "--db", unnamed)
    assert (status, out) == (0, "")
    assert err.startswith("Named ")
    assert eyecatch.find([who.lower()], db=unnamed)
    assert (
        run("undo", "--db", unnamed)[2]
        == f"Took back: {err[0].lower()}{err[1:].split(' in ')[0]}.\n"
    )
    with pytest.raises(UnknownCharacterError):
        eyecatch.find([who], db=unnamed)


def test_the_same_again_gives_the_same_clusters(unnamed):
    first = eyecatch.unknowns(db=unnamed)
    assert eyecatch.unknowns(db=unnamed) == first


def test_split_merge_and_unname(run, unnamed):
    cluster = next(one for one in eyecatch.unknowns(db=unnamed).clusters if one.row.faces > 1)
    number, face = cluster.row.id, cluster.faces[0].id
    _, _, err = run("split", number, face, "--db", unnamed)
    new = int(err.split()[3])
    again = {one.row.id: one for one in eyecatch.unknowns(db=unnamed).clusters}
    assert [one.id for one in again[new].faces] == [face]
    assert again[number].row.faces == cluster.row.faces - 1
    run("name", number, "Hiei", "--db", unnamed)
    with open_index(unnamed) as index:
        assert face not in {one.id for one in index.faces.of_character("Hiei")}, "it was split off"
    run("unname", "hiei", "--db", unnamed)
    assert run("merge", number, new, "--db", unnamed)[2] == f"Merged cluster {new} into {number}.\n"
    merged = {one.row.id: one for one in eyecatch.unknowns(db=unnamed).clusters}[number]
    assert {one.id for one in merged.faces} == {one.id for one in cluster.faces}


def test_a_wrong_face_is_picked_out_and_stays_out(run, unnamed, somebody):
    number, who = somebody
    run("name", number, who, "--db", unnamed)
    with open_index(unnamed) as index:
        wrong = index.faces.of_character(who)[0].id
    status, _, err = run("unname", "--face", wrong, "--db", unnamed)
    assert (status, err) == (0, f"Said that 1 face is not {who}.\n")
    with open_index(unnamed) as index:
        assert wrong not in {one.id for one in index.faces.of_character(who)}


def test_nobody_is_set_aside(run, unnamed, somebody):
    number, _ = somebody
    before = eyecatch.unknowns(db=unnamed)
    assert run("name", number, "--nobody", "--db", unnamed)[0] == 0
    after = eyecatch.unknowns(db=unnamed)
    assert number not in {one.row.id for one in after.clusters}
    assert after.share.aside > 0
    assert after.share.part == before.share.part == 0


def test_names_follow_to_a_new_episode(evening, tmp_path, whose):
    """Named after the first night, the characters are known in what the second one brings."""
    db = str(tmp_path / "season.db")
    eyecatch.index([evening.episodes[0]], db=db, runner="inline", series="Drawn")
    told = eyecatch.unknowns(db=db)
    largest = told.clusters[0]
    eyecatch.name(largest.row.id, "Somebody", db=db)
    eyecatch.index([evening.episodes[1]], db=db, runner="inline", series="Drawn")
    new = {row.episode for row in rows(db)} - {evening.episodes[0].name}
    assert new == {evening.episodes[1].name}
    with open_index(db) as index:
        kinds = Counter(
            (one.decided_by, one.character)
            for status in index.summaries.status()
            for one in index.exports.tracks(status.episode.id)
        )
    assert kinds["person", "Somebody"] == largest.row.faces
    assert kinds["model", "Somebody"] > 0


def test_names_survive_a_new_detector_a_new_bundle_and_a_moved_file(
    evening, bundle, unnamed, somebody, tmp_path
):
    number, who = somebody
    alias = f"{who} the First"  # a name that the bundle doesn't know
    eyecatch.name(number, alias, db=unnamed)
    first = named(unnamed, alias)

    moved = tmp_path / "elsewhere"
    shutil.copytree(evening.folder, moved)
    for path in moved.glob("*.mkv"):
        path.rename(path.with_stem(f"renamed {path.stem}"))
    report = eyecatch.index([moved], db=unnamed, runner="inline")
    assert report.progress.chunks == 0
    assert {frame for _, frame in named(unnamed, alias)} == {frame for _, frame in first}

    eyecatch.index([moved], db=unnamed, model=bundle, runner="inline")
    by_model = named(unnamed, alias)
    assert {frame for _, frame in first} <= {frame for _, frame in by_model}
    assert {row.character for row in rows(unnamed)} > {alias}

    other = DetectorConfig(lines=300)
    report = eyecatch.index([moved], db=unnamed, model=bundle, detector=other, runner="inline")
    assert report.progress.chunks > 0
    kept = {frame for _, frame in named(unnamed, alias)}
    frames = {frame for _, frame in first}
    assert len(kept & frames) > 0.9 * len(frames)
    eyecatch.undo(db=unnamed)
    with open_index(unnamed) as index:
        assert index.faces.of_character(alias) == []


def test_named_faces_are_what_train_takes(unnamed, whose, tmp_path):
    for number, who in whose.items():
        eyecatch.name(number, who, db=unnamed)
    eyecatch.export("dataset", db=unnamed, form="crops", out=tmp_path / "FACES")
    people = read_faces(tmp_path / "FACES")
    assert {who for who in whose.values() if who != "unknown"} <= set(people.names)
    assert len(people.crops) > 20


def test_contact_sheets_show_each_cluster(run, unnamed, tmp_path):
    sheets = tmp_path / "sheets"
    run("unknowns", "--sheet", sheets, "--most", 3, "--db", unnamed)
    made = sorted(sheets.iterdir())
    assert len(made) == 3
    assert read_image(made[0]).shape[1] > 300
    (tmp_path / "taken").write_text("")
    with pytest.raises(RequestError, match="is a file; name a folder"):
        eyecatch.unknowns(db=unnamed, sheet=tmp_path / "taken")


@pytest.mark.parametrize("form", ["table", "csv"])
def test_unknowns_in_other_forms(run, unnamed, form):
    status, out, err = run("unknowns", "--db", unnamed, "--format", form)
    assert status == 0
    assert "cluster" in out
    assert "of the faces' screen time has a name" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["name", "999", "Hiei"], "there is no cluster 999"),
        (["name", "1"], "--nobody"),
        (["name", "1", "Hiei", "--nobody"], "--nobody"),
        (["unname"], "--face"),
        (["unname", "Hiei"], "no character is called 'Hiei'"),
        (["merge", "1", "1"], "with itself"),
        (["split", "1", "99999"], "does not wait in cluster 1"),
        (["undo"], "nothing to undo"),
    ],
)
def test_what_can_t_be_done_is_one_sentence(run, unnamed, words, told):
    status, out, err = run(*words, "--db", unnamed)
    assert status != 0
    assert out == ""
    assert told in err
    assert "Traceback" not in err


def test_there_has_to_be_an_index(run, tmp_path):
    for words in (["unknowns"], ["undo"], ["review"]):
        status, _, err = run(*words, "--db", tmp_path / "none.db")
        assert status == 1
        assert "there is no index" in err


@pytest.mark.parametrize("hurt", [b"", b"no picture", "half"])
def test_a_stored_face_that_is_damaged_stops_nothing(hurt, evening, bundle, unnamed, tmp_path, run):
    """It stands for nobody, and is told; all others are named."""
    with closing(sqlite3.connect(unnamed)) as base, base:
        (number, jpeg) = base.execute("SELECT id, jpeg FROM crop LIMIT 1").fetchone()
        left = jpeg[: len(jpeg) // 2 - 400] if hurt == "half" else hurt
        base.execute("UPDATE crop SET jpeg = ? WHERE id = ?", (left, number))
        base.execute("DELETE FROM identification")
        base.execute("DELETE FROM face")
        (crops,) = base.execute("SELECT count(*) FROM crop").fetchone()
    status, _, err = run("unknowns", "--db", unnamed, "--sheet", tmp_path / "sheets")
    assert (status, "Traceback" in err) == (0, False)
    report = eyecatch.index([evening.folder], db=unnamed, model=bundle, runner="inline")
    assert report.faults == ()
    with closing(sqlite3.connect(unnamed)) as base:
        told = base.execute("SELECT bundle_id, count(*) FROM identification GROUP BY 1").fetchall()
    assert [count for _, count in told] == [crops, crops]
    assert any(one.episodes for one in eyecatch.characters(db=unnamed))


def test_what_is_no_face_is_said_and_measures_the_detector(run, unnamed, whose, somebody):
    number, who = somebody
    other = next(one for one in whose if one != number)
    assert "Nobody has said" in run("evaluate-detector", "--db", unnamed)[2]
    assert json.loads(run("evaluate-detector", "--db", unnamed, "--json")[1]) == []
    with open_index(unnamed, create=False) as index:
        wrong, right = (index.clusters.get(one).faces for one in (other, number))
    status, out, err = run("name", other, "--no-face", "--db", unnamed)
    assert (status, out) == (0, "")
    assert err.startswith(f"Set {'1 face' if wrong == 1 else f'{wrong} faces'} aside as no face in")
    assert run("name", number, who, "--db", unnamed)[0] == 0
    (told,) = json.loads(run("evaluate-detector", "--db", unnamed, "--json")[1])
    assert {name: told[name] for name in ("found", "missed", "wrong", "avoided")} == {
        "found": right, "missed": 0, "wrong": wrong, "avoided": 0,
    }  # fmt: skip
    assert told["precision"] == pytest.approx(right / (right + wrong))
    assert (told["recall"], told["episodes"]) == (1, 2)
    assert told["detector"].startswith("cnn ")
    assert f"{right / (right + wrong):.3f}" in run("evaluate-detector", "--db", unnamed)[1]
    assert run("name", number, who, "--no-face", "--db", unnamed)[0] == 2
    assert run("evaluate-detector", "IMAGES")[0] == 2
    assert run("undo", "--db", unnamed)[0] == run("undo", "--db", unnamed)[0] == 0
    assert json.loads(run("evaluate-detector", "--db", unnamed, "--json")[1]) == []


def test_who_waits_is_told_with_how_to_name_them(run, unnamed, blurred):
    _, out, err = run("unknowns", "--db", unnamed)
    first = out.splitlines()[2].split()[0]
    assert err.splitlines()[-2].endswith(f"name --db {unnamed} {first} NAME")
    assert err.splitlines()[-1].endswith(f"review --db {unnamed}")
    for words in (("--quiet",), ("--json",), ("--format", "csv")):
        assert "NAME" not in run("unknowns", "--db", unnamed, *words)[2]


def test_an_index_that_may_only_be_read_says_who_waits(run, evening, tmp_path, monkeypatch):
    db = str(tmp_path / "season.db")
    eyecatch.index(evening.episodes[:1], db=db, runner="inline")
    before = Path(db).read_bytes()
    monkeypatch.setattr("eyecatch.db.connection.opening.is_read_only", lambda _: True)
    found = eyecatch.unknowns(db=db)
    assert found.clusters
    assert Path(db).read_bytes() == before
    with pytest.raises(DatabaseError, match="read-only"):
        eyecatch.name(found.clusters[0].id, "Hiei", db=db)
