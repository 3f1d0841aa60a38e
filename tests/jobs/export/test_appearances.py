"""``export appearances``, each format read back by a reader that is not ours."""

import csv
import json
import shutil
import subprocess
from collections import defaultdict
from fractions import Fraction
from xml.etree import ElementTree as ET

import av
import imageio_ffmpeg
import numpy as np
import opentimelineio as otio
import pyarrow.parquet as pq
import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.video.decode import decode
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.jobs.cli import main
from eyecatch.jobs.export.chapters import NOBODY, SHORTEST
from eyecatch.jobs.export.formats import FORMATS

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@pytest.fixture
def exported(filled, tmp_path):
    """Exports an episode of the season and returns the file."""

    def export(form, suffix, episode="S01E01.mkv", **wishes):
        out = tmp_path / f"{episode}{suffix}"
        eyecatch.export(
            "appearances", db=filled.db, form=form, out=out, episodes=[episode], **wishes
        )
        return out

    return export


def times(path):
    """Seconds at which each frame begins, as decoded."""
    video = probe(path)
    chunks = plan(video).chunks
    return [float(f.pts * video.time_base) for chunk in chunks for f in decode(video, chunk)]


def by_name(cues, clock):
    """Frames at which each cue (start, stop, name) is there; a frame shows what holds at its time.

    Cues are asked a tenth of a millisecond after a frame begins, as Matroska rounds its times.
    """
    there = defaultdict(set)
    for start, stop, name in cues:
        there[name] |= {n for n, time in enumerate(clock) if start <= time + 1e-4 < stop}
    return dict(there)


def true(filled, episode="S01E01.mkv"):
    there = defaultdict(set)
    for frame, names in filled.named(episode).items():
        for name in names:
            there[name].add(frame)
    return dict(there)


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_rows_are_ranges_of_frames(filled, exported, form):
    path = exported(form, "." + form)
    if form == "csv":
        rows = list(csv.DictReader(path.read_text().splitlines()))
    else:
        rows = json.loads(path.read_text()) if form == "json" else pq.read_table(path).to_pylist()
    there = defaultdict(set)
    for row in rows:
        there[row["character"]] |= set(range(int(row["start_frame"]), int(row["end_frame"])))
        assert float(row["start"]) == pytest.approx(
            int(row["start_frame"]) * 1001 / 24000, abs=6e-4
        )
        assert row["episode"] == "S01E01.mkv"
        assert float(row["confidence"]) == 0.95
    assert there == true(filled)


def cues_of(path):
    """(start, stop, text) in seconds, as FFmpeg's libraries read a subtitle file."""
    with av.open(str(path)) as container:
        (stream,) = container.streams.subtitles
        return [
            (
                float(packet.pts * stream.time_base),
                float((packet.pts + packet.duration) * stream.time_base),
                bytes(packet).decode().split(",", 8)[-1],
            )
            for packet in container.demux(stream)
            if packet.pts is not None
        ]


@pytest.mark.parametrize("form", ["vtt", "ass"])
def test_ffmpeg_reads_subtitles_that_are_there_for_their_frames(filled, exported, form):
    cues = cues_of(exported(form, "." + form))
    assert by_name(cues, times(filled.folder / "S01E01.mkv")) == true(filled)


def test_libass_draws_names_on_their_frames_and_no_others(filled, exported, tmp_path):
    exported("ass", ".ass").rename(tmp_path / "names.ass")
    command = [
        *(FFMPEG, "-v", "error", "-i", filled.folder / "S01E01.mkv", "-vf"),
        *("drawbox=t=fill:c=black,ass=names.ass,format=gray", "-f", "rawvideo", "-"),
    ]
    raw = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, 320 * 180)
    drawn = {number for number, frame in enumerate(frames) if frame.max() > 60}
    assert drawn == set(filled.named())


def test_ffmpeg_takes_the_chapters(filled, exported, tmp_path):
    meta, out = exported("ffmetadata", ".ffmetadata"), tmp_path / "with.mkv"
    inputs = ("-i", filled.folder / "S01E01.mkv", "-i", meta, "-map_chapters", "1", "-c", "copy")
    subprocess.run([FFMPEG, "-v", "error", *inputs, out], check=True)
    check_chapters(filled, out)


def check_chapters(filled, path):
    """Chapters follow each other, and are titled with who is there."""
    with av.open(str(path)) as container:
        chapters = container.chapters()
    assert [one["start"] for one in chapters[1:]] == [one["end"] for one in chapters[:-1]]
    cues = [
        (float(one["start"] * one["time_base"]), float(one["end"] * one["time_base"]), name)
        for one in chapters
        for name in one["metadata"]["title"].split(", ")
    ]
    check_cues(filled, cues)


def check_cues(filled, cues):
    """Each has its frames, and of those of nobody only what is no chapter of its own."""
    there = by_name(cues, times(filled.folder / "S01E01.mkv"))
    nobody = there.pop(NOBODY, set())
    assert not nobody & set(filled.named())
    assert set(there) == set(true(filled))
    for name, frames in true(filled).items():
        assert frames <= there[name]
        assert not (there[name] - frames) & set(filled.named())
    assert all(stop - start >= SHORTEST for start, stop, name in cues if name == NOBODY)
    assert cues[0][0] == 0


@pytest.mark.skipif(shutil.which("mkvmerge") is None, reason="mkvmerge is not installed")
def test_mkvmerge_takes_the_chapters(filled, exported, tmp_path):
    xml, out = exported("chapters", ".xml"), tmp_path / "with.mkv"
    command = ["mkvmerge", "-q", "-o", out, "--chapters", xml, filled.folder / "S01E01.mkv"]
    subprocess.run(command, check=True)
    check_chapters(filled, out)


def test_matroska_chapters_hold_the_same(filled, exported):
    root = ET.parse(exported("chapters", ".xml")).getroot()
    cues = [
        (seconds(atom.findtext("ChapterTimeStart")), seconds(atom.findtext("ChapterTimeEnd")), name)
        for atom in root.iterfind("EditionEntry/ChapterAtom")
        for name in atom.findtext("ChapterDisplay/ChapterString").split(", ")
    ]
    check_cues(filled, cues)


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + float(rest)


def test_an_edl_counts_frames_not_seconds(filled, exported):
    path = exported("edl", ".edl")
    timeline = otio.adapters.read_from_file(str(path), adapter_name="cmx_3600", rate=24)
    there = defaultdict(set)
    for clip in timeline.tracks[0].find_clips():
        assert clip.name == "S01E01.mkv"
        start, length = clip.source_range.start_time, clip.source_range.duration
        assert (start.rate, length.rate) == (24, 24)
        for name in clip.markers[0].name.split(", "):
            there[name] |= set(range(int(start.value), int(start.value + length.value)))
    assert there == true(filled)
    assert "FCM: NON-DROP FRAME" in path.read_text()


def test_otio_marks_appearances_and_lays_them_on_tracks(filled, exported):
    timeline = otio.adapters.read_from_file(str(exported("otio", ".otio")))
    (episode,) = timeline.tracks[0].find_clips()
    assert episode.media_reference.target_url == (filled.folder / "S01E01.mkv").as_uri()
    assert Fraction(episode.source_range.duration.rate).limit_denominator(2000) == Fraction(
        24000, 1001
    )
    assert episode.source_range.duration.value == len(times(filled.folder / "S01E01.mkv"))
    marked, laid = defaultdict(set), defaultdict(set)
    for marker in episode.markers:
        span = marker.marked_range
        marked[marker.name] |= frames_of(span)
        assert marker.metadata["eyecatch"]["character"] == marker.name
    for track in timeline.tracks[1:]:
        for clip in track.find_clips():
            laid[track.name] |= frames_of(clip.source_range)
            assert track.range_of_child(clip).start_time == clip.source_range.start_time
    assert marked == laid == true(filled)


def frames_of(span):
    return set(range(int(span.start_time.value), int(span.end_time_exclusive().value)))


def test_xray_says_who_is_there_at_any_time(filled, exported):
    said = json.loads(exported("xray", ".xray.json").read_text())
    assert (said["format"], said["version"], said["episode"]["file"]) == (
        "eyecatch-xray",
        1,
        "S01E01.mkv",
    )
    names = [one["name"] for one in said["characters"]]
    clock = times(filled.folder / "S01E01.mkv")
    scenes = [
        (scene["start"], scene["end"], names[number])
        for scene in said["scenes"]
        for number in scene["characters"]
    ]
    listed = [
        (one["start"], one["end"], character["name"])
        for character in said["characters"]
        for one in character["appearances"]
    ]
    assert by_name(scenes, clock) == by_name(listed, clock) == true(filled)


def test_names_that_are_not_sure_are_there_when_asked_for(filled, exported):
    assert json.loads(exported("json", ".json", "S01E02.mkv").read_text()) == []
    rows = json.loads(exported("json", ".unsure.json", "S01E02.mkv", unsure=True).read_text())
    assert {row["character"] for row in rows} == {filled.unsure}


def test_appearances_near_each_other_are_joined(filled, exported):
    rows = json.loads(exported("json", ".json", join=60).read_text())
    names = [row["character"] for row in rows]
    assert sorted(names) == sorted(true(filled))


BEGINNINGS = {
    "vtt": "WEBVTT",
    "ass": "[Script",
    "ffmetadata": ";FFMETADATA1",
    "chapters": "<?xml",
    "edl": "TITLE: S01E02",
    "otio": "{",
    "xray": "{",
}
"""How files of nobody begin, where such a file isn't empty."""


@pytest.mark.parametrize("form", [f.name for f in FORMATS if f.kind == "episode"])
def test_an_episode_of_nobody_is_told(filled, form, capfd):
    main(["export", "appearances", "S01E02", "--db", filled.db, "--format", form])
    out, err = capfd.readouterr()
    assert err == "Nobody known was found there.\n"
    assert out.startswith(BEGINNINGS.get(form, ""))


def test_every_episode_gets_a_file(filled, tmp_path, capfd):
    main(
        [
            "export",
            "appearances",
            "--db",
            filled.db,
            "--format",
            "vtt",
            "--out",
            str(tmp_path / "v"),
        ]
    )
    assert sorted(p.name for p in (tmp_path / "v").iterdir()) == ["S01E01.vtt", "S01E02.vtt"]
    out, err = capfd.readouterr()
    assert (out, err) == ("", f"Wrote 2 files to {tmp_path / 'v'}.\n")


def test_several_episodes_in_a_format_for_one_need_a_folder(filled, tmp_path):
    for out in (None, tmp_path / "all.edl"):
        with pytest.raises(RequestError, match=r"there are 2 .*; name a folder with --out"):
            eyecatch.export("appearances", db=filled.db, form="edl", out=out)


def test_none_is_replaced_if_one_is_there(filled, tmp_path):
    mine = tmp_path / "S01E02.vtt"
    mine.write_text("mine")
    with pytest.raises(RequestError, match="exists already"):
        eyecatch.export("appearances", db=filled.db, form="vtt", out=tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["S01E02.vtt"]
    assert mine.read_text() == "mine"


def test_players_count_from_where_a_recording_begins(odd, tmp_path):
    out, source = tmp_path / "late.vtt", odd.folder / "late.ts"
    eyecatch.export("appearances", db=odd.db, form="vtt", out=out, episodes=["late.ts"])
    first = times(source)
    assert first[0] > 1
    start = min(first[0], sound_start(source))
    assert by_name(cues_of(out), [time - start for time in first]) == true(odd)


def sound_start(path):
    with av.open(str(path)) as container:
        (stream,) = container.streams.audio
        return float(stream.start_time * stream.time_base)


@pytest.mark.parametrize("form", ["vtt", "ass"])
def test_subtitles_follow_a_variable_frame_rate(odd, tmp_path, form):
    out = tmp_path / f"slower.{form}"
    eyecatch.export("appearances", db=odd.db, form=form, out=out, episodes=["slower.mkv"])
    assert by_name(cues_of(out), times(odd.folder / "slower.mkv")) == true(odd)


def test_editors_are_told_of_a_variable_frame_rate(odd, tmp_path):
    edl, timeline = tmp_path / "slower.edl", tmp_path / "slower.otio"
    for out in (edl, timeline):
        form = out.suffix[1:]
        eyecatch.export("appearances", db=odd.db, form=form, out=out, episodes=["slower"])
    assert "* VARIABLE FRAME RATE" in edl.read_text()
    (episode,) = otio.adapters.read_from_file(str(timeline)).tracks[0].find_clips()
    cues = [
        (
            marker.marked_range.start_time.to_seconds(),
            marker.marked_range.end_time_exclusive().to_seconds(),
            marker.name,
        )
        for marker in episode.markers
    ]
    assert by_name(cues, times(odd.folder / "slower.mkv")) == true(odd)
