"""What is known of a file before it is decoded."""

from __future__ import annotations

from fractions import Fraction
from types import NoneType

import numpy as np
import pytest

from eyecatch.core.video.probe import probe


def test_first_facts(made):
    video = probe(made("h264.mp4"))
    assert (video.stream, video.codec, video.pixel_format) == (0, "h264", "yuv420p")
    assert (video.width, video.height, video.rotation) == (192, 108, 0)
    assert (video.rate, video.duration, video.pixel_aspect) == (24, 4, 1)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("av1.mkv", "av1"), ("vp8.webm", "vp8"), ("mpeg2.ts", "mpeg2video"), ("intra.avi", "mjpeg")],
)
def test_codec_is_the_format_not_the_decoder(made, name, codec):
    assert probe(made(name)).codec == codec


def test_rate_is_exact(made):
    assert probe(made("film.mp4")).rate == Fraction(24000, 1001)


def test_bits(made):
    assert probe(made("hi10p.mkv")).pixel_format == "yuv420p10le"


def test_anamorphic_pixels_are_not_stretched(made):
    video = probe(made("anamorphic.mkv"))
    assert (video.width, video.height, video.pixel_aspect) == (192, 108, Fraction(32, 27))


def test_a_file_held_on_its_side_is_described_upright(made):
    """The file says 90 degrees counterclockwise: a quarter less than a whole turn clockwise."""
    video = probe(made("turned.mp4"))
    assert (video.width, video.height, video.rotation) == (108, 192, 270)


def test_the_default_stream_is_chosen(made):
    video = probe(made("streams.mkv"))
    assert (video.stream, video.width) == (1, 192)


def test_without_a_default_the_largest_is_chosen(made, run_ffmpeg, tmp_path):
    path = tmp_path / "none.mkv"
    run_ffmpeg("-i", made("streams.mkv"), "-map", "0", "-c", "copy", "-disposition:v", "0", path)
    assert probe(path).stream == 1


@pytest.mark.parametrize("name", ["cover.mkv", "cover.mp4"])
def test_cover_art_is_never_chosen(made, name):
    video = probe(made(name))
    assert (video.codec, video.width) == ("h264", 192)


def test_titles_in_an_old_encoding_do_no_harm(made, tmp_path):
    path = tmp_path / "title.mkv"
    data = made("one.mkv").read_bytes()
    encoder = data.index(b"Lavf")
    path.write_bytes(data[:encoder] + b"\xe9\xff" + data[encoder + 2 :])
    assert probe(path).codec == "h264"


def test_names_that_look_like_protocols_are_names(made, tmp_path, monkeypatch):
    (tmp_path / "http:%03d.mkv").write_bytes(made("one.mkv").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert probe(next(tmp_path.iterdir()).relative_to(tmp_path)).width == 192


def test_a_video_says_no_more_than_numbers(made):
    """It crosses process boundaries: nothing of PyAV clings to it."""
    video = probe(made("h264.mp4"))
    assert all(type(value) in {bool, int, str, Fraction, NoneType} for value in _values(video))
    assert np.gcd(video.time_base.numerator, video.time_base.denominator) == 1


def _values(video):
    names = [name for name in video.__dataclass_fields__ if name != "path"]
    values = [getattr(video, name) for name in names if name != "crop"]
    return [*values, *video.crop]
