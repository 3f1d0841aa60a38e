"""What a file holds beside the video that is indexed, and what a container has room for."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import av.error
from av.audio.codeccontext import AudioCodecContext
from av.stream import Disposition
from av.stream import Stream as AvStream

from eyecatch.core.errors import RequestError
from eyecatch.core.video.clock import origin
from eyecatch.core.video.container import open_container, video_stream
from eyecatch.core.video.types import Video

CONTAINERS = {".mkv": "matroska", ".mp4": "mp4", ".m4v": "mp4", ".mov": "mov"}
"""What is written, by the file's suffix, and ffmpeg's name of it."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a file.

    Attributes:
        index: its place in the file.
        kind: ``video``, ``audio``, ``subtitle``, ``attachment`` or ``data``.
        codec: FFmpeg's name; empty where it knows none.
        names: that name and the decoder's.
        cover: a picture that belongs to the file, not a video: cover art.
        default: a player shows it unless told otherwise.
        text: of a subtitle, that it is text and no pictures.
        language: as the file has it, such as ``jpn``; empty where it says nothing.
        title: what players list it as; may be empty.
    """

    index: int
    kind: str
    codec: str
    names: frozenset[str]
    cover: bool
    default: bool
    text: bool
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file holds.

    Attributes:
        container: FFmpeg's name of its format, such as ``matroska,webm``.
        streams: those that can be copied or decoded, in order.
        start: seconds on the file's clock at which players begin to count; 0 for most files.
        unheard: sounds that are announced and never come, as in many recordings off the air.
    """

    container: str
    streams: tuple[Stream, ...]
    start: float
    unheard: tuple[Stream, ...] = ()

    def of(self, *kinds: str) -> list[Stream]:
        """The streams of these kinds, without cover art."""
        return [one for one in self.streams if one.kind in kinds and not one.cover]

    @property
    def covers(self) -> list[Stream]:
        """Cover art that isn't an attachment already."""
        return [one for one in self.streams if one.cover]


def layout(path: Path) -> Layout:
    """Look at a file's streams; MediaError if it can't be opened."""
    with open_container(path) as container:
        streams = tuple(_stream(one) for one in container.streams if not is_unheard(one))
        unheard = tuple(_stream(one) for one in container.streams if is_unheard(one))
        return Layout(container.format.name, streams, float(origin(container)), unheard)


def is_unheard(stream: AvStream) -> bool:
    """Whether a stream is a sound of which neither header nor packets say the rate."""
    context = stream.codec_context
    return isinstance(context, AudioCodecContext) and not context.sample_rate


def goes_along(stream: AvStream) -> bool:
    """Whether a stream goes along where packets are copied: sound, subtitles and fonts."""
    if stream.type == "attachment":
        return True
    known = stream.codec_context is not None and not is_unheard(stream)
    return stream.type in {"audio", "subtitle"} and known


def hides_frames(video: Video) -> bool:
    """Whether the edit list of an MP4 makes players decode frames of a video and not show them."""
    with open_container(video.path) as container:
        return any(entry.is_discard for entry in video_stream(container, video).index_entries)


def cover(path: Path, stream: Stream) -> tuple[bytes, str, str]:
    """Cover art: the picture's file, its name and its MIME type."""
    with open_container(path) as container:
        chosen = container.streams[stream.index]
        data = next((bytes(packet) for packet in container.demux(chosen) if packet.size), b"")
        name = {"mjpeg": "jpg"}.get(stream.codec, stream.codec)
        mime = {"mjpeg": "image/jpeg"}.get(stream.codec, f"image/{stream.codec}")
        metadata = chosen.metadata
        return data, metadata.get("filename", f"cover.{name}"), metadata.get("mimetype", mime)


def container_of(path: Path) -> str:
    """FFmpeg's name of the container that a file's suffix asks for.

    Raises:
        RequestError: it isn't one that eyecatch writes.
    """
    if path.suffix.lower() not in CONTAINERS:
        listed = ", ".join(CONTAINERS)
        raise RequestError(f"{path}: no video is written as {path.suffix!r}", f"choose of {listed}")
    return CONTAINERS[path.suffix.lower()]


def unsupported(streams: list[Stream], container: str) -> list[Stream]:
    """The streams whose codec a container does not support."""
    held = codecs_of(container)
    return [one for one in streams if one.codec and not one.names & held]


@cache
def codecs_of(container: str) -> frozenset[str]:
    """The codecs that PyAV writes into a container."""
    with av.open(io.BytesIO(), "w", format=container) as opened:
        return frozenset(opened.supported_codecs)


def _stream(stream: AvStream) -> Stream:
    context = stream.codec_context
    codec = "" if context is None else context.codec.canonical_name
    pictures = Disposition.attached_pic | Disposition.timed_thumbnails
    return Stream(
        index=stream.index,
        kind=stream.type,
        codec=codec,
        names=frozenset({codec, "" if context is None else context.name}),
        cover=stream.type == "video" and bool(stream.disposition & pictures),
        default=bool(stream.disposition & Disposition.default),
        text=context is not None and context.codec.text_sub,
        language=stream.language or "",
        title=stream.metadata.get("title", ""),
    )
