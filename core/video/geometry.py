"""From a picture as it is decoded to the one that players show: cropped, mirrored, turned.

A container may say that only a part of each picture is to be seen, and how that is held: mirrored
and turned, which gives eight orientations. Boxes are in pixels of what is seen.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import av.error
import cv2
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from eyecatch.core.shortage import shortage
from eyecatch.core.video.types import NO_CROP, Crop

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}

PATH = (0x18538067, 0x1654AE6B, 0xAE, 0xE0)
"""Matroska's elements in which the crop is: Segment, Tracks, TrackEntry, Video (RFC 9559)."""

SIDES = (0x54CC, 0x54BB, 0x54DD, 0x54AA)
"""Of these, PixelCropLeft, PixelCropTop, PixelCropRight and PixelCropBottom."""


def container_crop(stream: VideoStream) -> Crop:
    """What the container cuts off each picture of a stream.

    FFmpeg reads it from several formats, but PyAV has no word for it. So the stream's header is
    written once more as Matroska, where it can be read.
    """
    header = io.BytesIO()
    try:
        with av.open(header, "w", format="matroska") as out:
            out.add_stream_from_template(stream)
            out.start_encoding()
            found = _crop(header.getvalue())
    except (av.error.FFmpegError, ValueError) as error:
        if shortage(error) is not None:
            raise
        return NO_CROP  # Matroska can't hold such a stream, so it doesn't come from a cropping one
    return found


def orientation(frame: VideoFrame) -> tuple[int, bool]:
    """How a decoded frame becomes upright.

    Returns:
        Degrees clockwise, 0, 90, 180 or 270, by which it is turned; and whether it is mirrored,
        left and right, before.
    """
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # FFmpeg has kinds of side data that PyAV doesn't know, such as EXIF
        return round(-frame.rotation / 90) % 4 * 90, False
    if not isinstance(matrix, SideData):
        return 0, False
    # libavutil/display.h: x and y of a pixel go to a x + c y and b x + d y; y points downwards.
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix))
    mirrored = a * d - b * c < 0
    right = math.degrees(math.atan2(-b, -a) if mirrored else math.atan2(b, a))
    return round(right / 90) % 4 * 90, mirrored


def upright_size(width: int, height: int, rotation: int) -> tuple[int, int]:
    """Width and height of a picture after it was turned."""
    return (height, width) if rotation in {90, 270} else (width, height)


def upright(picture: npt.NDArray[np.uint8], rotation: int, mirrored: bool) -> npt.NDArray[np.uint8]:
    """A picture (h, w, …), mirrored and turned as ``orientation`` says."""
    if mirrored:
        picture = np.asarray(cv2.flip(picture, 1), np.uint8)
    return np.asarray(cv2.rotate(picture, TURNS[rotation]), np.uint8) if rotation else picture


@dataclass(slots=True)
class Cropper:
    """Cuts off decoded frames what isn't shown of them; nothing is copied.

    It is done by the filter that the ffmpeg program uses, so that they agree where the borders lie
    between two samples of colour.

    Attributes:
        crop: pixels left, top, right and bottom.
    """

    crop: Crop
    _graphs: dict[tuple[int, int, str], Graph | None] = field(default_factory=dict)

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """What is shown of a frame; all, if nothing would be left."""
        if self.crop == NO_CROP:
            return frame
        kind = frame.width, frame.height, frame.format.name
        if kind not in self._graphs:
            self._graphs[kind] = self._graph(frame)
        graph = self._graphs[kind]
        if graph is None:
            return frame
        graph.vpush(frame)
        shown = graph.vpull()
        assert isinstance(shown, VideoFrame)
        shown.colorspace, shown.color_range = frame.colorspace, frame.color_range
        return shown

    def _graph(self, frame: VideoFrame) -> Graph | None:
        left, top, right, bottom = self.crop
        graph = Graph()
        graph.threads = 1
        begin = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=Fraction(1),  # times pass through as they are
        )
        cut = graph.add("crop", f"w=iw-{left}-{right}:h=ih-{top}-{bottom}:x={left}:y={top}")
        end = graph.add("buffersink")
        begin.link_to(cut)
        cut.link_to(end)
        try:
            graph.configure()
        except av.error.FFmpegError as error:
            if shortage(error) is not None:
                raise
            return None
        return graph


def _crop(header: bytes) -> Crop:
    """The crop of the only track of a Matroska header."""
    inside = header
    for wanted in PATH:
        inside = next((content for key, content in _elements(inside) if key == wanted), b"")
    found = {key: int.from_bytes(content, "big") for key, content in _elements(inside)}
    left, top, right, bottom = (found.get(side, 0) for side in SIDES)
    return left, top, right, bottom


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements of EBML (RFC 8794), one after the other: id and content."""
    at = 0
    while at < len(data):
        key, at = _number(data, at, marked=True)
        size, at = _number(data, at, marked=False)
        yield key, data[at : at + size]
        at += size


def _number(data: bytes, at: int, *, marked: bool) -> tuple[int, int]:
    """A number of variable length, with or without the bit that marks its length; what follows."""
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return value if marked else value & ((1 << 7 * length) - 1), at + length
