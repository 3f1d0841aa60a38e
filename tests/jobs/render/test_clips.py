"""Clips: the frames that were asked for, and nothing of their neighbours."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.records.answers import Range
from eyecatch.jobs.clips.clip_spans import spans
from eyecatch.jobs.clips.clips import clips
from eyecatch.jobs.clips.options import ClipOptions

RATE = "24000/1001"
OPEN = "open-gop=1:keyint=12:min-keyint=12:bframes=3:b-adapt=0:scenecut=0"
UNEVEN = ["-vf", "select='eq(mod(n,5),0)+eq(mod(n,3),1)'", "-fps_mode", "vfr"]


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
    done = clips(["Hiei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", quality=0)
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
    done = clips(["Hiei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", fast=True)
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
    done = clips(["Hiei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips")
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
    done = clips(["Hiei", "Kurama"], db=two, out=tmp_path / "clips", together=True)
    assert [(one.start_frame, one.stop_frame) for one in done.clips] == [(40, 50)]
    assert done.clips[0].file.name == "Show_S01E03_0001_Hiei+Kurama_00-00-01.600.mkv"


def test_a_subtitle_that_began_earlier_is_still_shown(two, lab, tmp_path):
    done = clips(["Hiei"], db=two, out=tmp_path / "clips")
    text = lab.ffmpeg("-i", done.clips[0].file, "-map", "0:s:0", "-f", "srt", "-")
    assert "00:00:00,000 --> 00:00:01,000" in text
    assert "Hello" in text
    assert "Bye" not in text


@pytest.mark.parametrize("labels", ["none", "soft", "burn"])
def test_labels_of_all_faces_are_on_a_clip(two, lab, tmp_path, labels):
    done = clips(["Hiei"], db=two, out=tmp_path / "clips", labels=labels)
    path = done.clips[0].file
    seen = lab.pictures(lab.shown(path) if labels == "soft" else path)
    coloured = [np.ptp(picture, axis=2) > 40 for picture in seen]
    left = [bool(picture[:, :80].any()) for picture in coloured]
    right = [bool(picture[30:, 100:].any()) for picture in coloured]
    assert left == [labels != "none"] * 25
    assert right == [labels != "none" and frame >= 15 for frame in range(25)]


def test_manifests_say_where_clips_are_from(two, tmp_path):
    told = []
    folder = tmp_path / "clips"
    done = clips(["hiei", "Kurama"], db=two, out=folder, listener=lambda *step: told.append(step))
    rows = json.loads((folder / "manifest.json").read_text())
    assert rows == [one.to_json() for one in done.clips]
    with (folder / "manifest.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["file"] for row in table] == [one.file.name for one in done.clips]
    assert {path.name for path in folder.iterdir()} == {
        *(row["file"] for row in rows), "manifest.json", "manifest.csv",
    }  # fmt: skip
    assert told[-1] == (2, 2)
    assert rows[0]["series"] == "Show"
    assert (rows[0]["start"], rows[0]["stop"]) == (1.0, 2.0)


@pytest.mark.parametrize("labels", ["none", "soft", "burn"])
def test_a_supercut_has_all_frames_one_after_the_other(two, lab, tmp_path, labels):
    out = tmp_path / "all.mkv"
    clips(["Hiei", "Kurama"], db=two, supercut=out, labels=labels)
    assert [float(time) for time in lab.times(out)] == pytest.approx(np.arange(65) / 25, abs=1e-3)
    seen = lab.pictures(lab.shown(out) if labels == "soft" else out)
    left = [bool((np.ptp(picture[:, :80], axis=2) > 40).any()) for picture in seen]
    hiei = [True] * 25 + [frame < 50 for frame in range(40, 80)]
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


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (ClipOptions(), RANGES),
        (ClipOptions(gap=0.4), [(10, 40), (90, 100)]),
        (ClipOptions(pad=0.2), [(5, 45), (85, 100)]),
        (ClipOptions(pad=0.9), [(0, 62), (68, 100)]),
        (ClipOptions(gap=0.4, shortest=1), [(10, 40)]),
        (ClipOptions(gap=0.4, longest=0.6), [(10, 25), (25, 40), (90, 100)]),
    ],
)
def test_spans(options, wanted):
    clock = FrameTimes(np.arange(100) * 40, 4000)
    unit = Fraction(1, 1000)
    ranges = [Range(a, b, a * 40, b * 40, 0.9, unit) for a, b in RANGES]
    assert [(one.start, one.stop) for one in spans(ranges, clock, unit, options)] == wanted


def test_padding_that_meets_makes_one_clip():
    clock, unit = FrameTimes(np.arange(100) * 40, 4000), Fraction(1, 1000)
    ranges = [Range(a, b, a * 40, b * 40, c, unit) for a, b, c in [(10, 20, 0.5), (30, 40, 0.9)]]
    (one,) = spans(ranges, clock, unit, ClipOptions(pad=0.2))
    assert (one.start, one.stop, one.confidence) == (5, 45, 0.9)


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
