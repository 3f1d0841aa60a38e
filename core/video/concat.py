"""Encoded parts concatenated: every frame once, at its own time, and not encoded again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

CONTAINER = "nut"
"""What parts and their join are written in: FFmpeg's own container, whose clock is any fraction."""

HEADROOM = 1
"""Seconds by which all times of a joined file are delayed; whoever reads it subtracts them. The
first decoding times are before the first frame, and NUT damages frames whose time is negative."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of one video, and perhaps one sound, made with the same settings as the others.

    Attributes:
        path: a NUT file.
        begin: seconds at which its first frame and its first sample come.
    """

    path: Path
    begin: Fraction


def join(parts: Sequence[Part], target: Path, unit: Fraction) -> int:
    """Write parts one after the other.

    Everything comes ``HEADROOM`` late. Decoding times are made anew: those of a part's first frames
    may lie before those of the last part's end, which no container takes.

    Args:
        parts: in order; the last frame of one is before the first of the next.
        target: a NUT file.
        unit: time base of the video.

    Returns:
        How many frames there are.
    """
    pts = np.concatenate([_times(part, unit) for part in parts])
    steps = iter(decoding_times(pts).tolist())
    with av.open(str(parts[0].path)) as model, av.open(str(target), "w", format=CONTAINER) as out:
        made = [out.add_stream_from_template(one) for one in model.streams]
        for stream in made:
            if stream.type == "video":
                stream.time_base = unit
        for part in parts:
            _copy(part, unit, steps, out, made)
    return len(pts)


def _copy(
    part: Part, unit: Fraction, steps: Iterator[int], out: OutputContainer, made: list[Stream]
) -> None:
    first = _first(part)
    with av.open(str(part.path)) as container:
        for packet in container.demux():
            if not packet.size or packet.pts is None or packet.time_base is None:
                continue
            video = packet.stream.type == "video"
            base = unit if video else packet.time_base
            packet.pts = _shifted_pts(packet, first[packet.stream_index], part, base)
            packet.dts = next(steps) if video else packet.pts
            packet.time_base = base
            packet.stream = made[packet.stream_index]
            out.mux(packet)


def _first(part: Part) -> dict[int, int]:
    """The earliest pts of each stream: 0, but for what muxers shift."""
    first: dict[int, int] = {}
    with av.open(str(part.path)) as container:
        for packet in container.demux():
            if packet.size and packet.pts is not None:
                index = packet.stream_index
                first[index] = min(first.get(index, packet.pts), packet.pts)
    return first


def _times(part: Part, unit: Fraction) -> npt.NDArray[np.int64]:
    """Presentation times of a part's frames, in decoding order."""
    first = _first(part)
    with av.open(str(part.path)) as container:
        packets = container.demux(container.streams.video[0])
        shifted = [
            _shifted_pts(one, first[one.stream_index], part, unit) for one in packets if one.size
        ]
        return np.array(shifted, np.int64)


def _shifted_pts(packet: Packet[Any], first: int, part: Part, unit: Fraction) -> int:
    assert packet.pts is not None
    assert packet.time_base is not None
    return round(((packet.pts - first) * packet.time_base + part.begin + HEADROOM) / unit)


def decoding_times(pts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Decoding times that rise, none after its frame's own time: pts sorted, and so much earlier.

    This is what H.264 encoders write themselves (ISO/IEC 14496-12 calls it composition offset).
    """
    sorted_ = np.sort(pts)
    places = np.arange(len(pts))
    delay = int((places - np.searchsorted(sorted_, pts)).max(initial=0))
    before = sorted_[0] - np.arange(delay, 0, -1) * (sorted_[1] - sorted_[0] if len(pts) > 1 else 1)
    return np.concatenate([before, sorted_])[: len(pts)]
