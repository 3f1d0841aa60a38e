"""Each column of an index given what can't be in it: every verb and page answers, or says why not.

The whole sweep is slow; a few columns, chosen by a seed, are tried each time.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing, suppress

import pytest
from starlette.testclient import TestClient

from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.index import open_index
from eyecatch.db.models import Base
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.state import AppState

VALUES = (b"\xff\x00", "Hiei", 2**62, -(2**62), 0, -1.5, 9e999, "[[]]", None)

VERBS = (
    ("find", "Akari", "Daichi", "--json"),
    ("episodes",),
    ("characters", "--json"),
    ("status", "--json"),
    ("segments",),
    ("export", "segments", "--format", "kodi", "--out", "{out}/segments"),
    ("export", "frames", "--format", "csv", "--out", "{out}/frames.csv"),
    ("export", "appearances", "--format", "json", "--out", "{out}/appearances.json"),
    ("unknowns", "--json"),
    ("undo",),
)

PAGES = (
    "/", "/?number=2", "/episodes/1", "/unknowns", "/unsure", "/clusters/1", "/characters/1",
    "/faces/1.jpg", "/episodes/1/video", "/episodes/1/boxes?start=0&stop=5", "/search?q=a",
)  # fmt: skip

COLUMNS = [
    (table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns
]
SAMPLE = random.Random(24).sample([(*column, value) for column in COLUMNS for value in VALUES], 3)


@pytest.fixture(scope="module")
def named(grouped, tmp_path_factory):
    """An index in which a person named somebody, too."""
    db = shutil.copy(grouped, tmp_path_factory.mktemp("named") / "season.db")
    with open_index(str(db)) as index:
        first, second = index.clusters.waiting(0, 2)
        index.actions.name_cluster(first.id, "Akari")
        index.actions.name_cluster(second.id, "Daichi")
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return db


@pytest.mark.parametrize(("table", "column", "value"), SAMPLE, ids=map(ascii, SAMPLE))
def test_some_wrong_values_are_sentences(named, run, tmp_path, table, column, value):
    assert _faults(named, run, tmp_path, table, column, value) == []


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=map(".".join, COLUMNS))
def test_every_wrong_value_is_a_sentence(named, run, tmp_path, table, column):
    faults = [
        (value, fault)
        for value in VALUES
        for fault in _faults(named, run, tmp_path, table, column, value)
    ]
    assert faults == []


def test_a_segment_that_ends_before_it_begins_stops_nobody(named, run, tmp_path):
    db = shutil.copy(named, tmp_path / "wrong.db")
    with open_index(str(db)) as index:
        index.segments.keep_found({1: [FoundSegment(0, "opening", 10, 200, 0.9, 0)]})
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute(
            "UPDATE segment SET start = stop, stop = start, "
            "start_pts = stop_pts, stop_pts = start_pts"
        )
    assert [*_faults_of_verbs(db, run, tmp_path), *_faults_of_pages(db, tmp_path)] == []
    assert "a segment ends before it begins" in run("doctor", "--db", db)[1]


def _faults(named, run, tmp_path, table, column, value):
    """What goes otherwise than it should with an index that has a value in a column, everywhere."""
    db = tmp_path / "wrong.db"
    for old in tmp_path.glob("wrong.db*"):
        old.unlink()
    shutil.copy(named, db)
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        with suppress(sqlite3.IntegrityError):  # SQLite itself keeps some out
            connection.execute(f'UPDATE "{table}" SET "{column}" = ?', (value,))
    return [*_faults_of_verbs(db, run, tmp_path), *_faults_of_pages(db, tmp_path)]


def _faults_of_verbs(db, run, tmp_path):
    """Verbs that end otherwise than with an answer, or with a sentence and status 1."""
    for verb in VERBS:
        words = [word.format(out=tmp_path) for word in verb]
        try:
            status, _, err = run(*words, "--db", str(db))
        except Exception as error:
            yield f"{' '.join(verb)}: {type(error).__name__}: {error}"
        else:
            if status not in {0, 1} or "Traceback" in err:
                yield f"{' '.join(verb)}: status {status}, {err}"


def _faults_of_pages(db, tmp_path):
    """Pages that end with the server's own error."""
    with open_index(str(db), create=False) as index:
        room = AppState(index, tmp_path / "proxies")
        try:
            with TestClient(make_app(room), "http://127.0.0.1") as client:
                for page in PAGES:
                    try:
                        client.get(page)
                    except Exception as error:
                        yield f"{page}: {type(error).__name__}: {error}"
        finally:
            room.close()
