"""Counting frames as editors do: no drift, however long the episode."""

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from eyecatch.core.video.types import Video
from eyecatch.db.records.answers import Range
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export import edl
from eyecatch.jobs.export.appearances import Appearance, EpisodeAppearances
from eyecatch.jobs.export.timecode import edit_rate, has_constant_rate, timecode

MS = Fraction(1, 1000)


def cast(rate, ranges, frames=34_048):
    """An episode in Matroska, whose times are whole milliseconds, with Hiei at some frames."""
    video = Video(
        Path("/s/S01E01.mkv"), 0, "h264", "yuv420p", 1920, 1080, 0, Fraction(1), MS, rate, None
    )
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
    assert timecode(0, 24) == "00:00:00:00"
    assert timecode(34_047, 24) == "00:23:38:15"
    assert timecode(30 * 3600 + 29, 30) == "01:00:00:29"


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
