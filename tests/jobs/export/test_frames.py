"""``export frames``: every face of every frame, exactly as the index has it."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import eyecatch
from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import main

HEADER = "episode,frame,time,track,character,confidence,x,y,w,h,held"


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_holds_the_truth_of_every_frame(filled, tmp_path):
    out = tmp_path / "frames.csv"
    done = eyecatch.export("frames", db=filled.db, out=out, unsure=True)
    assert out.read_text().splitlines()[0] == HEADER
    rows = rows_of(out)
    assert done.rows == len(rows) == len(filled.truth)
    said = {
        (r["episode"], int(r["frame"]), r["character"] or "unknown", *(int(r[k]) for k in "xywh"))
        for r in rows
    }
    true = {
        (t.episode, t.frame, t.label, *np.rint(t[3:]).astype(int).tolist()) for t in filled.truth
    }
    assert said == true
    order = [(r["episode"], int(r["frame"]), int(r["x"])) for r in rows]
    assert order == sorted(order)
    for row in rows:  # Matroska keeps whole milliseconds
        assert float(row["time"]) == pytest.approx(int(row["frame"]) * 1001 / 24000, abs=5.1e-4)
        assert row["held"] in {"0", "1"}


def test_a_name_that_is_not_sure_is_not_said_but_its_candidates_are(filled, tmp_path):
    out = tmp_path / "frames.json"
    eyecatch.export("frames", db=filled.db, form="json", out=out, episodes=["S01E02"])
    rows = json.loads(out.read_text())
    assert rows
    assert {row["episode"] for row in rows} == {"S01E02.mkv"}
    assert all(row["character"] is None for row in rows)
    assert all(row["unsure"] == [[filled.unsure, 0.6], ["Somebody", 0.3]] for row in rows)
    eyecatch.export("frames", db=filled.db, out=out, episodes=["S01E02.mkv"], force=True)
    assert {row["character"] for row in rows_of(out)} == {""}


def test_parquet_and_json_hold_the_same(filled, tmp_path):
    names = ("parquet", "json")
    for form in names:
        eyecatch.export("frames", db=filled.db, form=form, out=tmp_path / form)
    table = pq.read_table(tmp_path / "parquet").to_pylist()
    for row in table:
        row["unsure"] = [list(pair) for pair in row["unsure"]]
    assert table == json.loads((tmp_path / "json").read_text())


def test_only_some_characters(filled, tmp_path):
    name = next(row.label for row in filled.truth if row.label != "unknown")
    out = tmp_path / "some.csv"
    eyecatch.export("frames", db=filled.db, out=out, characters=[name.lower()])
    assert {row["character"] for row in rows_of(out)} == {name}
    with pytest.raises(UnknownCharacterError):
        eyecatch.export("frames", db=filled.db, characters=["Nobody"])


def test_standard_output_holds_rows_and_nothing_else(filled, capfdbinary):
    main(["export", "frames", "S01E01", "--db", filled.db])
    out, err = capfdbinary.readouterr()
    lines = out.decode().splitlines()
    assert lines[0] == HEADER
    assert len(lines) == 1 + sum(row.episode == "S01E01.mkv" for row in filled.truth)
    assert err == b""


def test_a_reader_that_has_seen_enough_is_no_error(filled):
    command = [sys.executable, "-m", "eyecatch", "export", "frames", "--db", filled.db]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_standard_output_is_said(filled):
    command = [sys.executable, "-m", "eyecatch", "export", "frames", "--db", filled.db]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"eyecatch: standard output can't be written \(.*\); .*\n", done.stderr)


def test_what_is_there_needs_force(filled, tmp_path):
    out = tmp_path / "frames.csv"
    out.write_text("mine")
    with pytest.raises(RequestError, match=r"exists already; .*--force"):
        eyecatch.export("frames", db=filled.db, out=out)
    assert out.read_text() == "mine"
    eyecatch.export("frames", db=filled.db, out=out, force=True)
    assert out.read_text().startswith(HEADER)
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (
            {"episodes": ["S01E1.mkv"]},
            "no episode is called 'S01E1.mkv'; the nearest are S01E01.mkv",
        ),
        ({"episodes": ["?"]}, "no episode is called '?'; see: eyecatch episodes."),
        ({"form": "xls"}, "'xls' is no format of frames; choose csv or json or parquet."),
        ({"form": "parquet"}, "parquet can't go to standard output; name a file with --out."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(filled, wish, said):
    with pytest.raises(RequestError) as error:
        eyecatch.export("frames", db=filled.db, **wish)
    assert said in str(error.value)


def test_an_index_without_episodes_says_so(tmp_path):
    db = str(tmp_path / "empty.db")
    open_index(db).close()
    with pytest.raises(RequestError, match="the index has no episodes"):
        eyecatch.export("frames", db=db)


def test_a_folder_that_cannot_be_made_is_said(filled, tmp_path):
    out = tmp_path / "no" / "frames.csv"
    out.parent.write_text("a file where a folder should be")
    with pytest.raises(RequestError, match=r"can't be written \(.*\); choose another place"):
        eyecatch.export("frames", db=filled.db, out=out)
