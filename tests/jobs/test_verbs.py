"""The verbs as a person or a script meets them: what they print, and with which status."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import cv2
import pytest

from eyecatch.core.synthetic.cast import CAST


@pytest.fixture(scope="session")
def known(indexed):
    """Somebody who is in the index for some time."""
    import eyecatch  # noqa: PLC0415 - the session's index comes first

    return eyecatch.characters(db=indexed)[0].name


def test_find_as_json_is_json_and_nothing_else(run, indexed, known):
    status, out, err = run("find", known.lower(), "--db", indexed, "--json")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert found
    for one in found:
        assert one["characters"] == [known]
        assert one["series"] == "Drawn"
        assert one["seconds"] == pytest.approx(
            sum(r["end"] - r["start"] for r in one["ranges"]), abs=0.01
        )
        assert one["first"] == one["ranges"][0]["start"]
        assert one["last"] == one["ranges"][-1]["end"]


def test_find_as_csv_and_table_tell_the_same(run, indexed, known):
    _, out, _ = run("find", known, "--db", indexed, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    _, table, _ = run("find", known, "--db", indexed)
    assert all(row["episode"].removesuffix(".mkv").split("_")[-1] in table for row in rows)
    start, _, end = rows[0]["ranges"].split(";")[0].partition("-")
    assert 0 <= float(start) < float(end)


def test_find_nobody_says_who_is_spelt_alike(run, indexed):
    status, out, err = run("find", CAST[0].name[:-1], "--db", indexed)
    assert (status, out) == (1, "")
    assert CAST[0].name in err


def test_find_with_too_high_a_wish_is_an_empty_answer(run, indexed, known):
    status, out, _ = run("find", known, "--db", indexed, "--min-seconds", 10000, "--json")
    assert (status, json.loads(out)) == (0, [])


@pytest.mark.parametrize("verb", ["episodes", "characters", "status"])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_questions_answer_in_every_form(run, indexed, verb, form):
    status, out, err = run(verb, "--db", indexed, "--format", form)
    assert (status, err) == (0, "")
    assert ("S01E01" in out) == (verb != "characters")
    if form == "json":
        assert json.loads(out)


def test_status_tells_what_made_the_rows(run, indexed):
    _, out, _ = run("status", "--db", indexed, "--json")
    told = json.loads(out)
    (made,) = told["runs"]
    assert made["state"] == "done"
    assert made["config"]["scan"]["detector"]["name"] == "cnn"
    assert made["versions"]["eyecatch"]
    assert {one["state"] for one in told["episodes"]} == {"done"}


def test_index_tells_progress_and_faults_on_standard_error(run, season, bundle, db, tmp_path):
    missing = tmp_path / "missing.mkv"
    status, out, err = run(
        "index", season.episodes[0], missing, "--model", bundle, "--db", db, "--runner", "inline"
    )
    assert (status, out) == (3, "")
    assert "missing.mkv" in err
    assert "chunks 1/1" in err
    assert "Limited by" not in err
    assert f"Ask who is where:  eyecatch find --db {db} " in err
    status, _, err = run("index", season.episodes[0], "--model", bundle, "--db", db)
    assert status == 0
    assert "1 episode is up to date" in err


def test_index_of_nothing_but_faults_tells_no_more_than_them(run, db, tmp_path):
    status, out, err = run("index", tmp_path / "missing.mkv", "--db", db)
    assert (status, out) == (1, "")
    assert [line for line in err.splitlines() if line] == [
        f"eyecatch: {tmp_path}/missing.mkv: there is no such file or folder; check how it is spelt."
    ]


def test_index_tells_where_the_time_went(run, season, bundle, db):
    words = ("--model", bundle, "--db", db, "--runner", "inline", "--profile", "--quiet")
    status, out, err = run("index", season.episodes[0], *words)
    assert (status, out) == (0, "")
    assert "Limited by " in err
    stages = {line.split()[0] for line in err.splitlines() if "%" in line}
    assert {"decode", "compare", "shrink", "detect", "follow", "crop", "identify"} <= stages


def test_identify_is_a_line_of_json_an_image(run, season, bundle, put_giants, tmp_path):
    video = cv2.VideoCapture(str(season.episodes[0]))
    _, picture = video.read()
    still = tmp_path / "still.png"
    cv2.imwrite(str(still), picture)
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")
    put_giants(tmp_path)
    status, out, err = run("identify", tmp_path, "--model", bundle)
    assert status == 3
    assert "broken.png" in err
    assert "giant.png: has 12000 x 12000 pixels" in err
    assert "sparse.png: has 60,000 MB" in err
    (told,) = [json.loads(line) for line in out.splitlines()]
    assert told["image"] == str(still)
    for face in told["faces"]:
        assert set(face) >= {"box", "score", "character", "confidence", "top"}
        assert len(face["box"]) == 4
    status, out, _ = run("identify", still, "--crop", "--model", bundle)
    (told,) = [json.loads(line) for line in out.splitlines()]
    assert told["faces"][0]["box"] == [0, 0, picture.shape[1], picture.shape[0]]


def test_a_wrong_word_is_told_with_status_2(run):
    status, _, err = run("index")
    assert status == 2
    assert "PATHS" in err


def test_an_episode_is_forgotten_and_its_file_is_not(run, indexed, season, tmp_path):
    db = shutil.copy(indexed, tmp_path / "season.db")
    before = Path(db).read_bytes()
    status, out, err = run("forget", "Lantern_Street_S01E01", "--db", db, "--dry-run")
    assert (status, out) == (0, "")
    assert "Would forget Lantern_Street_S01E01.mkv" in err
    assert " faces." in err
    assert Path(db).read_bytes() == before
    assert run("forget", season.episodes[0], "--db", db)[0] == 0
    assert "S01E01" not in run("status", "--db", db, "--json")[1]
    assert season.episodes[0].is_file()
    status, _, err = run("forget", "Lantern_Street_S01E01", "--db", db)
    assert status == 1
    assert "no episode is called" in err
