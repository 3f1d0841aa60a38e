"""The packets of a file, read once without decoding them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from eyecatch.core.video.container import has_free_clock, open_container
from eyecatch.core.video.demux import demux
from eyecatch.core.video.holes import Extents
from eyecatch.core.video.layouts import CHECKS, TS_PACKETS, WINDOW
from eyecatch.core.video.types import Hole, Video

CLAIMING = ("matroska", "mov", "avi", "flv", "asf")
"""Containers whose header says how long the file is; FFmpeg guesses it for the others."""

TOLERANCE = Fraction(1, 2)
"""Seconds by which a sound file may end before its header says: muxers round, and count the padding
of audio codecs (at most a few frames of 20-60 ms)."""


@dataclass(frozen=True, slots=True)
class Packets:
    """The packets of the chosen stream that hold a shown frame, in the order of the file.

    Attributes:
        pts: int64 (n,): presentation time; meaningless where ``timed`` is False.
        keyframe: bool (n,): decoding may start here, says the container.
        timed: every packet says its pts.
        count: how many packets there are, timed or not.
        end: time in units of the time base at which the last of them ends.
        complete: False where the file ends before its header says it should, or breaks off.
        free_clock: times may start anywhere, so that those of two recordings in a file have nothing
            to do with each other.
        holes: where packets were destroyed, in order.
    """

    pts: npt.NDArray[np.int64]
    keyframe: npt.NDArray[np.bool_]
    timed: bool
    count: int
    end: int
    complete: bool
    free_clock: bool
    holes: tuple[Hole, ...] = ()


def read_packets(video: Video) -> Packets:
    """Reads all packets of a file, those of other streams for their times only.

    Raises:
        MediaError: the file can't be opened.
    """
    hidden = HIDDEN.get(video.codec, _never)
    pts: list[int | None] = []
    keyframe: list[bool] = []
    ends: dict[int, int] = {}
    extents = Extents()
    sound = True
    with open_container(video.path) as container:
        try:
            for packet in demux(container, video.path):
                if not packet.size:
                    continue
                _note_end(ends, packet)
                shown = False
                if packet.stream_index == video.stream:
                    sound = not packet.is_corrupt
                    if shown := not packet.is_discard and not hidden(packet):
                        pts.append(packet.pts)
                        keyframe.append(packet.is_keyframe)
                extents.add(packet, shown)
        except av.error.FFmpegError:
            sound = False
        complete = sound and not _cut_short(video.path, container, ends)
        holes = extents.holes(video.path, container.format.name)
        free_clock = has_free_clock(container)
    timed = None not in pts
    return Packets(
        pts=np.array(pts if timed else [], np.int64),
        keyframe=np.array(keyframe, np.bool_),
        timed=timed,
        count=len(pts),
        end=ends.get(video.stream, 0),
        complete=complete,
        free_clock=free_clock,
        holes=holes,
    )


def _note_end(ends: dict[int, int], packet: Packet[Stream]) -> None:
    time = packet.dts if packet.pts is None else packet.pts
    if time is not None:
        end = time + (packet.duration or 0)
        ends[packet.stream_index] = max(ends.get(packet.stream_index, end), end)


def _cut_short(path: Path, container: InputContainer, ends: dict[int, int]) -> bool:
    name = container.format.name
    if name == "mpegts":
        rest = max(0, container.size - WINDOW)  # of an aborted download, say
        uneven = all(container.size % packet for packet in TS_PACKETS)
        return uneven or CHECKS[name](path, rest, container.size)
    if not any(claiming in name for claiming in CLAIMING) or not container.duration:
        return False
    # The header speaks of the longest stream, which need not be the video.
    bases = {stream.index: stream.time_base or Fraction(0) for stream in container.streams}
    end = max((time * bases[index] for index, time in ends.items()), default=Fraction(0))
    return end + TOLERANCE < Fraction(container.duration, av.time_base)


def _never(_packet: Packet[Stream]) -> bool:
    return False


def _vp8_hidden(packet: Packet[Stream]) -> bool:
    """RFC 6386, 9.1: bit 4 of a frame's first byte says that it is shown."""
    return not bytes(packet)[0] & 0x10


def _vp9_hidden(packet: Packet[Stream]) -> bool:
    """VP9 bitstream specification, 6.2 and annex B; a superframe shows its last frame."""
    data = bytes(packet)
    if data[-1] & 0xE0 == 0xC0:  # the marker that ends a superframe
        return False
    # From the highest bit: marker (2), profile (2, its bits swapped), a reserved bit in profile 3
    # only, show_existing_frame, frame_type, show_frame.
    header = data[0] << (1 if data[0] & 0x30 == 0x30 else 0)
    return not header & 0x08 and not header & 0x02


HIDDEN: dict[str, Callable[[Packet[Stream]], bool]] = {"vp8": _vp8_hidden, "vp9": _vp9_hidden}
"""Codecs some of whose packets hold a picture that is only referred to, never shown."""
