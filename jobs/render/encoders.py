"""The encoders that burning in may use, and whether they really work here."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import ffmpeg
from av.video.format import VideoFormat

from eyecatch.core.errors import RequestError
from eyecatch.core.video.ffmpeg import compiled
from eyecatch.core.video.types import Video
from eyecatch.jobs.render.options import EncodingOptions


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder of H.264.

    Attributes:
        codec: ffmpeg's name.
        options: of ffmpeg: quick, and too good to tell from the source at a glance.
        quality: the option that says how good, lower is better; empty if it has another scale.
        deep: encodes 10 bits.
    """

    codec: str
    options: Mapping[str, str | int]
    quality: str
    deep: bool = False


ENCODERS = {
    # CRF 18 is where x264's own guide puts "visually lossless".
    "x264": Encoder("libx264", {"preset": "veryfast", "crf": 18}, "crf", deep=True),
    "nvenc": Encoder("h264_nvenc", {"preset": "p4", "rc": "vbr", "cq": 19, "b:v": 0}, "cq"),
    "qsv": Encoder("h264_qsv", {"preset": "faster", "global_quality": 19}, "global_quality"),
    "videotoolbox": Encoder("h264_videotoolbox", {"q:v": 65}, ""),
}
"""By the names that people call them. Those of cards come after x264, best first."""


def find_encoder(options: EncodingOptions, pixel_format: str) -> Encoder:
    """The encoder for a video in a pixel format, by ffmpeg's name.

    Raises:
        RequestError: it doesn't work on this machine, or not for this video.
    """
    chosen = _chosen(options.encoder, pixel_format)
    if options.quality is None:
        return chosen
    if not chosen.quality:
        raise RequestError(f"{chosen.codec} has no scale of quality", "leave it to itself")
    return replace(chosen, options={**chosen.options, chosen.quality: options.quality})


def _chosen(name: str, pixel_format: str) -> Encoder:
    deep = any(part.bits > 8 for part in VideoFormat(pixel_format).components)
    if name == "auto":
        cards = [one for key, one in ENCODERS.items() if key != "x264" and not deep]
        return next((one for one in cards if works(one.codec)), ENCODERS["x264"])
    if name not in ENCODERS:
        raise RequestError(
            f"there is no encoder {name!r}", f"choose of auto, {', '.join(ENCODERS)}"
        )
    chosen = ENCODERS[name]
    if deep and not chosen.deep:
        raise RequestError(f"{name} can't encode 10 bits a sample", "take x264, or auto")
    if not works(chosen.codec):
        raise RequestError(f"{name} does not work on this machine", "take x264, or auto")
    return chosen


def video_options(
    video: Video, encoder: Encoder, number: int, filters: str
) -> dict[str, str | int]:
    """Options of an output that encode its video ``number``, frame by frame as they come.

    Args:
        video: where the frames come from.
        encoder: of H.264.
        number: of the stream among the output's videos.
        filters: what they pass through.
    """
    options: dict[str, str | int] = {
        f"c:v:{number}": encoder.codec,
        f"filter:v:{number}": filters,
        f"fps_mode:v:{number}": "passthrough",
        f"enc_time_base:v:{number}": "demux",
        # A clock of its own in MP4; Matroska's counts milliseconds whatever is asked.
        "video_track_timescale": video.time_base.denominator,
    }
    return options | {f"{key.split(':')[0]}:v:{number}": v for key, v in encoder.options.items()}


@cache
def works(codec: str) -> bool:
    """Whether an encoder encodes a frame here: ffmpeg lists those of cards that aren't there."""
    grey = ffmpeg.input("color=gray:size=320x240:rate=1", f="lavfi")
    command = compiled(grey.output("-", f="null", vcodec=codec, vframes=1))
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
