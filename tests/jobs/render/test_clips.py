"""Clips: the frames that were asked for, and nothing of their neighbours."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import eyecatch
from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.records.answers import Range
from eyecatch.jobs.clips.clip_spans import shown_in, spans
from eyecatch.jobs.clips.clips import clips
from eyecatch.jobs.clips.options import ClipOptions
from eyecatch.jobs.render.cutter import Cutter, Span

RATE = "24000/1001"
OPEN = "open-gop=1:keyint=12:min-keyint=12:bframes=3:b-adapt=0:scenecut=0"
UNEVEN = ["-vf", "select='eq(mod(n,5),0)+eq(mod(n,3),1)'", "-fps_mode", "vfr"]


EXACT = {"pad": 0, "gap": 0, "min_seconds": 0}
"""Appearances as they are: nothing before and after, nothing closed, glimpses too."""


def there(_: int) -> tuple[int, int, int, int]:
    return 20, 30, 40, 40


@pytest.fixture(params=["open.mkv", "uneven.mkv", "plain.mp4", "late.ts"])
def show(request, lab, tmp_path: Path) -> Path:
    """Six seconds with sound; each frame differs from all others."""
    path = tmp_path / f"Show S01E03 {request.param}"
    extra = UNEVEN if "uneven" in path.name else []
    late = ["-output_ts_offset", "1234.5"] if path.suffix == ".ts" else []
    lab.ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=size=160x90:rate={RATE}:duration=6",
        "-f", "lavfi", "-i", "sine=440:duration=6", *extra, "-c:v", "libx264", "-preset",
        "ultrafast", "-bf", "2", "-x264-params", OPEN, "-c:a", "aac", *late, path,
    )  # fmt: skip
    return path


def frame_hashes(lab, path: Path) -> list[str]:
    lines = lab.hashes(path, "-map", "0:v:0", "-fps_mode", "passthrough", form="framehash")
    return [line.rsplit(",", 1)[1].strip() for line in lines]


def test_a_clip_has_exactly_its_frames(show, lab, filled, index, tmp_path):
    episode = filled(show, lab.Face("Hiei", 17, 30, there), lab.Face("Hiei", 60, 61, there))
    # Quality 0 of x264 is lossless, so that frames can be told by their hashes.
    done = clips(
        ["Hiei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", quality=0, **EXACT
    )
    whole, begin = frame_hashes(lab, show), lab.times(show)
    assert [(one.start_frame, one.stop_frame) for one in done.clips] == [(17, 30), (60, 61)]
    for one in done.clips:
        wanted = slice(one.start_frame, one.stop_frame)
        assert frame_hashes(lab, one.file) == whole[wanted]
        moved = [time - begin[one.start_frame] for time in begin[wanted]]
        off = [abs(a - b) for a, b in zip(lab.times(one.file), moved, strict=True)]
        assert max(off) <= Fraction(1, 1000)
    assert episode.frames == len(whole)


def test_a_fast_clip_has_its_frames_and_those_to_the_keyframes(show, lab, filled, index, tmp_path):
    filled(show, lab.Face("Hiei", 17, 40, there))
    done = clips(
        ["Hiei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", fast=True, **EXACT
    )
    assert done.faults == ()
    one = done.clips[0]
    assert one.start_frame <= 17
    assert one.stop_frame >= 40
    if show.suffix != ".ts":  # in an .mkv its H.264 is framed in another way, and decodes the same
        whole = frame_hashes(lab, show)
        assert frame_hashes(lab, one.file) == whole[one.start_frame : one.stop_frame]
    assert one.start_frame >= 17 - 24


def test_sound_is_as_long_as_the_picture(show, lab, filled, index, tmp_path):
    filled(show, lab.Face("Hiei", 17, 40, there))
    done = clips(["Hiei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", **EXACT)
    said = lab.ffmpeg("-i", done.clips[0].file, "-map", "0:a", "-f", "framehash", "-")
    samples = sum(int(line.split(",")[3]) for line in said.splitlines() if line[0] != "#")
    one = done.clips[0]
    seconds = (one.stop_pts - one.start_pts) * one.episode.video.time_base
    assert abs(samples / 44100 - float(seconds)) < 2048 / 44100  # AAC packs 1024 at once


@pytest.fixture
def two(lab, filled, index, tmp_path) -> str:
    """Two characters in an episode with a subtitle; the URL of its index."""
    said = tmp_path / "said.srt"
    said.write_text(
        "1\n00:00:00,200 --> 00:00:02,000\nHello\n\n2\n00:00:03,900 --> 00:00:04,000\nBye\n"
    )
    path = tmp_path / "Show S01E03.mkv"
    grey = ["-f", "lavfi", "-i", "color=0x505050:s=160x90:r=25:d=4"]
    code = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25"]
    lab.ffmpeg(*grey, "-i", said, *code, "-metadata:s:s", "language=jpn", path)
    hiei, kurama = (
        lab.Face("Hiei", 25, 50, there),
        lab.Face("Kurama", 40, 80, lambda _: (90, 30, 30, 30)),
    )
    filled(path, hiei, kurama, series="Show")
    return str(tmp_path / "season.db")


def test_together_are_the_frames_that_show_both(two, tmp_path):
    done = clips(["Hiei", "Kurama"], db=two, out=tmp_path / "clips", together=True, **EXACT)
    assert [(one.start_frame, one.stop_frame) for one in done.clips] == [(40, 50)]
    assert done.clips[0].file.name == "Show_S01E03_0001_Hiei+Kurama_00-00-01.600.mkv"


def test_a_subtitle_that_began_earlier_is_still_shown(two, lab, tmp_path):
    done = clips(["Hiei"], db=two, out=tmp_path / "clips", **EXACT)
    text = lab.ffmpeg("-i", done.clips[0].file, "-map", "0:s:0", "-f", "srt", "-")
    assert "00:00:00,000 --> 00:00:01,000" in text
    assert "Hello" in text
    assert "Bye" not in text


@pytest.mark.parametrize("labels", ["none", "soft", "burn"])
def test_labels_of_all_faces_are_on_a_clip(two, lab, tmp_path, labels):
    done = clips(["Hiei"], db=two, out=tmp_path / "clips", labels=labels, **EXACT)
    path = done.clips[0].file
    seen = lab.pictures(lab.shown(path) if labels == "soft" else path)
    coloured = [np.ptp(picture, axis=2) > 40 for picture in seen]
    left = [bool(picture[:, :80].any()) for picture in coloured]
    right = [bool(picture[30:, 100:].any()) for picture in coloured]
    assert left == [labels != "none"] * 25
    assert right == [labels != "none" and frame >= 15 for frame in range(25)]


def test_scenes_of_either_come_once_with_all_who_are_in_them(two, lab, filled, tmp_path):
    other = tmp_path / "Show S01E02.mkv"
    lab.ffmpeg("-f", "lavfi", "-i", "color=red:s=160x90:r=25:d=4", "-c:v", "libx264", other)
    filled(
        other,
        lab.Face("Kurama", 0, 30, there),
        lab.Face("Hiei", 70, 100, there),
        lab.Face("Yusuke", 90, 100, there),
        series="Show",
    )
    told: list[tuple[int, int]] = []
    folder = tmp_path / "clips"
    done = clips(["hiei", "Kurama"], db=two, out=folder, listener=lambda *step: told.append(step))
    assert [one.file.name for one in done.clips] == [
        "Show_S01E02_0001_Kurama_00-00-00.000.mp4",
        "Show_S01E02_0002_Hiei_00-00-02.600.mp4",
        "Show_S01E03_0003_Hiei+Kurama_00-00-00.800.mkv",
    ]
    assert [(one.start_seconds, one.stop_seconds) for one in done.clips] == [
        (0, 1.4), (2.6, 4), (0.8, 3.4)
    ]  # fmt: skip
    assert told[-1] == (3, 3)
    rows = json.loads((folder / "manifest.json").read_text())
    assert rows == [one.to_json() for one in done.clips]
    assert rows == eyecatch.to_dict(done)["clips"]
    with (folder / "manifest.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["file"] for row in table] == [one.file.name for one in done.clips]
    assert [row["characters"] for row in table] == ["Kurama", "Hiei", "Hiei; Kurama"]
    assert [row["also"] for row in table] == ["", "Yusuke", ""]


@pytest.mark.parametrize("show", ["late.ts"], indirect=True)
def test_a_table_of_clips_has_the_clock_of_players(show, filled, lab, run, tmp_path):
    filled(show, lab.Face("Hiei", 62, 100, there))
    status, out, _ = run("clips", "Hiei", "--db", tmp_path / "season.db", "--out", tmp_path / "out")
    file, *_, start, stop = out.splitlines()[2].split()
    assert status == 0
    assert file.endswith("_00-00-02.442.mp4")
    assert (start, stop[:4]) == ("0:02.4", "0:04")


def test_glimpses_are_cut_where_they_are_asked_for(two, lab, filled, tmp_path):
    other = tmp_path / "Show S01E04.mkv"
    lab.ffmpeg("-f", "lavfi", "-i", "color=red:s=160x90:r=25:d=4", "-c:v", "libx264", other)
    filled(other, lab.Face("Yusuke", 10, 20, there), series="Show")
    with pytest.raises(RequestError, match="--min-seconds 0 cuts glimpses too"):
        clips("Yusuke", db=two, out=tmp_path / "clips")
    assert len(clips("Yusuke", db=two, out=tmp_path / "clips", min_seconds=0).clips) == 1


def test_who_is_in_openings_only_is_said_to_be_there(two, tmp_path):
    eyecatch.segment("Show S01E03", 0, 4, "opening", db=two)
    sentence = "Hiei is on screen nowhere in the story; --with opening counts the rest"
    with pytest.raises(RequestError, match=sentence):
        clips("Hiei", db=two, out=tmp_path / "clips")
    assert clips("Hiei", db=two, out=tmp_path / "clips", with_kinds="opening").clips


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"supercut": "both.txt"}, "no video is written as '.txt'"),
        ({"supercut": "both.mp4", "labels": "soft"}, "can't hold an ASS track"),
        ({"supercut": "taken/both.mkv"}, "taken can't be written (Not a directory)"),
        ({"out": "taken"}, "taken can't be written (Not a directory)"),
        ({"out": "clips", "fast": True, "full": True}, "clips needs 0.0 GB, and 0.0 GB are free"),
    ],
)
def test_what_cannot_be_written_is_told_before_a_clip_is_encoded(
    two, tmp_path, monkeypatch, wishes, sentence
):
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("a file")
    monkeypatch.setattr(Cutter, "write", lambda *_: pytest.fail("a clip was cut"))
    if wishes.pop("full", False):
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3))
    with pytest.raises(RequestError) as caught:
        clips(["Hiei", "Kurama"], db=two, **{"out": "clips", **wishes})
    assert sentence in str(caught.value)
    assert not Path("clips").exists()


@pytest.mark.parametrize("labels", ["none", "soft", "burn"])
def test_a_supercut_has_all_frames_one_after_the_other(two, lab, tmp_path, labels):
    out = tmp_path / "all.mkv"
    asked = {"db": two, "supercut": out, "labels": labels, **EXACT}
    done = clips(["Hiei", "Kurama"], longest=1.5, **asked)
    assert [one.characters for one in done.clips] == [("Hiei", "Kurama"), ("Kurama",)]
    assert [float(time) for time in lab.times(out)] == pytest.approx(np.arange(55) / 25, abs=1e-3)
    seen = lab.pictures(lab.shown(out) if labels == "soft" else out)
    left = [bool((np.ptp(picture[:, :80], axis=2) > 40).any()) for picture in seen]
    hiei = [frame < 50 for frame in range(25, 80)]
    assert left == [labels != "none" and there for there in hiei]


def test_what_is_there_is_kept_unless_forced(two, tmp_path):
    done = clips(["Hiei"], db=two, out=tmp_path / "clips")
    before = done.clips[0].file.stat()
    with pytest.raises(RequestError, match="exists already"):
        clips(["Hiei"], db=two, out=tmp_path / "clips")
    assert done.clips[0].file.stat() == before
    clips(["Hiei"], db=two, out=tmp_path / "clips", force=True)
    assert done.clips[0].file.stat() != before


def test_bad_wishes_are_told(two, tmp_path):
    out = tmp_path / "clips"
    with pytest.raises(UnknownCharacterError, match="Hiei"):
        clips(["Hieu"], db=two, out=out)
    with pytest.raises(RequestError, match="long"):
        clips(["Hiei"], db=two, out=out, shortest=60)
    with pytest.raises(RequestError, match="--out"):
        clips(["Hiei"], db=two)
    with pytest.raises(RequestError, match="fast"):
        clips(["Hiei"], db=two, out=out, fast=True, labels="burn")
    assert not out.exists()


def test_an_episode_whose_file_is_gone_does_not_stop_the_others(two, lab, filled, tmp_path):
    other = tmp_path / "Show S01E04.mkv"
    lab.ffmpeg("-f", "lavfi", "-i", "color=red:s=160x90:r=25:d=1", "-c:v", "libx264", other)
    filled(other, lab.Face("Hiei", 0, 5, there))
    other.unlink()
    done = clips(["Hiei"], db=two, out=tmp_path / "clips")
    assert len(done.clips) == 1
    assert "S01E04" in done.faults[0]


RANGES = [(10, 20), (30, 40), (90, 100)]


def wished(**wishes) -> ClipOptions:
    return ClipOptions(**EXACT | wishes)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (wished(), RANGES),
        (wished(gap=0.4), [(10, 40), (90, 100)]),
        (wished(pad=0.2), [(5, 45), (85, 100)]),
        (wished(pad=0.9), [(0, 62), (68, 100)]),
        (wished(gap=0.4, min_seconds=0.5), [(10, 40)]),
        (wished(gap=0.4, pad=0.2, shortest=1), [(5, 45)]),
        (wished(gap=0.4, longest=0.6), [(10, 25), (25, 40), (90, 100)]),
        (ClipOptions(), [(5, 45)]),
        (ClipOptions(kind="opening"), RANGES),
        (ClipOptions(kind="opening", pad=0.2, min_seconds=0.5), []),
    ],
)
def test_spans(options, wanted):
    clock, unit = FrameTimes(np.arange(100) * 40, 4000), Fraction(1, 1000)
    ranges = [Range(a, b, a * 40, b * 40, 0.9, unit) for a, b in RANGES]
    assert [(one.start, one.stop) for one in spans(ranges, clock, unit, options)] == wanted


@pytest.mark.parametrize(
    ("cuts", "wanted"),
    [
        ([10, 40], (10, 40)),  # it begins and ends with its shots
        ([8, 43], (8, 43)),
        ([15, 35], (5, 45)),  # cuts within it are no ends
        ([3, 60], (5, 45)),
        ([20], (5, 45)),
    ],
)
def test_what_is_shown_before_and_after_ends_at_a_cut(cuts, wanted):
    clock, unit = FrameTimes(np.arange(100) * 40, 4000), Fraction(1, 1000)
    (one,) = spans([Range(10, 40, 400, 1600, 0.9, unit)], clock, unit, ClipOptions(), cuts)
    assert (one.start, one.stop) == wanted


def test_padding_that_meets_makes_one_clip():
    clock, unit = FrameTimes(np.arange(100) * 40, 4000), Fraction(1, 1000)
    ranges = [Range(a, b, a * 40, b * 40, c, unit) for a, b, c in [(10, 20, 0.5), (30, 40, 0.9)]]
    (one,) = spans(ranges, clock, unit, wished(pad=0.2))
    assert (one.start, one.stop, one.confidence) == (5, 45, 0.9)


FRAMES = 120
seconds = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0, 2.0])


@st.composite
def episodes(draw):
    """Times of frames, uneven ones too; ranges that may overlap; cuts."""
    steps = draw(st.lists(st.integers(10, 90), min_size=FRAMES, max_size=FRAMES))
    times = np.concatenate([[0], np.cumsum(steps)])
    pairs = st.tuples(st.integers(0, FRAMES - 1), st.integers(1, 30))
    places = [(a, min(a + n, FRAMES)) for a, n in draw(st.lists(pairs, min_size=1, max_size=12))]
    unit = Fraction(1, 1000)
    ranges = [Range(a, b, int(times[a]), int(times[b]), 0.9, unit) for a, b in places]
    cuts = sorted(draw(st.sets(st.integers(1, FRAMES - 1), max_size=8)))
    return FrameTimes(times[:-1], int(times[-1])), ranges, cuts


@given(episodes(), seconds, seconds, seconds, st.sampled_from([None, 0.7, 3.0]))
def test_scenes_are_in_order_and_no_frame_is_shown_twice(episode, pad, gap, least, longest):
    clock, ranges, cuts = episode
    unit = Fraction(1, 1000)
    options = ClipOptions(pad=pad, gap=gap, min_seconds=least, longest=longest)
    found = spans(ranges, clock, unit, options, cuts)
    edges = [edge for one in found for edge in (one.start, one.stop)]
    assert edges == sorted(edges)
    assert all(one.start < one.stop for one in found)

    def frames(some):
        return {frame for one in some for frame in range(one.start, one.stop)}

    asked = frames([Span(one.start_frame, one.stop_frame, 1) for one in ranges])
    shown = frames(found)
    if least == 0:
        assert asked <= shown  # everything that was asked for is shown
    if pad == gap == least == 0:
        assert shown == asked  # and nothing else
    whole = spans(ranges, clock, unit, replace(options, longest=None), cuts)
    assert frames(whole) == shown
    for one in whole:  # what is beyond a cut was asked for, or closed between two that were
        inside = [frame for frame in asked if one.start <= frame < one.stop]
        assert inside
        assert not [cut for cut in cuts if one.start < cut <= min(inside)]
        assert not [cut for cut in cuts if max(inside) + 1 <= cut < one.stop]
        length = clock.starts(max(inside) + 1) - clock.starts(min(inside))
        assert length * unit >= Fraction(least)
    for a, b in pairwise(whole):
        assert (clock.starts(b.start) - clock.starts(a.stop)) > 0


@given(episodes())
def test_who_is_in_a_scene_is_who_is_on_screen_in_it(episode):
    clock, ranges, cuts = episode
    named = [(f"{k % 3}", one.start_frame, one.stop_frame) for k, one in enumerate(ranges)]
    for span in spans(ranges, clock, Fraction(1, 1000), ClipOptions(min_seconds=0), cuts):
        there = {
            name
            for name, start, stop in named
            if set(range(start, stop)) & set(range(span.start, span.stop))
        }
        assert set(shown_in(span, named)) == there
        assert len(shown_in(span, named)) == len(there) > 0


def test_options_that_contradict_each_other_are_told():
    with pytest.raises(RequestError, match="longest"):
        ClipOptions(shortest=2, longest=1)
    with pytest.raises(RequestError, match="negative"):
        ClipOptions(pad=-1)


def test_a_clip_of_a_damaged_source_is_a_fault(two, index, tmp_path):
    path = tmp_path / "Show S01E03.mkv"
    path.write_bytes(path.read_bytes()[:-2000])
    done = clips(["Hiei"], db=two, out=tmp_path / "clips")
    assert "changed since it was indexed" in done.faults[0]
