"""Files that hold another content than when they were indexed: one path is one episode."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import ffmpeg
import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.core.video.ffmpeg import named, run
from eyecatch.jobs.indexing import register


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """An episode of four seconds as it is sent, and another one."""
    folder = tmp_path_factory.mktemp("drawn")
    draw_episode(folder / "first.ts", seconds=4, size=(320, 180), seed=1)
    draw_episode(folder / "other.ts", seconds=4, size=(320, 180), seed=5)
    return folder


@pytest.fixture(scope="module")
def begun(drawn, tmp_path_factory):
    """Half of the first one, indexed, in which somebody is called Ann."""
    folder = tmp_path_factory.mktemp("begun")
    whole = (drawn / "first.ts").read_bytes()
    (folder / "rec.ts").write_bytes(whole[: len(whole) // 2 // 188 * 188])
    index(folder)
    db = str(folder / "i.db")
    for cluster in eyecatch.unknowns(db=db).clusters[:1]:
        eyecatch.name(cluster.row.id, "Ann", db=db)
    return folder


@pytest.fixture
def folder(begun, tmp_path):
    """The same, to be written to."""
    shutil.copytree(begun, tmp_path / "in")
    with closing(sqlite3.connect(tmp_path / "in" / "i.db")) as base, base:
        for table in ("episode", "episode_file"):
            base.execute(
                f"UPDATE {table} SET path = replace(path, ?, ?)", (str(begun), str(tmp_path / "in"))
            )
    shutil.copystat(begun / "rec.ts", tmp_path / "in" / "rec.ts")
    return tmp_path / "in"


def index(folder):
    report = eyecatch.index([folder], db=str(folder / "i.db"), runner="inline")
    return [one.video.path.name for one in report.episodes]


def seconds(folder, name="Ann"):
    """How long somebody is on screen, by file."""
    try:
        found = eyecatch.find([name], db=str(folder / "i.db"))
    except RequestError:
        return {}
    return {one.episode.video.path.name: round(float(one.screen_time), 2) for one in found}


def listed(folder):
    return [one.episode.video.path.name for one in eyecatch.episodes(db=str(folder / "i.db"))]


def rows(folder, query):
    with closing(sqlite3.connect(folder / "i.db")) as base:
        return base.execute(query).fetchall()


def test_a_recording_that_grew_is_one_episode_and_keeps_its_names(folder, drawn):
    before = seconds(folder)
    shutil.copy(drawn / "first.ts", folder / "rec.ts")
    index(folder)
    assert listed(folder) == ["rec.ts"]
    after = seconds(folder)
    assert after.keys() == before.keys()
    assert after["rec.ts"] >= before["rec.ts"] > 0
    assert rows(folder, "SELECT count(*) FROM episode") == [(1,)]
    eyecatch.undo(db=str(folder / "i.db"))
    assert seconds(folder) == {}


def test_what_nobody_named_can_be_named_then(folder, drawn):
    eyecatch.undo(db=str(folder / "i.db"))
    shutil.copy(drawn / "first.ts", folder / "rec.ts")
    index(folder)
    clusters = eyecatch.unknowns(db=str(folder / "i.db")).clusters
    assert len(listed(folder)) == 1
    assert {cluster.row.episodes for cluster in clusters} == {1}


def test_a_better_copy_keeps_the_names(folder, drawn):
    before = seconds(folder)
    source = ffmpeg.input(named(folder / "rec.ts"))["v:0"].filter("scale", 640, 360)
    run(ffmpeg.output(source, named(folder / "new.ts"), crf=12), folder)
    (folder / "new.ts").replace(folder / "rec.ts")
    index(folder)
    assert listed(folder) == ["rec.ts"]
    assert seconds(folder)["rec.ts"] == pytest.approx(before["rec.ts"], abs=0.3)


def test_another_episode_takes_the_place_but_not_the_names(folder, drawn):
    before = seconds(folder)
    shutil.copy(folder / "rec.ts", folder.parent / "kept.ts")
    shutil.copy(drawn / "other.ts", folder / "rec.ts")
    index(folder)
    assert listed(folder) == ["rec.ts"]
    (spoken,) = rows(
        folder,
        "SELECT count(*) FROM decision, episode e WHERE e.id = episode_id AND replaced_by IS NULL",
    )
    assert spoken == (0,)
    shutil.copy(folder.parent / "kept.ts", folder / "again.ts")
    assert index(folder) == ["again.ts", "rec.ts"]
    assert seconds(folder)["again.ts"] == before["rec.ts"], "what a person said is never lost"


def test_a_content_that_comes_back_takes_its_place_again(folder, drawn):
    before = seconds(folder)
    kept = folder.parent / "kept.ts"
    (folder / "rec.ts").rename(kept)
    shutil.copy(drawn / "other.ts", folder / "rec.ts")
    index(folder)
    shutil.copy(kept, folder / "rec.ts")
    index(folder)
    assert listed(folder) == ["rec.ts"]
    assert seconds(folder) == before


def test_a_file_that_was_moved_is_not_replaced_by_what_has_its_name_now(folder, drawn):
    before = seconds(folder)
    (folder / "rec.ts").rename(folder / "z.ts")
    shutil.copy(drawn / "other.ts", folder / "rec.ts")
    index(folder)
    assert listed(folder) == ["rec.ts", "z.ts"]
    assert seconds(folder)["z.ts"] == before["rec.ts"]


def test_a_copy_elsewhere_stays_an_episode(folder, drawn):
    before = seconds(folder)
    shutil.copy(folder / "rec.ts", folder / "a copy.ts")
    index(folder)
    shutil.copy(drawn / "other.ts", folder / "rec.ts")
    index(folder)
    assert listed(folder) == ["a copy.ts", "rec.ts"]
    assert seconds(folder)["a copy.ts"] == before["rec.ts"]


def test_what_an_earlier_version_listed_twice_is_one(folder, drawn, monkeypatch):
    """As versions before did it: the path moves on, and both contents stay episodes."""

    with monkeypatch.context() as patch:
        patch.setattr(register, "_replace", lambda *_: None)
        shutil.copy(drawn / "first.ts", folder / "rec.ts")
        index(folder)
    assert listed(folder) == ["rec.ts", "rec.ts"]
    once = seconds(folder)
    index(folder)
    assert listed(folder) == ["rec.ts"]
    assert seconds(folder).keys() == once.keys()
