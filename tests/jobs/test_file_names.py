"""Names of files that are hard to write: no UTF-8, decomposed letters, emoji, a newline, a dash."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import av
import pytest
from starlette.testclient import TestClient

import eyecatch
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.core.text import visible
from eyecatch.db.index import open_index
from eyecatch.jobs.export.formats import FORMATS
from eyecatch.jobs.indexing.watch import completed
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.state import AppState

NAMES = [
    "エス 01.mkv".encode("shift_jis"),
    b"caf\xe9 50%.mkv",
    "か\u3099.mkv".encode(),
    "\U0001f468\u200d\U0001f469.mkv".encode(),
    b"new\nline.mkv",
    b"-dash.mkv",
]
SHOWN = [name.decode("utf-8", "surrogateescape") for name in NAMES[2:]]
"""Of those that are UTF-8."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of those names, each of another content, in a folder that is no UTF-8 either."""
    place = tmp_path_factory.mktemp("odd")
    draw_episode(place / "drawn.mkv", seconds=1, size=(320, 180), seed=1)
    drawn = (place / "drawn.mkv").read_bytes()
    folder = place / os.fsdecode(b"season \x8d\x86")
    folder.mkdir()
    for count, name in enumerate(NAMES):
        (folder / os.fsdecode(name)).write_bytes(drawn + bytes(count))
    return folder


@pytest.fixture(scope="module")
def odd(folder):
    """An index of them, beside them, in which somebody is called Ann."""
    db = str(folder / "odd.db")
    report = eyecatch.index([folder], db=db, runner="inline")
    assert report.faults == ()
    assert {os.fsencode(one.video.path.name) for one in report.episodes} == set(NAMES)
    first, *_ = eyecatch.unknowns(db=db).clusters
    eyecatch.name(first.row.id, "Ann", db=db)
    return db


def bytes_of(path):
    return os.fsencode(Path(path).name)


def test_the_bytes_of_a_name_come_back(odd, run):
    _, out, _ = run("status", "--db", odd, "--json")
    assert {bytes_of(row["path"]) for row in json.loads(out)["episodes"]} == set(NAMES)
    _, out, _ = run("find", "Ann", "--db", odd, "--json")
    found = json.loads(out)
    assert {bytes_of(row["path"]) for row in found} == set(NAMES)
    assert {"caf\ufffd 50%.mkv", "\ufffdG\ufffdX 01.mkv", *SHOWN} == {
        row["episode"] for row in found
    }


@pytest.mark.parametrize("words", [["find"], ["render"], ["find", "Ann", "--series"]])
def test_what_is_typed_may_be_no_utf_8(odd, run, words):
    status, _, told = run(*words, os.fsdecode(b"\x8d"), "--db", odd)
    assert status == 1
    assert " is called " in told


def test_nothing_is_done_twice(folder, odd):
    report = eyecatch.index([folder], db=odd, runner="inline")
    assert report.progress.chunks == 0
    assert len(report.episodes) == len(NAMES)


@pytest.mark.parametrize("form", [one.name for one in FORMATS if one.kind in {"table", "episode"}])
def test_exports_are_utf_8(odd, form, tmp_path):
    eyecatch.export("appearances", db=odd, form=form, out=tmp_path / "out")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for file in files:
        os.fsencode(file.name).decode()
        if form != "parquet":
            file.read_bytes().decode()


@pytest.mark.parametrize("name", NAMES)
def test_an_episode_is_asked_for_by_its_name(odd, name, tmp_path):
    out = tmp_path / os.fsdecode(b"out \xff.mkv")
    eyecatch.render(os.fsdecode(name), db=odd, out=out)
    assert list(tmp_path.iterdir()) == [out]
    with av.open(str(out)) as made:
        assert len(made.streams.subtitles) == 1


@pytest.mark.parametrize("typed", ["caf\ufffd 50%", "caf\ufffd 50%.mkv", "\u304c.mkv"])
def test_a_name_may_be_typed_as_it_is_shown(odd, typed, tmp_path):
    eyecatch.render(typed, db=odd, out=tmp_path / "out.ass")
    assert "Ann" in (tmp_path / "out.ass").read_text("utf-8")


@pytest.mark.parametrize("fast", [False, True])
def test_clips_are_cut(odd, fast, tmp_path):
    done = eyecatch.clips(["Ann"], db=odd, out=tmp_path, fast=fast, labels="soft")
    assert done.faults == ()
    assert len(done.clips) == len(NAMES)
    told = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert all((tmp_path / one["file"]).is_file() for one in told)


def test_burning_proxies_and_the_page(odd, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(NAMES[0])
    made = eyecatch.render(name, db=odd, how="burn")
    assert made.read_bytes()
    with open_index(odd) as index, closing(AppState(index, folder / "proxies")) as room:
        page = TestClient(make_app(room), "http://127.0.0.1")
        for episode in index.summaries.episodes():
            watched = page.get(f"/episodes/{episode.episode.id}")
            assert visible(episode.episode.title) in watched.text
            video = page.get(f"/episodes/{episode.episode.id}/video")
            assert video.content == episode.episode.video.path.read_bytes()
        assert page.get("/").status_code == 200


def test_pictures_are_identified_and_collected(bundle, folder, run, tmp_path):
    still = tmp_path / os.fsdecode(b"\x83G.png")
    with av.open(str(folder / os.fsdecode(NAMES[0]))) as video:
        next(video.decode(video=0)).to_image().save(tmp_path / "still.png")
    (tmp_path / "still.png").rename(still)
    _, out, _ = run("identify", still, "--model", bundle)
    assert bytes_of(json.loads(out)["image"]) == b"\x83G.png"
    eyecatch.collect([tmp_path, folder], tmp_path / "faces", group=False)
    assert (tmp_path / "faces" / "collected.csv").read_text("utf-8")


def test_a_name_without_letters_is_watched_too(folder):
    with closing(completed([folder], 0.0)) as watched:
        assert {os.fsencode(file.name) for file in next(watched)} == set(NAMES)
        (folder / os.fsdecode(b"\xff.mkv")).write_bytes(b"new")
        try:
            assert [os.fsencode(file.name) for file in next(watched)] == [b"\xff.mkv"]
        finally:
            (folder / os.fsdecode(b"\xff.mkv")).unlink()


def test_a_file_that_is_no_video_is_remembered_under_its_name(odd, tmp_path):
    bad = tmp_path / os.fsdecode(b"\x8d.mkv")
    bad.write_text("no video, " * 100)
    for _ in range(2):
        (fault,) = eyecatch.index([bad], db=odd, runner="inline").faults
        assert "\ufffd.mkv: is not a video" in fault
    (told,) = eyecatch.status(db=odd).bad_files
    assert os.fsencode(told.path) == os.fsencode(bad)
