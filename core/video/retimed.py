"""A copy of a file whose clock can't be trusted: every frame at the time that its number has.

Some files don't say when their frames are shown: AVI knows no order of display, a recording that
was joined to another begins its clock again, an MP4 holds frames that its edit list hides. Every
reader guesses in its own way, so what ffmpeg cuts out would be other frames than those that were
indexed. Here packets are told apart by what our own decoder shows of them, and written with the
times of the index. Sound and subtitles move with the pictures beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import ffmpeg
import numpy as np
import numpy.typing as npt
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from eyecatch.core.errors import MediaError
from eyecatch.core.video.clock_shifts import ClockShifts
from eyecatch.core.video.concat import decoding_times
from eyecatch.core.video.container import open_container
from eyecatch.core.video.ffmpeg import named, run, source_input
from eyecatch.core.video.packet_roles import (
    PacketRoles,
    all_packets,
    kept_packets,
    roles_by_decoding,
    roles_by_times,
)
from eyecatch.core.video.stream_copies import StreamCopies, can_copy
from eyecatch.core.video.types import Video

UNIT = Fraction(1, 1000)
"""Matroska's clock."""

Times = npt.NDArray[np.int64]

Moment = tuple[int, int]
"""When a packet is shown and when it is decoded, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Retimed:
    """A Matroska file with the frames of another one.

    Attributes:
        video: the file, as if probed; its clock counts milliseconds from where players begin.
        pts: int64 (n,): when each frame begins on that clock.
        copied: its packets are those of the source. Else frames that are shown need some that are
            hidden, which Matroska can't hide, and its pictures were encoded again, without loss.
    """

    video: Video
    pts: Times
    copied: bool


def retimed(
    video: Video, pts: Times, start: Fraction, target: Path, *, timed: bool
) -> Retimed | None:
    """Write a file again, its frames at given times.

    Args:
        video: the file, as probed.
        pts: int64 (n,): when each frame begins, by its number, rising.
        start: seconds on the same clock at which players begin to count.
        target: a Matroska file.
        timed: the packets say these times themselves; else they are decoded to tell their frames.

    Returns:
        None where the times of a file are right, and its packets can't be copied without showing
        frames that are hidden: then there is nothing that a copy could do better.

    Raises:
        MediaError: the file can't be read, or doesn't show as many frames.
    """
    roles = roles_by_times(video, pts) if timed else roles_by_decoding(video)
    kept = kept_packets(roles) if can_copy(video.codec) else None
    if timed and kept is None:
        return None
    shown = sum(number is not None for number in roles.numbers)
    if shown != len(pts):
        raise _changed(video, shown, len(pts))
    times = _milliseconds(pts, video.time_base, start)
    shifts = ClockShifts.of(roles, pts, video.time_base, start)
    moments = _moments(roles, kept, times) if kept else _in_order(roles, times)
    pictures = None if kept else target.with_suffix(".pictures.mkv")
    try:
        if pictures:
            _encode(video, pictures)
        stream = _write(video, pictures, moments, shifts, target)
    except (av.error.FFmpegError, ValueError) as error:
        problem = f"can't be copied with the times of its frames ({error})"
        raise MediaError(str(video.path), problem, "convert it to .mkv first") from error
    rotation = video.rotation if kept else 0
    copy = replace(video, path=target, stream=stream, time_base=UNIT, rotation=rotation)
    return Retimed(copy, times, copied=kept is not None)


def _changed(video: Video, shown: int, known: int) -> MediaError:
    problem = f"shows {shown} frames, and {known} are indexed"
    return MediaError(str(video.path), problem, "index it again")


def _milliseconds(pts: Times, unit: Fraction, start: Fraction) -> Times:
    """Times on Matroska's clock, rising: frames of one millisecond get one each."""
    begin = np.array([round((one * unit - start) / UNIT) for one in pts.tolist()], np.int64)
    places = np.arange(len(begin))
    return np.maximum.accumulate(begin - places) + places


def _moments(roles: PacketRoles, kept: list[bool], times: Times) -> list[Moment | None]:
    """When each packet is shown and decoded; None for those that stay behind."""
    pts: list[int] = []
    for number, keep in zip(roles.numbers, kept, strict=True):
        if keep:  # what shows nothing comes right after what is decoded before it
            pts.append(pts[-1] + 1 if number is None else int(times[number]))
    steps = decoding_times(np.array(pts, np.int64)).tolist()
    found = iter(zip(pts, steps, strict=True))
    return [next(found) if keep else None for keep in kept]


def _in_order(roles: PacketRoles, times: Times) -> list[Moment | None]:
    """As ``_moments``, for encoded frames, of which each stands for a packet that shows one."""
    found = iter(zip(times.tolist(), times.tolist(), strict=True))
    return [None if number is None else next(found) for number in roles.numbers]


def _encode(video: Video, target: Path) -> None:
    """All frames that players show, upright, in order, a packet each."""
    opened = source_input(video.path)
    options: dict[str, Any] = {"c:v": "ffv1", "g": 1}
    if video.pixel_format in {"yuv420p", "yuvj420p"}:
        options = {"c:v": "libx264", "qp": 0, "preset": "ultrafast", "bf": 0}
    # Their times are replaced afterwards, and until then each needs one of its own.
    options |= {"vf": "settb=1/1000,setpts=N*10", "fps_mode": "passthrough", "f": "matroska"}
    run(ffmpeg.output(opened[str(video.stream)], named(target), **options), video.path)


def _write(
    video: Video, pictures: Path | None, moments: list[Moment | None], shifts: ClockShifts, to: Path
) -> int:
    """Write all streams; returns the index of the video's."""
    with ExitStack() as stack:
        source = stack.enter_context(open_container(video.path))
        out = stack.enter_context(av.open(str(to), "w", format="matroska"))
        encoded = stack.enter_context(open_container(pictures)) if pictures else None
        stand_in = encoded.streams.video[0] if encoded else None
        copies = StreamCopies(source, out, video.stream, stand_in)
        _describe(source, out, shifts.start)
        fresh = _shown_packets(encoded) if encoded else None
        when, last = iter(moments), dict[int, int]()
        for packet in all_packets(source, video):
            index, one = packet.stream_index, packet
            if index == video.stream:
                moment = next(when)
                one = next(fresh) if moment and fresh else packet
            else:
                moment = _moment(packet, shifts.time(packet), last.get(index, 0))
            if moment and index in copies:
                last[index] = moment[1]
                copies.write(index, one, *moment, UNIT)
        return copies.index(video.stream)


def _moment(packet: Packet[Any], time: Fraction | None, last: int) -> Moment | None:
    """When a packet of sound or text is heard or seen; None if never."""
    if packet.is_discard or time is None:
        return None
    begin = round(time / UNIT)
    # What sounds before players begin to count is the silence by which codecs begin.
    return None if begin + _length(packet) < 0 else (max(begin, last), max(begin, last))


def _length(packet: Packet[Any]) -> int:
    assert packet.time_base is not None
    return round((packet.duration or 0) * packet.time_base / UNIT)


def _shown_packets(container: InputContainer) -> Iterator[Packet[Any]]:
    return (packet for packet in container.demux(video=0) if packet.size)


def _describe(source: InputContainer, out: OutputContainer, start: Fraction) -> None:
    out.metadata.update(source.metadata)
    chapters = source.chapters()
    for one in chapters:
        moved = round(start / (one["time_base"] or UNIT))
        one["start"], one["end"] = one["start"] - moved, one["end"] - moved
    if chapters:
        out.set_chapters(chapters)
