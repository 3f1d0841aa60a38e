"""What repeats is found when a season is indexed, once, and in earlier versions' indexes too."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from contextlib import closing

import pytest

import eyecatch
from eyecatch.core.scan.config import ScanConfig
from eyecatch.db.index import open_index
from eyecatch.jobs.segmenting.hash_missing import hash_missing


def found(db):
    """(episode, kind, first frame, the one after the last) of all segments."""
    with open_index(db) as index:
        names = {one.id: one.name for one in index.episodes.listed()}
        return sorted(
            (names[episode], one.kind, one.start_frame, one.stop_frame)
            for episode, some in index.segments.by_episode().items()
            for one in some
        )


def drawn(season):
    with season.segments.open(newline="") as file:
        rows = [
            (row["episode"], row["kind"], int(row["start_frame"]), int(row["stop_frame"]))
            for row in csv.DictReader(file)
        ]
    return sorted(rows)


def frames(db):
    with open_index(db) as index:
        return list(index.exports.frames(unsure=True))


def test_what_was_drawn_is_found_to_the_frame(searched, broadcast):
    truth = drawn(broadcast)
    assert len(truth) == 15
    assert found(searched) == [
        (name, kind, pytest.approx(start, abs=2), pytest.approx(stop, abs=2))
        for name, kind, start, stop in truth
    ]


def test_many_chunks_are_as_one(searched, broadcast, tmp_path):
    other = str(tmp_path / "chunks.db")
    eyecatch.index([broadcast.folder], db=other, runner="inline", chunk_seconds=1)
    assert found(other) == found(searched)


def test_nothing_is_searched_twice(db, broadcast):
    before = found(db)
    report = eyecatch.index([broadcast.folder], db=db, runner="inline")
    assert report.notes == ()
    assert found(db) == before


def test_an_index_without_hashes_gets_them_without_a_scan_of_faces(db, broadcast):
    before, faces = found(db), frames(db)
    with closing(sqlite3.connect(db)) as connection, connection:
        for table in ("picture_hash", "sound_hash", "segment"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE episode SET segments_due = 1")
    report = eyecatch.index([broadcast.folder], db=db, runner="inline")
    assert any("index --segments looks there too" in note for note in report.notes)
    assert found(db) == []
    report = eyecatch.index([broadcast.folder], db=db, runner="inline", segments=True)
    assert report.faults == ()
    assert report.progress.chunks == 0
    assert found(db) == before
    assert frames(db) == faces


def test_a_file_that_is_gone_is_said_and_the_others_are_hashed(db, broadcast):
    with open_index(db) as index:
        episodes = {one.name: one.id for one in index.episodes.listed()}
    gone = broadcast.episodes[1]
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DELETE FROM picture_hash")
        connection.execute(
            "UPDATE episode SET path = path || '.gone' WHERE id = ?", (episodes[gone.name],)
        )
    with open_index(db) as index:
        (fault,) = hash_missing(index, episodes.values(), lambda _: ScanConfig())
        assert f"{gone}.gone" in fault
        lacking = [one for one in episodes.values() if index.signatures.lacking_pictures(one)]
    assert lacking == [episodes[gone.name]]


def test_an_episode_that_comes_later_is_compared_with_those_that_are_there(
    broadcast, searched, tmp_path
):
    other = str(tmp_path / "weekly.db")
    for count in range(1, 5):
        eyecatch.index(broadcast.episodes[:count], db=other, runner="inline")
        if count == 1:
            assert found(other) == [], "of one episode nothing is claimed"
    assert found(other) == found(searched)


def test_folders_are_series_of_their_own_where_names_tell_of_none(broadcast, tmp_path):
    other = str(tmp_path / "two.db")
    for number, path in enumerate(broadcast.episodes[:2]):
        folder = tmp_path / f"show {number}"
        folder.mkdir()
        shutil.copy(path, folder / f"{'ab'[number]}.mkv")
    folders = [tmp_path / "show 0", tmp_path / "show 1"]
    eyecatch.index(folders, db=other, runner="inline")
    assert found(other) == []
    with open_index(other) as index:
        assert index.segments.due() == set()


def test_a_job_that_dies_before_the_search_leaves_it_to_the_next(
    broadcast, searched, tmp_path, monkeypatch
):
    other = str(tmp_path / "killed.db")

    def die(*_):
        raise SystemExit(137)

    monkeypatch.setattr("eyecatch.jobs.segmenting.search.search", die)
    with pytest.raises(SystemExit):
        eyecatch.index([broadcast.folder], db=other, runner="inline")
    monkeypatch.undo()
    assert found(other) == []
    report = eyecatch.index([broadcast.folder], db=other, runner="inline")
    assert report.progress.chunks == 0
    assert found(other) == found(searched)
