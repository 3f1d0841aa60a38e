"""The pictures of a frame."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from eyecatch.core.video.decode import decode
from eyecatch.core.video.frame import downscaled_size
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe

COLOUR = (100, 50, 200)
"""B, G, R."""


def _first(path):
    video = probe(path)
    return video, next(iter(decode(video, plan(video).chunks[0])))


FORMATS = {
    "bt601": ["-pix_fmt", "yuv420p", "-c:v", "libx264"],
    "bt709": ["-vf", "scale=out_color_matrix=bt709,format=yuv420p", "-colorspace", "bt709"],
    "full": ["-vf", "scale=out_range=pc,format=yuvj420p", "-color_range", "pc"],
    "ten-422": ["-pix_fmt", "yuv422p10le", "-c:v", "libx264"],
    "444": ["-pix_fmt", "yuv444p", "-c:v", "libx264"],
    "rgb": ["-pix_fmt", "bgr0", "-c:v", "ffv1"],
    "planar-rgb": ["-pix_fmt", "gbrp", "-c:v", "libx264rgb"],
}


@pytest.mark.parametrize("kind", FORMATS)
def test_colours_are_those_that_were_drawn(run_ffmpeg, tmp_path, kind):
    path = tmp_path / "colour.mkv"
    source = ["-f", "lavfi", "-i", "color=0xC83264:size=64x64,format=rgb24"]
    run_ffmpeg(*source, "-frames:v", "2", *FORMATS[kind], path)
    _, frame = _first(path)
    for picture in (frame.bgr(), frame.downscaled(32)):
        assert np.abs(picture.astype(int) - COLOUR).max() <= 4


@pytest.mark.parametrize("kind", [*FORMATS, "ten-420"])
def test_a_part_is_that_part_of_the_whole(run_ffmpeg, tmp_path, kind):
    path = tmp_path / "pattern.mkv"
    source = ["-f", "lavfi", "-i", "testsrc2=size=226x146,format=rgb24"]
    how = FORMATS.get(kind, ["-pix_fmt", "yuv420p10le", "-c:v", "libx264"])
    run_ffmpeg(*source, "-frames:v", "2", *how, path)
    _, frame = _first(path)
    whole = frame.bgr()
    for left, top, right, bottom in [(0, 0, 226, 146), (33, 21, 120, 99), (200, 140, 226, 146)]:
        part = frame.region(left, top, right, bottom)
        off = np.abs(part.astype(int) - whole[top:bottom, left:right])
        assert part.shape == (bottom - top, right - left, 3)
        assert off.max() <= 2 or ("ten" in kind and off.mean() <= 2)


def test_high_definition_that_says_nothing_is_bt709(run_ffmpeg, tmp_path):
    path = tmp_path / "hd.mkv"
    source = ["-f", "lavfi", "-i", "color=0xC83264:size=1280x720,format=rgb24"]
    run_ffmpeg(
        *source, "-frames:v", "1", "-vf", "scale=out_color_matrix=bt709,format=yuv420p",
        "-c:v", "libx264", "-colorspace", "unknown", path,
    )  # fmt: skip
    _, frame = _first(path)
    assert np.abs(frame.bgr().astype(int) - COLOUR).max() <= 4


def test_grey(run_ffmpeg, tmp_path):
    path = tmp_path / "grey.mkv"
    source = ["-f", "lavfi", "-i", "color=gray:size=64x64"]
    run_ffmpeg(*source, "-frames:v", "1", "-pix_fmt", "gray", "-c:v", "ffv1", path)
    _, frame = _first(path)
    assert np.abs(frame.bgr().astype(int) - 128).max() <= 4
    assert np.abs(frame.thumbnail()[..., 1:].astype(int) - 128).max() <= 1


def test_shapes(sample, made):
    video, frame = _first(made(sample.name))
    assert frame.bgr().shape == (video.height, video.width, 3)
    assert frame.thumbnail().shape == (36, 64, 3)
    height, width, planes = frame.downscaled(54).shape
    assert (height, planes) == (54, 3)
    assert width % 2 == 0
    assert abs(width / height - video.width / video.height) < 0.04
    assert {frame.bgr().dtype, frame.downscaled(54).dtype, frame.thumbnail().dtype} == {
        np.dtype(np.uint8)
    }


@pytest.mark.parametrize(
    ("size", "lines", "small"),
    [
        ((1920, 1080), 540, (960, 540)),
        ((1920, 962), 540, (1076, 540)),
        ((640, 480), 540, (640, 480)),
        ((191, 107), 540, (190, 107)),
        ((1080, 1920), 540, (302, 540)),
    ],
)
def test_small_is_even_and_never_larger(size, lines, small):
    assert downscaled_size(*size, lines) == small


def test_pictures_stand_upright(made, run_ffmpeg, tmp_path):
    """As ffmpeg turns them by itself; turned wrongly, they would differ by 60 and more."""
    turned = tmp_path / "turned.bgr"
    run_ffmpeg(
        "-i", made("turned.mp4"), "-frames:v", "1", "-pix_fmt", "bgr24", "-f", "rawvideo", turned
    )
    expected = np.fromfile(turned, np.uint8).reshape(192, 108, 3).astype(int)
    _, frame = _first(made("turned.mp4"))
    assert np.abs(frame.bgr() - expected).mean() < 10
    small = expected.reshape(64, 3, 36, 3, 3).mean((1, 3))
    assert np.abs(frame.downscaled(64) - small).mean() < 10
    lightness = expected.astype(np.float32) @ np.float32([0.114, 0.587, 0.299])
    lightness = cv2.resize(lightness, (64, 36), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(frame.thumbnail()[..., 0].ravel(), lightness.ravel())[0, 1] > 0.95


def test_looks_of_different_frames_differ_and_of_the_same_do_not(made):
    video = probe(made("h264.mp4"))
    (chunk,) = plan(video).chunks
    looks = [frame.thumbnail() for frame in decode(video, chunk)]
    again = [frame.thumbnail() for frame in decode(video, chunk)]
    assert all((a == b).all() for a, b in zip(looks, again, strict=True))
    assert (looks[0] != looks[10]).any()


def test_pictures_outlive_their_frames(made):
    """A picture owns its memory: what is decoded later doesn't change it."""
    video = probe(made("h264.mp4"))
    frames = decode(video, plan(video).chunks[0])
    first = next(frames)
    kept = first.bgr(), first.downscaled(54), first.thumbnail()
    copies = [picture.copy() for picture in kept]
    del first
    for frame in frames:
        frame.bgr(), frame.downscaled(54), frame.thumbnail()
    assert all((a == b).all() for a, b in zip(kept, copies, strict=True))


def test_frames_of_another_size_are_brought_to_the_first(run_ffmpeg, tmp_path):
    """A recording may change its size; boxes stay in pixels of the video as it was probed."""
    path = tmp_path / "change.ts"
    parts = []
    for size in ("192x108", "96x54"):
        part = tmp_path / f"{size}.ts"
        source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=24"]
        run_ffmpeg(*source, "-frames:v", "12", "-c:v", "mpeg2video", "-f", "mpegts", part)
        parts.append(part.read_bytes())
    path.write_bytes(b"".join(parts))
    video = probe(path)
    frames = [frame for chunk in plan(video).chunks for frame in decode(video, chunk)]
    assert {frame.source.width for frame in frames} == {192, 96}
    assert {frame.bgr().shape for frame in frames} == {(108, 192, 3)}
