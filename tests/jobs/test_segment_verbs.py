"""``eyecatch segments`` and ``segment``: what is listed, set, refused and taken back."""

from __future__ import annotations

import csv
import io
import json
import shutil

import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.index import open_index

COLUMNS = "episode,kind,start,stop,start_frame,stop_frame,confidence,by"


@pytest.fixture
def season_db(indexed, tmp_path):
    """Two episodes that share an opening of a second; the second has an ending too."""
    db = str(shutil.copy(indexed, tmp_path / "season.db"))
    with open_index(db) as index:
        index.segments.keep_found(
            {
                1: [FoundSegment(0, "opening", 0, 24, 0.91234, 0)],
                2: [
                    FoundSegment(1, "opening", 12, 36, 0.9, 0),
                    FoundSegment(1, "ending", 100, 124, 0.8, 1),
                ],
            }
        )
    return db


@pytest.fixture
def names(season_db):
    return [one.episode.name for one in eyecatch.episodes(db=season_db)]


def test_csv_is_exactly_as_it_was_agreed(run, season_db, names):
    status, out, err = run("segments", "--db", season_db, "--format", "csv")
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == COLUMNS
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["episode"] for row in rows] == [names[0], names[1], names[1]]
    values = ",".join(rows[0].values())
    assert values == f"{names[0]},opening,0.0,1.001,0,24,0.9123,model"


def test_json_has_the_same_and_more(run, season_db, names):
    status, out, _ = run("segments", names[1], "--db", season_db, "--json")
    rows = json.loads(out)
    assert status == 0
    assert [list(row)[:8] for row in rows] == [COLUMNS.split(",")] * 2
    assert [(row["kind"], row["start"], row["stop"]) for row in rows] == [
        ("opening", 0.501, 1.502),
        ("ending", 4.171, 5.172),
    ]
    assert {row["series"] for row in rows} == {"Drawn"}


def test_a_table_has_the_times_that_segment_takes(run, season_db, names):
    _, out, _ = run("segments", "--db", season_db)
    assert out.split("\n")[0].split() == COLUMNS.split(",")
    assert "opening   0:00.501   0:01.502" in out
    start, stop = next(line.split()[2:4] for line in out.splitlines() if "ending" in line)
    status, _, err = run("segment", names[1], start, stop, "preview", "--db", season_db)
    assert status == 0
    assert err == f"Said that 0:04 to 0:05 of {names[1]} is preview.\n"
    (row,) = (one.row for one in eyecatch.segments(db=season_db) if one.row.kind == "preview")
    assert (row.start_frame, row.stop_frame, row.by) == (100, 124, "person")


def test_a_segment_is_set_in_all_that_share_it_and_taken_back(run, season_db, names):
    before = run("segments", "--db", season_db, "--json")
    status, out, err = run("segment", names[0], "0:00", "1.49", "ending", "--db", season_db)
    assert (status, out) == (0, "")
    assert err == (
        f"Said that 0:00 to 0:02 of {names[0]} is ending, and the same in 1 more episode.\n"
    )
    found = [(one.row.kind, one.row.start_frame, one.row.stop_frame) for one in
             eyecatch.segments(db=season_db)]  # fmt: skip
    assert found[:2] == [("ending", 0, 36), ("ending", 12, 48)]
    assert run("undo", "--db", season_db)[0] == 0
    assert run("segments", "--db", season_db, "--json") == before


def test_story_is_no_segment(run, season_db, names):
    run("segment", names[0], "0", "1", "story", "--only-here", "--db", season_db)
    assert [one.episode.name for one in eyecatch.segments(db=season_db)] == [names[1]] * 2
    status, out, err = run("segments", names[0], "--db", season_db)
    assert (status, out) == (0, "")
    assert err.startswith(f"No segment is known of {names[0]}: eyecatch index ")
    assert run("segments", names[0], "--db", season_db, "--json")[1] == "[]\n"


def test_what_a_person_set_survives_the_next_index(season_db, season, bundle, names):
    eyecatch.segment(names[0], 2, 4, "recap", db=season_db)
    with open_index(season_db) as index:
        index.segments.mark_due([1, 2])
    eyecatch.index([season.folder], db=season_db, model=bundle, runner="inline", series="Drawn")
    kept = [(one.row.kind, one.row.start_frame, one.row.by) for one in
            eyecatch.segments(db=season_db)]  # fmt: skip
    assert ("recap", 48, "person") in kept


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["1", "2", "openning"], "'openning' is no kind of segment; the nearest is opening."),
        (["1", "2", "x"], "there are opening, ending, eyecatch, recap, preview, reused, story."),
        (["x", "2", "recap"], "the start can't be: 'x' is no time, as 90.5, 1:30.5 and 1:02:03"),
        (["1", "1:99999", "recap"], "it ends at 0:06."),
        (["2", "1", "recap"], "there is no frame from 0:02 to 0:01; give a start before"),
        (["1", "1.01", "recap"], "there is no frame from 0:01 to 0:01.01"),
    ],
)
def test_what_can_t_be_set_is_one_sentence(run, season_db, names, words, told):
    status, out, err = run("segment", names[0], *words, "--db", season_db)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert told in err


def test_what_is_not_there_is_one_sentence(run, season_db, tmp_path):
    assert "no episode is called 'S09E01'" in run("segments", "S09E01", "--db", season_db)[2]
    assert "no series is called 'Drwn'" in run("segments", "--series", "Drwn", "--db", season_db)[2]
    assert len(eyecatch.segments(db=season_db, series="drawn")) == 3
    with open_index(str(tmp_path / "empty.db")):
        pass
    status, out, err = run("segments", "--db", tmp_path / "empty.db")
    assert (status, out) == (1, "")
    assert err.startswith("eyecatch: the index has no episodes; fill it with: eyecatch index ")
    with pytest.raises(RequestError, match="no kind"):
        eyecatch.segment("x", 1, 2, "intro", db=season_db)
