"""What a video file holds: which stream is indexed, its size, orientation, rate and length."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from eyecatch.core.errors import MediaError
from eyecatch.core.shortage import blame_machine
from eyecatch.core.video.clock import origin, timecode
from eyecatch.core.video.container import open_container
from eyecatch.core.video.demux import demux
from eyecatch.core.video.geometry import Cropper, container_crop, orientation, upright_size
from eyecatch.core.video.types import Video

NOT_SHOWN = Disposition.attached_pic | Disposition.timed_thumbnails
"""Streams of pictures that belong to a file, but aren't its video: cover art, chapter pictures."""


def probe(path: Path) -> Video:
    """Reads what a video file holds, and decodes its first frame.

    Of several video streams the one marked as default is chosen, then the largest, then the first;
    never cover art.

    Raises:
        MediaError: the file can't be read, is no video, has no video stream, or no frame of it
            can be decoded.

    Example:
        >>> from eyecatch.core.synthetic.season import draw_episode
        >>> faces = draw_episode(Path("episode.mkv"), seconds=1, size=(320, 180))
        >>> video = probe(Path("episode.mkv"))
        >>> video.codec, video.width, video.height, video.rate
        ('h264', 320, 180, Fraction(24000, 1001))
    """
    with open_container(path) as container:
        stream = _choose(path, container)
        frame = _first_frame(path, container, stream)
        return _describe(path, container, stream, frame)


def _choose(path: Path, container: InputContainer) -> VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & NOT_SHOWN]
    if not streams:
        raise MediaError(str(path), "has no video stream", "name a file with pictures in it")
    # Without a codec context the codec is one that this build of FFmpeg can't decode.
    known = [s for s in streams if s.codec_context is not None]
    if not known:
        raise MediaError(str(path), "is in a codec that can't be decoded", "convert it first")
    return min(known, key=_preference)


def _preference(stream: VideoStream) -> tuple[bool, int, int]:
    default = bool(stream.disposition & Disposition.default)
    return not default, -stream.width * stream.height, stream.index


def _first_frame(path: Path, container: InputContainer, stream: VideoStream) -> VideoFrame:
    packets = 0
    try:
        for packet in demux(container, path, stream):
            packets += packet.size > 0 and not packet.is_discard
            try:
                for frame in stream.decode(packet):
                    return frame
            except av.error.FFmpegError as error:
                blame_machine(path, error)
                continue  # a damaged packet; the next may be sound
    except av.error.FFmpegError:
        pass  # the file breaks off here
    if packets:
        problem = f"holds {packets} packets of {stream.codec.canonical_name} video, all undecodable"
        raise MediaError(str(path), problem, "copy or download it again")
    raise MediaError(str(path), "has a video stream without a single frame", "check what made it")


def _describe(
    path: Path, container: InputContainer, stream: VideoStream, frame: VideoFrame
) -> Video:
    crop = container_crop(stream)
    shown = Cropper(crop)(frame)
    rotation, mirrored = orientation(frame)
    width, height = upright_size(shown.width, shown.height, rotation)
    return Video(
        path=path,
        stream=stream.index,
        codec=stream.codec.canonical_name,
        pixel_format=frame.format.name,
        width=width,
        height=height,
        rotation=rotation,
        pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
        time_base=stream.time_base or Fraction(1, av.time_base),
        rate=_rate(stream),
        duration=_duration(container, stream),
        origin=origin(container),
        timecode=timecode(container),
        mirrored=mirrored,
        crop=crop,
    )


def _rate(stream: VideoStream) -> Fraction:
    """Frames a second. MPEG-2 says itself how many are shown: film on DVDs repeats fields."""
    average, own = stream.average_rate, stream.guessed_rate
    if stream.codec.canonical_name in {"mpeg1video", "mpeg2video"}:
        average, own = own, average
    return average or own or Fraction(0)


def _duration(container: InputContainer, stream: VideoStream) -> Fraction | None:
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    if container.duration:
        return Fraction(container.duration, av.time_base)
    return None
