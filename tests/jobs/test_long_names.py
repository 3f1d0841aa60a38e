"""Names of characters and files that are longer than a file's name may be."""

from __future__ import annotations

import json
import os

import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.file_names import MOST
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.jobs.clips.clip_plans import _plain

KANJI = "綾波" * 38
LONG = "長" * 83 + ".mkv"  # 253 bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two episodes of very long names that begin alike, and somebody who has one."""
    folder = tmp_path_factory.mktemp("long")
    draw_episode(folder / LONG, seconds=1, size=(320, 180), seed=1)
    other = folder / LONG.replace("長.mkv", "い.mkv")
    other.write_bytes((folder / LONG).read_bytes() + b"\0")
    db = str(folder / "i.db")
    eyecatch.index([folder], db=db, runner="inline")
    first, *_ = eyecatch.unknowns(db=db).clusters
    eyecatch.name(first.row.id, KANJI, db=db)
    return folder


@pytest.mark.parametrize("keywords", [{}, {"fast": True}, {"labels": "soft"}])
def test_clips_of_a_long_name_are_cut(folder, keywords, tmp_path):
    done = eyecatch.clips([KANJI], db=str(folder / "i.db"), out=tmp_path, **keywords)
    assert done.faults == ()
    assert len({clip.file.name for clip in done.clips}) == 2
    assert all(len(os.fsencode(clip.file.name)) <= MOST for clip in done.clips)
    assert {
        one["characters"][0] for one in json.loads((tmp_path / "manifest.json").read_text())
    } == {KANJI}


def test_default_names_are_short_enough_and_not_the_same(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = eyecatch.index([folder], db=str(folder / "i.db"), runner="inline", render="soft")
    assert report.faults == ()
    names = [os.fsencode(path.name) for path in (tmp_path / "annotated").iterdir()]
    assert len(names) == 2
    for name in names:
        assert name.decode().startswith("長" * 20)
        assert len(name) <= MOST


@pytest.mark.parametrize("out", ["a" * 251 + ".mkv", "長" * 83 + ".ass"])
def test_a_name_of_all_the_bytes_there_are_is_written(folder, out, tmp_path):
    eyecatch.render(folder / LONG, db=str(folder / "i.db"), out=tmp_path / out)
    assert [path.name for path in tmp_path.iterdir()] == [out]


@pytest.mark.parametrize(
    "write",
    [
        lambda db, out: eyecatch.render(LONG, db=db, out=out.with_suffix(".mkv")),
        lambda db, out: eyecatch.clips([KANJI], db=db, supercut=out.with_suffix(".mp4")),
        lambda db, out: eyecatch.export("frames", db=db, form="csv", out=out),
        lambda db, out: eyecatch.export("dataset", db=db, form="coco", out=out),
    ],
)
def test_a_longer_one_is_refused_with_a_sentence(folder, write, tmp_path):
    with pytest.raises(RequestError, match=r"is a name of \d+ bytes; choose one"):
        write(str(folder / "i.db"), tmp_path / ("長" * 90))


def test_faces_of_a_long_name_are_collected(folder, tmp_path):
    collected = eyecatch.collect([folder / LONG], tmp_path, group=False)
    names = [path.name for path in (tmp_path / "faces").iterdir()]
    assert len(names) == collected.faces > 0
    assert all(len(os.fsencode(name)) <= MOST for name in names)


@pytest.mark.parametrize("name", ["हिन्दी", "ไทย", "か\u3099", "Kôichi-2"])
def test_no_letter_is_taken_out_of_a_clips_name(name):
    assert _plain(name) == name
