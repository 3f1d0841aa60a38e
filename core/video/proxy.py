"""A small copy of a video that every browser plays, and why it may be needed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import ffmpeg
from ffmpeg.nodes import OutputStream

from eyecatch.core.errors import MediaError
from eyecatch.core.files import atomic_file
from eyecatch.core.video.clock import clock_of
from eyecatch.core.video.container_layout import Layout
from eyecatch.core.video.ffmpeg import Watch, named, run, source_input, unwatched
from eyecatch.core.video.types import NO_CROP, Video

MAX_LINES = 720
"""Height of a proxy at most: enough to see who it is."""

# What Chromium, Firefox and Safari play without plug-ins (MDN, "Media container formats" and
# "Web video codec guide"); HEVC only some of them, on some machines.
_CONTAINERS = {"mp4", "mov", "webm", "matroska", "ogg"}
_VIDEO = {"h264", "vp8", "vp9", "av1", "theora"}
_AUDIO = {"aac", "mp3", "opus", "vorbis", "flac", ""}
_VIDEO_10_BIT = {"vp9", "av1"}


def obstacle(layout: Layout, video: Video) -> str | None:
    """Why browsers can't play a file, as a clause; None if at least Chromium should.

    Args:
        layout: of the file.
        video: the stream of it that is shown.
    """
    codec, pixel_format = video.codec, video.pixel_format
    if not set(layout.container.split(",")) & _CONTAINERS:
        return f"no browser opens files of the kind {layout.container.partition(',')[0]}"
    if codec not in _VIDEO:
        return f"most browsers can't decode {codec}"
    if codec not in _VIDEO_10_BIT and pixel_format not in {"yuv420p", "yuvj420p"}:
        if not pixel_format.startswith(("yuv420p", "yuvj420p")):
            return f"browsers decode {codec} only in yuv420p, and this is {pixel_format}"
        return f"browsers can't decode {codec} of more than 8 bits ({pixel_format}, as Hi10P has)"
    sound = layout.of("audio")
    if sound and sound[0].codec not in _AUDIO:
        return f"most browsers can't decode its sound, {sound[0].codec}"
    return "browsers show what its container crops" if video.crop != NO_CROP else None


def make_proxy(
    video: Path, out: Path, watch: Watch = unwatched, *, begin: Fraction | None = None
) -> None:
    """Write an MP4 of H.264 and AAC, at most ``MAX_LINES`` high; whole, or not at all.

    Args:
        video: the file.
        out: where to; its folder is made.
        watch: called with the frames written, as they are.
        begin: seconds on the video's clock at which that of the proxy begins; None for where
            players begin to count.

    Raises:
        MediaError: the video can't be read, or the proxy can't be written.
    """
    try:
        with atomic_file(out) as part:
            begin = clock_of(video).origin if begin is None else begin
            run(_encoding(video, part, begin), video, watch=watch)
    except OSError as error:
        raise MediaError(str(out), f"can't be written: {error.strerror}") from error


def _encoding(video: Path, out: Path, begin: Fraction) -> OutputStream:
    source = source_input(video, copyts=None)
    picture = source.video.filter("scale", w=-2, h=f"min({MAX_LINES},trunc(ih/2)*2)")
    return ffmpeg.output(
        picture,
        source["a:0?"],
        named(out),
        vcodec="libx264",
        preset="veryfast",
        crf=26,
        pix_fmt="yuv420p",
        acodec="aac",
        audio_bitrate="96k",
        movflags="+faststart",
        output_ts_offset=-float(begin),
    )
