"""A part of a video without encoding anything again: from a keyframe to a keyframe."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from eyecatch.core.errors import MediaError
from eyecatch.core.video.concat import decoding_times
from eyecatch.core.video.container import open_container
from eyecatch.core.video.exact_cut import Cut
from eyecatch.core.video.stream_copies import StreamCopies

SEEK_BACK = (0, 2, 8, 32)
"""Seconds before a cut to which is sought, until a keyframe comes before it."""


def copy_part(cut: Cut, target: Path, container: str) -> tuple[int, int]:
    """Copy the packets from the keyframe at or before a cut to the one at or after its end.

    Args:
        cut: what is wanted at least.
        target: the file, replaced where it exists.
        container: FFmpeg's name of its format.

    Returns:
        The pts of its first and of its last frame.

    Raises:
        MediaError: the file can't be read, or the container can't hold its streams.
    """
    with open_container(cut.video.path) as source:
        try:
            first = _seek(source, cut)
            with av.open(str(target), "w", format=container) as out:
                return _copy(source, cut, first, out)
        except (av.error.FFmpegError, ValueError) as error:
            problem = f"can't be cut without encoding it again ({error})"
            raise MediaError(str(cut.video.path), problem, "cut it without --fast") from error


def _seek(source: InputContainer, cut: Cut) -> int:
    """Go to a place before the last keyframe at or before a cut; returns its pts."""
    stream = source.streams[cut.video.stream]
    for seconds in (*SEEK_BACK, None):
        # No index is exact, and a transport stream has none: a seek may go too far.
        back = cut.start if seconds is None else int(seconds / cut.video.time_base)
        target = max(0, cut.start - back)
        source.seek(target, stream=stream)
        keys = list(_keyframes(source, cut.video.stream, cut.start))
        if keys:
            source.seek(target, stream=stream)
            return max(keys)
    raise ValueError("no keyframe comes before it")


def _keyframes(source: InputContainer, stream: int, pts: int) -> Iterator[int]:
    """Times of the keyframes from where the file stands that are shown at ``pts`` or before."""
    for packet in source.demux(source.streams[stream]):
        if packet.is_keyframe and packet.pts is not None and packet.size:
            if packet.pts > pts:
                return
            yield packet.pts


def _copy(source: InputContainer, cut: Cut, first: int, out: OutputContainer) -> tuple[int, int]:
    copies = StreamCopies(source, out, cut.video.stream)
    begin = first * cut.video.time_base
    packets = [one for one in _until_keyframe(source, cut, first) if one.stream_index in copies]
    frames = [one for one in packets if one.stream_index == cut.video.stream]
    # What leads to a keyframe from before it can't be decoded without it.
    frames = [one for one in frames if one.pts is not None and one.pts >= first]
    _retime(frames)
    last = max(one.pts for one in frames if one.pts is not None)
    end = max(last * cut.video.time_base, cut.begin + cut.seconds)
    others = [one for one in packets if one.stream_index != cut.video.stream]
    kept = [one for one in others if one.pts is not None and begin <= _time(one) < end]
    for packet in sorted([*frames, *kept], key=lambda one: _time(one, one.dts)):
        _write(copies, packet, begin)
    return first, last


def _retime(frames: list[Packet[Stream]]) -> None:
    """Give frames decoding times that rise: those that containers guess need not."""
    times = decoding_times(np.array([one.pts for one in frames], np.int64))
    for frame, time in zip(frames, times.tolist(), strict=True):
        frame.dts = time


def _time(packet: Packet[Stream], time: int | None = None) -> Fraction:
    """A packet's own time, or another one of its stream, in seconds."""
    assert packet.time_base is not None
    return ((packet.pts or 0) if time is None else time) * packet.time_base


def _until_keyframe(source: InputContainer, cut: Cut, first: int) -> Iterator[Packet[Stream]]:
    """Packets from one keyframe to the next that neither shows nor leads to a frame of the cut."""
    begun = False
    held: list[Packet[Stream]] = []
    for packet in source.demux():
        if packet.stream_index != cut.video.stream:
            yield packet
            continue
        if packet.pts is None or not packet.size:
            continue
        begun |= packet.pts == first
        if not begun:
            continue
        if held and packet.pts < cut.stop:  # shown before the keyframe that it is decoded after
            yield from held
            held = []
        elif held:
            return
        if packet.is_keyframe and packet.pts >= cut.stop:
            held = [packet]
        else:
            yield packet


def _write(copies: StreamCopies, packet: Packet[Stream], begin: Fraction) -> None:
    assert packet.time_base is not None
    assert packet.pts is not None
    shift = round(begin / packet.time_base)
    dts = packet.pts if packet.dts is None else packet.dts
    copies.write(packet.stream_index, packet, packet.pts - shift, dts - shift, packet.time_base)
