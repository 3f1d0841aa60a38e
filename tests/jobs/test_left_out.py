"""``--with`` on the command line, and what a table says of the segments that it leaves out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.index import open_index


@pytest.fixture
def with_openings(indexed, tmp_path):
    """A copy of the index in which the first episode is an opening as a whole."""
    db = tmp_path / "openings.db"
    db.write_bytes(Path(indexed).read_bytes())
    with open_index(str(db)) as index:
        first, *others = sorted(
            (one.episode for one in index.summaries.episodes()), key=lambda one: one.name
        )
        found = {first.id: [FoundSegment(0, "opening", 0, first.frames, 0.9, 0)]}
        for one in others:
            found[one.id] = [FoundSegment(0, "recap", 0, 3, 0.9, 1)]
        index.segments.keep_found(found)
    return db, first


@pytest.fixture
def known(with_openings):
    """Somebody who is in the first episode, and how many episodes they are in."""
    db, first = with_openings
    cast = {
        one.episode.id: [role.character for role in one.cast]
        for one in eyecatch.episodes(db=str(db), with_kinds="all")
    }
    return cast[first.id][0]


def test_a_table_says_what_it_left_out_and_how_it_is_counted(run, with_openings, known):
    db, first = with_openings
    status, out, err = run("find", known, "--db", db)
    assert status == 0
    assert "1 opening" in out + err
    assert "--with all counts" in out + err
    assert first.named.label not in out
    status, out, err = run("find", known, "--db", db, "--with", "all")
    assert (status, err) == (0, "")
    assert first.named.label in out
    assert "--with" not in out


def test_somebody_who_is_in_openings_alone_is_said_to_be_there(run, indexed, tmp_path):
    db = tmp_path / "all.db"
    db.write_bytes(Path(indexed).read_bytes())
    with open_index(str(db)) as index:
        every = [one.episode for one in index.summaries.episodes()]
        index.segments.keep_found(
            {one.id: [FoundSegment(0, "opening", 0, one.frames, 0.9, 0)] for one in every}
        )
    who = eyecatch.characters(db=str(db), with_kinds="opening")[0]
    status, out, err = run("find", who.name, "--db", db)
    assert (status, out) == (0, "")
    several = f"{who.episodes} openings" if who.episodes > 1 else "1 opening"
    assert f"No episode features them; they are in {several}: --with all counts" in err
    status, out, _ = run("characters", "--db", db)
    assert "Without openings: --with all counts them." in out


def test_json_says_the_segment_of_a_range_and_what_is_left_out(run, with_openings, known):
    db, first = with_openings
    _, out, _ = run("find", known, "--db", db, "--with", "opening,recap", "--json")
    (mine,) = [one for one in json.loads(out) if one["episode"] == first.name]
    assert {one["segment"] for one in mine["ranges"]} == {"opening"}
    assert mine["left_out"] == {}
    _, out, _ = run("episodes", "--db", db, "--json")
    (row,) = [one for one in json.loads(out) if one["episode"] == first.name]
    assert row["characters"] == []
    assert row["left_out"]["opening"] > 0
    _, out, _ = run("characters", "--db", db, "--json")
    (row,) = [one for one in json.loads(out) if one["character"] == known]
    assert row["left_out"]["opening"]["episodes"] == 1


def test_csv_has_the_columns_it_had(run, with_openings, known):
    db, _ = with_openings
    _, out, err = run("find", known, "--db", db, "--with", "all", "--format", "csv")
    (header, *_) = csv.reader(io.StringIO(out))
    assert header == ["episode", "characters", "seconds", "first", "last", "ranges"]
    assert err == ""


@pytest.mark.parametrize(
    "verb", [["find", "X"], ["episodes"], ["characters"], ["export", "appearances"]]
)
def test_a_wrong_kind_is_refused_with_a_suggestion(run, with_openings, verb, known):
    db, _ = with_openings
    words = [known if one == "X" else one for one in verb]
    status, out, err = run(*words, "--db", db, "--with", "openning")
    assert (status, out) == (1, "")
    assert "did you mean opening? Choose of opening, ending, eyecatch, recap, preview, all" in err


def test_exports_of_appearances_count_story_and_frames_are_all_there(with_openings, tmp_path):
    db, first = with_openings
    before = eyecatch.export("frames", db=str(db), form="json", out=tmp_path / "f.json").rows
    rows = list(json.loads((tmp_path / "f.json").read_text()))
    assert before == len(rows)
    assert {one["segment"] for one in rows if one["episode"] == first.name} == {"opening"}
    story = tmp_path / "story.json"
    eyecatch.export("appearances", db=str(db), form="json", out=story)
    assert first.name not in {one["episode"] for one in json.loads(story.read_text())}
    whole = tmp_path / "all.json"
    eyecatch.export("appearances", db=str(db), form="json", out=whole, with_kinds=["opening"])
    segments = {
        one["segment"] for one in json.loads(whole.read_text()) if one["episode"] == first.name
    }
    assert segments == {"opening"}
    cues = eyecatch.export(
        "appearances", db=str(db), form="vtt", out=tmp_path / "vtt", with_kinds="all"
    )
    assert (
        cues.rows
        > eyecatch.export("appearances", db=str(db), form="vtt", out=tmp_path / "vtt2").rows
    )


def test_sheets_show_story(with_openings, known, tmp_path):
    db, first = with_openings
    wanted = {"db": str(db), "episodes": [first.name]}
    for sheet in ("season", "timeline", "faces"):
        with pytest.raises(RequestError, match="nothing to draw"):
            eyecatch.export(
                "sheet", out=tmp_path / sheet, sheet=sheet, characters=[known], **wanted
            )
        done = eyecatch.export(
            "sheet",
            out=tmp_path / sheet,
            sheet=sheet,
            characters=[known],
            with_kinds="all",
            **wanted,
        )
        assert done.rows == 1


def test_a_glimpse_is_told_of_and_shown_where_somebody_asks(run, indexed, tmp_path):
    db = tmp_path / "crumb.db"
    db.write_bytes(Path(indexed).read_bytes())
    with open_index(str(db)) as index:
        who = index.summaries.characters()[0].name
        only = index.queries.find([who], min_seconds=0)
        index.segments.keep_found(
            {
                one.episode.id: [
                    FoundSegment(0, "recap", 0, one.ranges[0].stop_frame - 1, 0.9, 0),
                    FoundSegment(0, "recap", one.ranges[0].stop_frame, one.episode.frames, 0.9, 1),
                ]
                for one in only
            }
        )
    status, out, err = run("find", who, "--db", db)
    assert (status, out) == (0, "")
    assert "under a second: --min-seconds 0 shows" in err
    _, out, _ = run("characters", "--db", db, "--json")
    (row,) = [one for one in json.loads(out) if one["character"] == who]
    assert (row["episodes"], row["glimpses"]) == (0, len(only))
    _, out, _ = run("find", who, "--db", db, "--min-seconds", 0, "--json")
    frames = [
        one["end_frame"] - one["start_frame"] for row in json.loads(out) for one in row["ranges"]
    ]
    assert frames == [1] * len(only)
    _, out, _ = run("episodes", "--db", db)
    assert "under a second: --min-seconds 0 shows" in out


def test_episodes_with_too_little_of_somebody_are_told_of(run, indexed):
    who, least = next(
        (role.character, role.seconds)
        for one in eyecatch.episodes(db=indexed)
        for role in one.cast
        if role.seconds > 1.1
    )
    listed = len(eyecatch.find(who, db=indexed))
    some = eyecatch.find(who, db=indexed, min_seconds=least + 0.001)
    assert len(some) + some.too_short == listed > len(some)
    status, out, err = run("find", who, "--db", indexed, "--min-seconds", 5000)
    assert (status, out) == (0, "")
    episodes = "1 episode" if listed == 1 else f"{listed} episodes"
    assert f"And in {episodes} for less than 5000 s: --min-seconds 1 shows" in err
    assert "less than" not in "".join(run("find", who, "--db", indexed)[1:])


def test_an_episode_in_which_nothing_counts_is_no_row(run, with_openings, known):
    db, first = with_openings
    for words, there in (((), False), (("--with", "all", "--min-seconds", "0"), True)):
        rows = json.loads(run("find", known, "--db", db, "--json", *words)[1])
        assert (str(first.path) in {row["path"] for row in rows}) is there
