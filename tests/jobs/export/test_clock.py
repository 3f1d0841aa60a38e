"""Times count from where players do, wherever the file is by now, and whoever indexed it."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pysubs2
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

import eyecatch
from eyecatch.core.video.clock import clock_of
from eyecatch.core.video.probe import probe
from eyecatch.db.index import open_index
from eyecatch.jobs.indexing.register import register

HOURS = 50_000
"""Seconds at which the recording begins: 13:53:20."""


@pytest.fixture(scope="module")
def recorded(filled, refill, tmp_path_factory):
    """The first episode as a broadcast's recording."""
    folder = tmp_path_factory.mktemp("recorded")
    ts = folder / "live.ts"
    command = (get_ffmpeg_exe(), "-v", "error", "-i", filled.folder / "S01E01.mkv", "-c", "copy")
    subprocess.run((*command, "-output_ts_offset", str(HOURS), ts), check=True)
    refill(folder / "live.db", ts)
    return folder


@pytest.fixture
def season(recorded, tmp_path):
    """A copy, whose file may go."""
    shutil.copy(recorded / "live.db", tmp_path)
    with changed(tmp_path) as index:
        index.execute("UPDATE episode_file SET path = ?", (str(tmp_path / "live.ts"),))
        index.execute("UPDATE episode SET path = ?", (str(tmp_path / "live.ts"),))
    shutil.copy2(recorded / "live.ts", tmp_path)
    return tmp_path


def changed(folder):
    return closing(sqlite3.connect(folder / "live.db", isolation_level=None))


def forget_clock(folder):
    """As an index that an earlier version made, once it is migrated."""
    with changed(folder) as index:
        index.execute("UPDATE episode SET origin_num = NULL, origin_den = NULL, timecode = NULL")


def exported(folder, form):
    out = folder / "out"
    eyecatch.export("appearances", db=str(folder / "live.db"), form=form, out=out, force=True)
    (made,) = out.iterdir()
    return made.read_text()


@pytest.mark.parametrize("form", ["vtt", "ass", "ffmetadata", "chapters", "xray"])
def test_a_file_that_is_gone_changes_no_time(season, form):
    there = exported(season, form)
    (season / "live.ts").unlink()
    assert exported(season, form) == there
    assert "13:53" not in there


def test_an_earlier_index_asks_the_file_and_remembers(season):
    there = exported(season, "vtt")
    forget_clock(season)
    assert exported(season, "vtt") == there
    (season / "live.ts").unlink()
    assert exported(season, "vtt") == there, "what the file said stays in the index"


def test_an_earlier_index_is_filled_by_indexing_its_file_elsewhere(season):
    forget_clock(season)
    moved = season / "elsewhere.ts"
    (season / "live.ts").rename(moved)
    with open_index(str(season / "live.db")) as index:
        assert register(index, moved, None, 60).video.origin == clock_of(moved).origin
        (summary,) = index.summaries.episodes()
    assert summary.episode.video.origin == clock_of(moved).origin


def test_a_file_that_never_was_asked_counts_from_its_first_picture(season, caplog):
    begins = probe(season / "live.ts").origin
    forget_clock(season)
    (season / "live.ts").unlink()
    with caplog.at_level("WARNING"):
        answer = json.loads(exported(season, "xray"))
    assert "counted from its first picture" in caplog.text
    caplog.clear()
    assert answer["episode"]["duration"] == pytest.approx(5, abs=0.2)
    assert begins > HOURS


def test_another_file_at_its_path_is_not_asked(season, filled):
    there = exported(season, "vtt")
    shutil.copy(filled.folder / "S01E02.mkv", season / "live.ts")
    assert exported(season, "vtt") == there


def test_an_episode_is_as_long_as_it_lasts(season, filled, run):
    somebody = min(set().union(*filled.named().values()))
    _, said, _ = run("episodes", "--db", season / "live.db", "--json")
    assert json.loads(said)[0]["seconds"] == pytest.approx(5, abs=0.2)
    for question in (["episodes"], ["find", somebody], ["status"]):
        _, said, _ = run(*question, "--db", season / "live.db")
        assert "live.ts" in said
        assert "13:53" not in said


@pytest.mark.parametrize(("suffix", "waits"), [("mkv", 0), ("flv", 0), ("mp4", 10)])
@pytest.mark.parametrize(("form", "kind"), [("vtt", "vtt"), ("ass", "ass")])
def test_names_come_when_a_player_shows_the_faces(
    filled, late, tmp_path, suffix, waits, form, kind
):
    wanted, found = tmp_path / f"1.{form}", tmp_path / f"2.{form}"
    eyecatch.export("appearances", db=filled.db, form=form, out=wanted, episodes=["S01E01"])
    eyecatch.export("appearances", db=late, form=form, out=found, episodes=[f"late.{suffix}"])
    cues = [
        [(cue.start / 1000, cue.text) for cue in pysubs2.load(str(path), format_=kind)]
        for path in (wanted, found)
    ]
    assert [text for _, text in cues[0]] == [text for _, text in cues[1]]
    moved = [after - before for (before, _), (after, _) in zip(*cues, strict=True)]
    assert moved == pytest.approx([waits] * len(moved), abs=0.03), "sound may begin a little before"


@pytest.fixture(scope="module")
def late(filled, refill, tmp_path_factory):
    """The first episode from second 10 on, in containers whose players differ."""
    folder = tmp_path_factory.mktemp("late")
    files = [folder / f"late.{suffix}" for suffix in ("mkv", "flv", "mp4")]
    for file in files:
        how = ("-map", "0:v", "-c", "copy", "-output_ts_offset", "10", file)
        source = filled.folder / "S01E01.mkv"
        subprocess.run((get_ffmpeg_exe(), "-v", "error", "-i", source, *how), check=True)
    return refill(folder / "late.db", *files)
