"""How episodes are cut into chunks."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from eyecatch.core.video.plan import least_length, plan
from eyecatch.core.video.probe import probe


def test_chunks_follow_each_other_and_start_on_keyframes(sample, made):
    cut = plan(probe(made(sample.name)), 0)
    assert cut.chunks[0].start == 0
    assert cut.frames == sample.frames
    assert [chunk.index for chunk in cut.chunks] == list(range(len(cut.chunks)))
    for chunk, following in pairwise(cut.chunks):
        assert chunk.stop == following.start
        assert chunk.stop_pts == following.pts[0]
    assert cut.chunks[-1].stop_pts is None
    for chunk in cut.chunks:
        assert chunk.straight == sample.straight
        if not chunk.straight:
            assert len(chunk.pts) == chunk.stop - chunk.start
            assert chunk.keyframes[0] == chunk.start
            assert chunk.keyframes[-1] < chunk.stop


def test_as_many_chunks_as_keyframes(sample, made):
    chunks = plan(probe(made(sample.name)), 0).chunks
    assert sample.chunks is None or len(chunks) == sample.chunks


@pytest.mark.parametrize(("seconds", "starts"), [(0.5, 8), (0.6, 4), (1, 4), (2, 2), (3, 1)])
def test_each_chunk_is_as_long_as_asked(made, seconds, starts):
    """Four seconds with a keyframe every half second; what is left over joins the last chunk."""
    video = probe(made("h264.mp4"))
    chunks = plan(video, seconds).chunks
    lengths = [len(chunk.pts) / video.rate for chunk in chunks]
    assert len(chunks) == starts
    assert all(length >= seconds for length in lengths)


@pytest.mark.parametrize(
    ("episode", "chunk"), [(1, 10), (60, 10), (300, 12.5), (1440, 60), (10800, 60)]
)
def test_a_short_episode_has_short_chunks(episode, chunk):
    assert least_length(episode) == chunk


def test_whoever_names_no_length_gets_the_one_that_suits(made):
    video = probe(made("h264.mp4"))
    starts = [chunk.start for chunk in plan(video).chunks]
    assert starts == [chunk.start for chunk in plan(video, least_length(4)).chunks]


def test_keyframes_do_not_depend_on_the_cuts(sample, made):
    video = probe(made(sample.name))
    whole = np.concatenate([chunk.keyframes for chunk in plan(video, 60).chunks])
    parts = np.concatenate([chunk.keyframes for chunk in plan(video, 0).chunks])
    assert whole.tolist() == parts.tolist()


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("h264.mp4", 4),
        ("film.mp4", Fraction(96 * 1001, 24000)),
        ("edit.mp4", Fraction(64, 24)),
        ("one.mkv", Fraction(42, 1000)),
        (
            "raw.h264",
            Fraction(96, 25),
        ),  # a raw stream has no times; FFmpeg takes it for 25 a second
    ],
)
def test_end_is_when_the_last_frame_ends(made, name, end):
    cut = plan(probe(made(name)))
    assert abs(cut.end - end) <= Fraction(1, 1000)
    assert cut.complete


def _packets(path):
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


def test_the_hard_files_are_as_hard_as_they_say(made):
    """Otherwise the proofs made with them would prove less than they claim."""
    vp8 = _packets(made("vp8.webm"))
    assert sum(not bytes(packet)[0] & 0x10 for packet in vp8) == len(vp8) - 96 > 0
    assert any(bytes(packet)[-1] & 0xE0 == 0xC0 for packet in _packets(made("vp9.webm")))
    assert any(packet.is_discard for packet in _packets(made("edit.mp4")))
    assert any(packet.pts is None for packet in _packets(made("raw.h264")))
    assert not _packets(made("h264-cut.ts"))[0].is_keyframe
    for name in ("h264-open.mkv", "h264-open.mp4", "h264-open.ts", "hevc-open.mkv"):
        packets = _packets(made(name))
        later = [packet.pts for packet in packets[packets.index(_second_key(packets)) :]]
        assert sorted(later).index(later[0]) == 3


def _second_key(packets):
    return [packet for packet in packets if packet.is_keyframe][1]


def test_a_seek_into_a_refresh_begins_too_late(made):
    """The decoder withholds what isn't refreshed yet, so decoding has to begin earlier."""
    with av.open(str(made("refresh.mkv"))) as container:
        container.seek(2000, stream=container.streams.video[0])
        assert next(container.decode(video=0)).pts > 2000


def test_times_of_a_recording_are_its_own(made):
    """The stream starts at 1234.5 s, after the 1.4 s that ffmpeg gives each transport stream."""
    video = probe(made("mpeg2.ts"))
    start = plan(video).chunks[0].pts[0] * video.time_base
    assert 1235.5 < start < 1236.5


def test_times_keep_their_variable_rate(made):
    """Frames 0, 1, 4, 5, 7, 10, 13 of fifteen are left, at 24 a second."""
    video = probe(made("vfr.mkv"))
    pts = plan(video).chunks[0].pts[:8] * float(video.time_base) * 24
    assert np.round(pts).tolist() == [0, 1, 4, 5, 7, 10, 13, 15]
