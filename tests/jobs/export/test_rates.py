"""Counting frames as editors do: no drift, however long the episode."""

import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from eyecatch.core.video.probe import probe
from eyecatch.core.video.types import Video
from eyecatch.db.records.answers import Range
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export import edl
from eyecatch.jobs.export import otio as otio_format
from eyecatch.jobs.export.appearances import Appearance, EpisodeAppearances
from eyecatch.jobs.export.timecode import FrameCount, edit_rate, has_constant_rate

MS = Fraction(1, 1000)


def cast(rate, ranges, frames=34_048, said=None):
    """An episode in Matroska, whose times are whole milliseconds, with Hiei at some frames."""
    video = Video(
        Path("/s/S01E01.mkv"), 0, "h264", "yuv420p", 1920, 1080, 0, Fraction(1), MS, rate, None,
        timecode=said,
    )  # fmt: skip
    end = round(frames / rate / MS) * MS
    episode = EpisodeRecord(1, "d", video, None, frames, end, True, "done", None, None)
    found = [
        Range(start, stop, round(start / rate / MS), round(stop / rate / MS), 0.9, MS)
        for start, stop in ranges
    ]
    return EpisodeAppearances(episode, tuple(Appearance("Hiei", one) for one in found))


@pytest.mark.parametrize(
    ("container", "editor"),
    [
        (Fraction(24000, 1001), Fraction(24000, 1001)),
        (Fraction(2997, 125), Fraction(24000, 1001)),  # 23.976
        (Fraction(23_981, 1000), Fraction(24000, 1001)),
        (Fraction(24), Fraction(24)),
        (Fraction(25), Fraction(25)),
        (Fraction(30000, 1001), Fraction(30000, 1001)),
        (Fraction(60000, 1001), Fraction(60000, 1001)),
        (Fraction(37, 2), Fraction(37, 2)),
    ],
)
def test_rates_are_those_of_editors(container, editor):
    assert edit_rate(container) == editor


def test_timecode_counts_frames():
    assert FrameCount(24).text(0) == "00:00:00:00"
    assert FrameCount(24).text(34_047) == "00:23:38:15"
    assert FrameCount(30).text(30 * 3600 + 29) == "01:00:00:29"
    assert FrameCount(25).text(25 * 24 * 3600 + 1) == "00:00:00:01", "after a day"
    assert FrameCount(24).frame("10:00:00:00") == 24 * 36_000
    for no in ("10:00:00:24", "10:60:00:00", "ten", "", "10:00:00"):
        assert FrameCount(24).frame(no) is None


@pytest.mark.parametrize("base", [30, 60])
def test_dropped_numbers_are_those_of_another_program(base):
    rate, count = base * 1000 / 1001, FrameCount(base, drop=True)
    frames = [0, 1, 59 * base, 60 * base - 1, 60 * base, 17_981, 17_982, 107_892, 2_589_407]
    for frame in [*frames, *range(0, 2_500_000, 99_991)]:
        time = otio.opentime.RationalTime(frame, rate)
        shown = otio.opentime.to_timecode(time, rate, drop_frame=True)
        assert count.text(frame) == shown
        assert count.frame(shown) == frame


@pytest.mark.parametrize(
    ("said", "rate", "begins", "mode"),
    [
        ("10:00:00:00", Fraction(24000, 1001), "10:00:00:00 10:00:00:10 01:00:00:00", "NON-DROP"),
        ("10:00:00:00", Fraction(25), "10:00:00:00 10:00:00:10 01:00:00:00", "NON-DROP"),
        ("23:59:59:20", Fraction(24), "23:59:59:20 00:00:00:06 01:00:00:00", "NON-DROP"),
        ("00:59:59;25", Fraction(30000, 1001), "00:59:59;25 01:00:00;05 01:00:00;00", "DROP"),
        ("10:00:00:40", Fraction(24), "00:00:00:00 00:00:00:10 01:00:00:00", "NON-DROP"),
        ("rubbish", Fraction(24), "00:00:00:00 00:00:00:10 01:00:00:00", "NON-DROP"),
        (None, Fraction(24), "00:00:00:00 00:00:00:10 01:00:00:00", "NON-DROP"),
    ],
)
def test_editors_find_the_frames_of_a_file_with_a_timecode(said, rate, begins, mode):
    one = cast(rate, [(0, 10)], said=said)
    text = edl.write(one)
    assert begins in text
    assert f"FCM: {mode} FRAME\n" in text
    timeline = otio.adapters.read_from_string(otio_format.write(one), "otio_json")
    (clip,) = timeline.tracks[1].find_clips()
    start = clip.source_range.start_time
    assert clip.media_reference.available_range.start_time == start
    drop = mode == "DROP"
    assert otio.opentime.to_timecode(start, start.rate, drop_frame=drop) == begins[:11]


def test_a_film_with_repeated_fields_has_the_rate_it_is_shown_at(tmp_path):
    path = tmp_path / "film.vob"
    write_telecined(path)
    video = probe(path)
    assert edit_rate(video.rate) == Fraction(30000, 1001)
    one = cast(Fraction(24000, 1001), [(0, 10)])
    shown = replace(one, episode=replace(one.episode, video=replace(video, time_base=MS)))
    assert "29.970 A SECOND" in edl.write(shown)


def write_telecined(path):
    """24000/1001 pictures a second in MPEG-2 that says 30000/1001, by repeating fields: 2:3."""
    plain = path.with_suffix(".m2v")
    drawn = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=24000/1001:d=4")
    how = ("-c:v", "mpeg2video", "-bf", "0", "-f", "mpeg2video", plain)
    subprocess.run((get_ffmpeg_exe(), "-v", "error", *drawn, *how), check=True)
    data, place, picture = bytearray(plain.read_bytes()), 0, 0
    while (place := data.find(b"\0\0\1", place)) >= 0:
        code, head = data[place + 3], place + 4
        if code == 0xB3:  # sequence header
            data[place + 7] = data[place + 7] & 0xF0 | 4  # frame_rate_code: 30000/1001
        elif code == 0xB5 and data[head] >> 4 == 1:  # sequence extension
            data[head + 1] &= ~0x08  # not progressive_sequence
        elif code == 0xB5 and data[head] >> 4 == 8:  # picture coding extension
            top, again = ((1, 1), (0, 0), (0, 1), (1, 0))[picture % 4]
            data[head + 3] = data[head + 3] & ~0x82 | top << 7 | again << 1
            data[head + 4] |= 0x80  # progressive_frame
            picture += 1
        place += 3
    plain.write_bytes(data)
    command = (get_ffmpeg_exe(), "-v", "fatal", "-fflags", "+genpts", "-i", plain, "-c", "copy")
    subprocess.run((*command, path), check=True)


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001)])
def test_an_edl_does_not_drift_over_an_episode(rate):
    ranges = [(n, n + 1 + n % 7) for n in range(0, 34_000, 997)]
    one = cast(rate, ranges)
    assert has_constant_rate(one)
    timeline = otio.adapters.read_from_string(
        edl.write(one), adapter_name="cmx_3600", rate=round(rate)
    )
    clips = [clip.source_range for clip in timeline.tracks[0].find_clips()]
    read = [(int(c.start_time.value), int(c.end_time_exclusive().value)) for c in clips]
    assert read == ranges


def test_uneven_times_are_not_steady():
    one = cast(Fraction(24000, 1001), [(0, 10), (5000, 5010)])
    late = one.appearances[1].range._replace(start_pts=210_000, stop_pts=210_400)
    uneven = EpisodeAppearances(one.episode, (one.appearances[0], Appearance("Hiei", late)))
    assert not has_constant_rate(uneven)
    assert "VARIABLE" in edl.write(uneven)
    assert "00:03:29:19" in edl.write(uneven), "frame 5035, where 210 s are at 23.976"
