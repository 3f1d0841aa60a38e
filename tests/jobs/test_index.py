"""What a user relies on: any cut into chunks, any runner, any number of times, the same rows."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.errors import DatabaseError, ModelError
from eyecatch.db.index import open_index
from eyecatch.jobs import runners as runners_module
from eyecatch.jobs.indexing import index as index_module
from eyecatch.jobs.indexing import job as job_module
from eyecatch.jobs.indexing import register as register_module
from eyecatch.jobs.runners.inline import InlineRunner
from eyecatch.jobs.runners.stages import Task


def rows(db):
    """Every face of every frame, as any reader of the index sees it."""
    with open_index(db, create=False) as index:
        return list(index.exports.frames(unsure=True))


def content(db):
    """Every row of every table."""
    with closing(sqlite3.connect(db)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
            for (table,) in tables.fetchall()
        }


def test_faces_are_found_in_most_frames_that_have_one(indexed, season):
    drawn = {tuple(line.split(",")[:2]) for line in season.truth.read_text().splitlines()[1:]}
    found = {(row.episode, str(row.frame)) for row in rows(indexed)}
    assert len(drawn & found) > 0.8 * len(drawn)
    assert len(found - drawn) < 0.1 * len(drawn)


def test_characters_are_found_in_their_episodes(indexed, season):
    header, *lines = [line.split(",") for line in season.casts.read_text().splitlines()]
    casts = {
        line[0]: {n for n, v in zip(header[1:], line[1:], strict=True) if v == "1"}
        for line in lines
    }
    for summary in eyecatch.episodes(db=indexed):
        named = {role.character for role in summary.cast if role.screen_time > 1}
        assert named
        wrong = named - casts[summary.episode.video.path.name]
        assert len(wrong) <= len(named) / 3


def test_many_chunks_are_as_one(indexed, season, bundle, db):
    report = eyecatch.index(
        [season.folder], db=db, model=bundle, runner="inline", series="Drawn", chunk_seconds=0.5
    )
    assert report.progress.chunks > len(season.episodes)
    assert rows(db) == rows(indexed)


def test_ray_is_as_inline(indexed, season, bundle, db, cluster):
    report = eyecatch.index([season.folder], db=db, model=bundle, runner="ray", series="Drawn")
    assert report.faults == ()
    assert rows(db) == rows(indexed)
    assert eyecatch.find(["akari"], db=db) == eyecatch.find(["akari"], db=indexed)


def test_again_changes_no_row(season, bundle, db):
    eyecatch.index([season.folder], db=db, model=bundle, runner="inline")
    before = content(db)
    report = eyecatch.index([season.folder], db=db, model=bundle, runner="inline")
    assert report.progress.chunks == 0
    assert content(db) == before


def test_a_renamed_file_is_not_scanned_again(season, db, tmp_path):
    first = tmp_path / "first.mkv"
    shutil.copy(season.episodes[0], first)
    eyecatch.index([first], db=db, runner="inline")
    before = rows(db)
    second = first.rename(tmp_path / "second.mkv")
    report = eyecatch.index([second], db=db, runner="inline")
    assert report.progress.chunks == 0
    assert [(r.frame, r.x) for r in rows(db)] == [(r.frame, r.x) for r in before]
    assert {row.episode for row in rows(db)} == {"second.mkv"}


def test_names_can_be_decided_later_without_scanning(season, bundle, indexed, db):
    eyecatch.index([season.folder], db=db, runner="inline", series="Drawn")
    assert {row.character for row in rows(db)} == {None}
    report = eyecatch.index([season.folder], db=db, model=bundle, runner="inline")
    assert report.progress.chunks == 0
    assert rows(db) == rows(indexed)


def test_much_is_scanned_in_a_process_of_its_own(season, bundle, indexed, db, monkeypatch):
    monkeypatch.setattr(runners_module, "LONGEST_HERE", 0.0)
    wish = {"runner": "inline", "series": "Drawn", "chunk_seconds": 2.0}
    report = eyecatch.index([season.folder], db=db, model=bundle, **wish)
    assert rows(db) == rows(indexed)
    assert {"decode", "detect", "identify", "write"} <= report.progress.stages.keys()


def test_without_a_model_names_stay(season, bundle, db):
    eyecatch.index([season.folder], db=db, model=bundle, runner="inline")
    before = content(db)
    eyecatch.index([season.folder], db=db, runner="inline")
    assert content(db) == before


def test_stopped_midway_goes_on_from_there(season, bundle, indexed, db, monkeypatch):
    class Stopped(InlineRunner):
        wave = 99

        def run(self, tasks, work, begin):
            for number, outcome in enumerate(super().run(tasks, work, begin)):
                if number:
                    raise KeyboardInterrupt
                yield outcome

    monkeypatch.setattr(index_module, "make_runner", lambda *_, **__: Stopped())
    with pytest.raises(KeyboardInterrupt):
        eyecatch.index([season.folder], db=db, model=bundle, series="Drawn")
    assert [run.state for run in eyecatch.status(db=db).runs] == ["stopped"]
    monkeypatch.undo()
    report = eyecatch.index([season.folder], db=db, model=bundle, runner="inline")
    assert report.progress.chunks == len(season.episodes) - 1
    assert rows(db) == rows(indexed)


def test_the_first_episode_is_scanned_while_others_are_read(season, indexed, db, monkeypatch):
    scanned = threading.Event()
    read = register_module.register

    def slowly(index, file, *rest):
        if file.name != season.episodes[0].name:
            assert scanned.wait(60)
        return read(index, file, *rest)

    def listener(progress):
        if progress.episodes:
            expected.append(progress.episodes)
        if progress.chunks_done:
            scanned.set()

    expected: list[int] = []
    monkeypatch.setattr(register_module, "register", slowly)
    monkeypatch.setattr(job_module, "is_settled", lambda chunks, _: chunks > 1)
    report = eyecatch.index(
        [season.folder], db=db, runner="inline", chunk_seconds=0.5, listener=listener
    )
    assert expected[0] == 1
    assert report.progress.episodes == report.progress.episodes_done == len(season.episodes)
    places = [(row.episode, row.frame, row.x, row.y, row.w, row.h) for row in rows(db)]
    assert places == [(r.episode, r.frame, r.x, r.y, r.w, r.h) for r in rows(indexed)]


def test_bad_files_are_told_and_cost_the_others_nothing(season, indexed, db, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    for episode in season.episodes:
        shutil.copy(episode, folder)
    (folder / "empty.mkv").touch()
    (folder / "text.mkv").write_text("no video, " * 1000)
    bare = tmp_path / "bare"
    bare.mkdir()
    paths = [folder, tmp_path / "missing.mkv", bare]
    report = eyecatch.index(paths, db=db, runner="inline", series="Drawn")
    assert len(report.faults) == 4
    for name in ("empty.mkv", "text.mkv", "missing.mkv", "bare"):
        (fault,) = [fault for fault in report.faults if name in fault]
        assert "\n" not in fault
    boxes = [(row.episode, row.frame, row.x, row.w) for row in rows(indexed)]
    assert [(row.episode, row.frame, row.x, row.w) for row in rows(db)] == boxes


def test_a_truncated_file_is_indexed_as_far_as_it_goes(season, db, tmp_path):
    whole = season.episodes[0].read_bytes()
    short = tmp_path / "short.mkv"
    short.write_bytes(whole[: len(whole) * 2 // 3])
    report = eyecatch.index([short], db=db, runner="inline")
    (episode,) = report.episodes
    assert episode.state == "incomplete"
    assert 1 < episode.end < 6
    (fault,) = report.faults
    assert "short.mkv" in fault
    assert "incomplete" in fault
    assert rows(db)


def test_a_poison_chunk_fails_alone_and_can_be_tried_again(season, bundle, db, tmp_path):
    """The file of the second episode is gone when it is scanned, and comes back."""
    folder = tmp_path / "season"
    shutil.copytree(season.folder, folder)
    lost = folder / season.episodes[1].name

    class Poisoned(InlineRunner):
        wave = 99

        def run(self, tasks: list[Task], work, begin):
            lost.rename(tmp_path / "away.mkv")
            yield from super().run(tasks, work, begin)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "make_runner", lambda *_, **__: Poisoned())
        report = eyecatch.index([folder], db=db, model=bundle)
    assert [episode.state for episode in report.episodes] == ["done", "failed"]
    (fault,) = report.faults
    assert lost.name in fault
    (tmp_path / "away.mkv").rename(lost)
    assert eyecatch.index([folder], db=db, model=bundle).progress.chunks == 0
    again = eyecatch.index([folder], db=db, model=bundle, runner="inline", retry_failed=True)
    assert [episode.state for episode in again.episodes] == ["done", "done"]
    assert again.faults == ()


def test_no_bundle(season, db, tmp_path):
    with pytest.raises(ModelError, match=r"nothing\.bundle"):
        eyecatch.index([season.folder], db=db, model=tmp_path / "nothing.bundle")
    assert not Path(db).exists()


def test_no_cascade(season, db, tmp_path):
    text = tmp_path / "cascade.xml"
    text.write_text("<xml/>")
    detector = DetectorConfig("cascade", str(text))
    with pytest.raises(ModelError, match="no OpenCV cascade"):
        eyecatch.index([season.folder], db=db, detector=detector)
    assert not Path(db).exists()


def test_no_database(season, db):
    Path(db).write_text("not a database, " * 100)
    with pytest.raises(DatabaseError, match=r"season\.db"):
        eyecatch.index([season.folder], db=db)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(season, db, tmp_path):
    secret = tmp_path / "secret.mkv"
    shutil.copy(season.episodes[0], secret)
    secret.chmod(0)
    (fault,) = eyecatch.index([secret], db=db, runner="inline").faults
    assert "secret.mkv" in fault


def test_full_disk_is_one_sentence(season, tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(DatabaseError):
        eyecatch.index([season.folder], db="/dev/full", runner="inline")
