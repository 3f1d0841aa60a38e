"""What a person adds is found in the other episodes, in those that come later too."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

import eyecatch
from eyecatch.core.segments.repeats import Repeats
from eyecatch.db.index import open_index
from eyecatch.jobs.segmenting import search as searching


@pytest.fixture
def openings(db):
    """Where the openings are, in an index that knows none of them any more."""
    found = [one for one in eyecatch.segments(db=db) if one.row.kind == "opening"]
    assert len(found) == 4
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DELETE FROM segment WHERE kind = 'opening'")
    return found


def told(found):
    return [(one.episode.name, one.row.start_frame, one.row.stop_frame) for one in found]


def now(db):
    return [one for one in eyecatch.segments(db=db) if one.row.kind == "opening"]


def add(db, one, **options):
    return eyecatch.segment(
        one.episode.name, float(one.start), float(one.stop), "opening", db=db, **options
    )


def test_what_is_added_is_found_in_the_others_and_taken_back(db, openings):
    done = add(db, openings[1])
    assert done.message.endswith("and the same in 3 more episodes")
    assert told(now(db)) == [
        (name, pytest.approx(start, abs=2), pytest.approx(stop, abs=2))
        for name, start, stop in told(openings)
    ]
    assert len({one.row.shared for one in now(db)}) == 1
    eyecatch.undo(db=db)
    assert now(db) == []


def test_of_one_episode_alone_it_is_looked_for_nowhere(db, openings):
    add(db, openings[1], only_here=True)
    assert told(now(db)) == [told(openings)[1]]


def test_a_recap_says_nothing_of_what_it_shows(db, openings):
    one = openings[1]
    eyecatch.segment(one.episode.name, float(one.start), float(one.stop), "recap", db=db)
    assert [it.episode for it in eyecatch.segments(db=db) if it.row.kind == "recap"] == [
        one.episode
    ]


def test_a_later_search_finds_it_in_later_episodes(db, openings, monkeypatch):
    add(db, openings[1])
    last = openings[3].episode.id
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DELETE FROM segment WHERE episode_id = ?", (last,))
        connection.execute("UPDATE episode SET segments_due = 1")
    monkeypatch.setattr(searching, "find_repeats", lambda _: Repeats((), ()))
    with open_index(db) as index:
        searching.search(index, [last])
    assert [one.row.by for one in now(db)] == ["person"] * 3 + ["model"]
    assert told(now(db))[3] == (
        openings[3].episode.name,
        pytest.approx(openings[3].row.start_frame, abs=2),
        pytest.approx(openings[3].row.stop_frame, abs=2),
    )
    eyecatch.undo(db=db)
    assert now(db) == []
