"""What eyecatch wrote is no episode: annotated ones, clips, supercuts, proxies, collected faces."""

from __future__ import annotations

import shutil

import av
import pytest

import eyecatch
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.core.video.made import is_made
from eyecatch.core.video.proxy import make_proxy
from eyecatch.jobs.indexing.watch import completed


@pytest.fixture(scope="module")
def seasons(tmp_path_factory):
    """Two seasons with an episode of one name, indexed; somebody is called Ann."""
    folder = tmp_path_factory.mktemp("show")
    for number in (1, 2):
        (folder / f"Season {number}").mkdir()
        draw_episode(
            folder / f"Season {number}" / "01.mkv", seconds=1, size=(320, 180), seed=number
        )
    eyecatch.index([folder], db=str(folder / "i.db"), runner="inline")
    first, *_ = eyecatch.unknowns(db=str(folder / "i.db")).clusters
    eyecatch.name(first.row.id, "Ann", db=str(folder / "i.db"))
    return folder


@pytest.fixture
def folder(seasons, tmp_path, monkeypatch):
    """A copy of them, in which a person works."""
    shutil.copytree(seasons, tmp_path / "show")
    monkeypatch.chdir(tmp_path / "show")
    eyecatch.index(["."], db="i.db", runner="inline")
    return tmp_path / "show"


def test_outputs_of_every_kind_are_left_out(folder, run):
    episode = folder / "Season 1" / "01.mkv"
    eyecatch.render(episode, db="i.db", out=folder / "soft.mkv")
    eyecatch.render(episode, db="i.db", out=folder / "burnt.mp4", how="burn")
    eyecatch.clips(["Ann"], db="i.db", out=folder / "clips", supercut=folder / "cut.mov")
    eyecatch.clips(["Ann"], db="i.db", out=folder / "fast", fast=True, labels="soft")
    make_proxy(episode, folder / "i.db.proxies" / "1.mp4")
    make_proxy(episode, folder / "copied.mp4")
    eyecatch.collect([folder / "Season 1"], folder / "faces", group=False)
    report = eyecatch.index(["."], db="i.db", runner="inline")
    assert len(report.episodes) == 2
    assert report.faults == ()
    assert {"soft.mkv", "burnt.mp4", "cut.mov", "copied.mp4"} <= {one.name for one in report.made}
    again = eyecatch.collect([folder], folder / "other", group=False)
    seasons = [folder / "Season 1", folder / "Season 2"]
    assert again.faces == eyecatch.collect(seasons, folder / "third", group=False).faces
    assert len(again.notes) == len(report.made)
    _, _, told = run("index", ".", "--db", "i.db")
    assert f"{len(report.made)} files are left out that eyecatch wrote" in told


def test_one_that_is_named_is_indexed(folder):
    out = eyecatch.render(
        folder / "Season 1" / "01.mkv", db="i.db", out=folder / "x.mkv", how="burn"
    )
    report = eyecatch.index([out], db="i.db", runner="inline")
    assert [one.video.path.name for one in report.episodes] == ["x.mkv"]
    assert report.made == ()


def test_what_an_earlier_version_wrote_is_known_by_its_track(folder, tmp_path):
    out = eyecatch.render(folder / "Season 1" / "01.mkv", db="i.db", out=tmp_path / "soft.mkv")
    with av.open(str(out)) as made, av.open(str(tmp_path / "old.mkv"), "w") as old:
        streams = {one.index: old.add_stream_from_template(one) for one in made.streams}
        for one in made.streams.subtitles:
            streams[one.index].metadata.update(one.metadata)
        for packet in made.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream_index]
                old.mux(packet)
    assert is_made(tmp_path / "old.mkv")
    assert not is_made(folder / "Season 1" / "01.mkv")


def test_a_folder_behind_a_link_is_indexed_and_watched(folder, tmp_path):
    (folder / "Season 2").rename(tmp_path / "elsewhere")
    (folder / "Season 2").symlink_to("../elsewhere")
    (folder / "Season 2" / "up").symlink_to(folder)
    report = eyecatch.index(["."], db="i.db", runner="inline")
    assert [str(one.video.path.relative_to(folder)) for one in report.episodes] == [
        "Season 1/01.mkv",
        "Season 2/01.mkv",
    ]
    assert report.progress.chunks == 0
    assert len(next(completed([folder], 0.0))) == 2


def test_episodes_of_one_name_are_rendered_side_by_side(folder):
    eyecatch.index(["."], db="i.db", runner="inline", render="soft")
    made = sorted(path.name for path in (folder / "annotated").iterdir())
    assert len(made) == 2
    assert all("01" in name for name in made)
    before = [path.stat().st_mtime_ns for path in (folder / "annotated").iterdir()]
    report = eyecatch.index(["."], db="i.db", runner="inline", render="soft")
    assert len(report.episodes) == len(report.made) == 2
    assert [path.stat().st_mtime_ns for path in (folder / "annotated").iterdir()] == before
