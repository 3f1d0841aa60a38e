"""The frames of all chunks together are the frames of one straight decode."""

from __future__ import annotations

import hashlib
from itertools import chain

import av
import numpy as np
import pytest

from eyecatch.core.errors import MediaError
from eyecatch.core.video.decode import decode
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe


def _seen(picture):
    """A frame's time and a hash of every sample of it, as stored."""
    return picture.pts, hashlib.blake2b(picture.to_ndarray().tobytes()).digest()


def _straight(video):
    """What PyAV alone decodes; damaged packets are passed over."""
    seen = []
    with av.open(str(video.path)) as container:
        stream = container.streams[video.stream]
        for packet in container.demux(stream):
            try:
                seen += [_seen(picture) for picture in stream.decode(packet)]
            except av.error.FFmpegError:
                continue
    return seen


def _all(video, seconds, threads=1):
    chunks = plan(video, seconds).chunks
    frames = (decode(video, chunk, threads=threads) for chunk in chunks)
    return [(frame.number, frame.pts, _seen(frame.source)) for frame in chain(*frames)]


@pytest.fixture(scope="session")
def straight(made):
    """The straight decode of a sample, once for all tests."""
    known = {}

    def get(name):
        if name not in known:
            known[name] = _straight(probe(made(name)))
        return known[name]

    return get


@pytest.mark.parametrize("seconds", [0, 1.1, 60])
def test_chunks_together_are_a_straight_decode(sample, made, straight, seconds):
    frames = _all(probe(made(sample.name)), seconds)
    assert [seen for _, _, seen in frames] == straight(sample.name)
    assert [number for number, _, _ in frames] == list(range(sample.frames))
    times = [pts for _, pts, _ in frames]
    assert (np.diff(times) > 0).all()
    assert sample.straight or times == [pts for pts, _ in straight(sample.name)]


@pytest.mark.parametrize("name", ["h264-open.ts", "hevc-open.mkv", "refresh.mkv", "vp9.webm"])
def test_threads_change_nothing(made, straight, name):
    assert [seen for _, _, seen in _all(probe(made(name)), 0, threads=3)] == straight(name)


def test_chunks_decode_in_any_order_and_alone(made, straight):
    video = probe(made("hevc-open.mkv"))
    chunks = plan(video, 0).chunks
    for chunk in reversed(chunks):
        seen = [_seen(frame.source) for frame in decode(video, chunk)]
        assert seen == straight("hevc-open.mkv")[chunk.start : chunk.stop]


def test_keyframes_are_marked(made):
    video = probe(made("h264-open.mkv"))
    frames = [frame for chunk in plan(video, 1).chunks for frame in decode(video, chunk)]
    assert [frame.number for frame in frames if frame.keyframe] == list(range(0, 96, 12))


def test_a_file_that_shrank_yields_what_is_left_and_says_where_it_stopped(made, tmp_path):
    data = made("h264.mp4").read_bytes()
    path = tmp_path / "shrank.mkv"
    path.write_bytes(made("h264-open.mkv").read_bytes())
    video = probe(path)
    (chunk,) = plan(video).chunks
    path.write_bytes(path.read_bytes()[: len(data) // 2])
    seen = []
    with pytest.raises(MediaError, match=r"shrank.mkv: decoding stopped at \d\.\d{3} s"):
        seen.extend(_seen(frame.source) for frame in decode(video, chunk))
    assert seen
    assert seen == _straight(video)


@pytest.mark.parametrize("name", ["h264-open.mkv", "h264.mp4", "h264-open.ts", "mpeg2.ts"])
@pytest.mark.parametrize("seconds", [0, 60])
def test_damage_in_the_middle_shifts_no_other_number(made, straight, tmp_path, name, seconds):
    """A twentieth of the bytes is overwritten: the frames before and after keep their numbers."""
    data = bytearray(made(name).read_bytes())
    start, stop = int(len(data) * 0.45), int(len(data) * 0.5)
    data[start:stop] = np.random.default_rng(0).bytes(stop - start)
    path = tmp_path / name
    path.write_bytes(data)
    video = probe(path)
    planned = np.concatenate([chunk.pts for chunk in plan(video, seconds).chunks])
    frames = _all(video, seconds)
    assert all(planned[number] == pts for number, pts, _ in frames)
    whole = set(straight(name)) & set(_straight(video))
    assert len(whole) > 60
    assert whole <= {seen for _, _, seen in frames}
    if name == "h264.mp4":  # its index is whole, so every number is that of the sound file
        assert all(straight(name)[number][0] == pts for number, pts, _ in frames)
