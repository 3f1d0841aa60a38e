"""Which frame each packet of a video holds, told by decoding where the container doesn't say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import or_
from typing import Any

import av.error
import numpy as np
import numpy.typing as npt
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from eyecatch.core.video.container import open_container, video_stream
from eyecatch.core.video.types import Video

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PacketRoles:
    """The packets of a video in the order of the file; all lists are as long.

    Attributes:
        numbers: of the frame that a packet holds; None if nothing is shown of it.
        seconds: time on the file's own clock, or None.
        places: bytes before it in the file, or None.
        keyframes: decoding may start here.
        hidden: the container says to decode it and not to show it.
        spare: no other packet needs it.
    """

    numbers: list[int | None] = field(default_factory=list)
    seconds: list[Fraction | None] = field(default_factory=list)
    places: list[int | None] = field(default_factory=list)
    keyframes: list[bool] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    spare: list[bool] = field(default_factory=list)

    def note(self, packet: Packet[Any], number: int | None = None) -> None:
        """Add a packet."""
        time = packet.dts if packet.pts is None else packet.pts
        self.numbers.append(number)
        self.seconds.append(None if time is None else time * packet.time_base)
        self.places.append(packet.pos)
        self.keyframes.append(packet.is_keyframe)
        self.hidden.append(packet.is_discard)
        self.spare.append(packet.is_disposable)


def roles_by_times(video: Video, pts: Times) -> PacketRoles:
    """Where packets say their times: a frame's number is the place of its time among ``pts``."""
    numbers = {time: number for number, time in enumerate(pts.tolist())}
    roles = PacketRoles()
    with open_container(video.path) as container:
        for packet in video_packets(container, video):
            shown = packet.pts is not None and not packet.is_discard
            roles.note(packet, numbers.pop(packet.pts, None) if shown else None)
    return roles


def roles_by_decoding(video: Video) -> PacketRoles:
    """Where they don't: each packet is given its place as its time, which its frame comes with."""
    roles = PacketRoles()
    with open_container(video.path) as container:
        stream = video_stream(container, video)
        stream.thread_type = "AUTO"
        shown: list[int] = []
        for place, packet in enumerate(video_packets(container, video)):
            roles.note(packet)
            packet.pts = packet.dts = place
            shown += _decoded(stream, packet)
        shown += _decoded(stream, None)
    for number, place in enumerate(shown):
        roles.numbers[place] = number
    return roles


def _decoded(stream: VideoStream, packet: Packet[VideoStream] | None) -> list[int]:
    try:
        return [frame.pts for frame in stream.codec_context.decode(packet) if frame.pts is not None]
    except av.error.FFmpegError:
        return []  # damaged: nothing is shown of it


def video_packets(container: InputContainer, video: Video) -> Iterator[Packet[Any]]:
    """The packets of the video as far as the file can be read."""
    packets = all_packets(container, video)
    return (packet for packet in packets if packet.stream_index == video.stream)


def all_packets(container: InputContainer, video: Video) -> Iterator[Packet[Any]]:
    """The packets of all streams as far as the file can be read, one a frame.

    DivX wrote two frames into one packet and an empty one after it, as Video for Windows wanted a
    picture for every packet; no other container knows that.
    """
    stream = video_stream(container, video)
    packed = video.codec == "mpeg4"
    unpack = BitStreamFilterContext("mpeg4_unpack_bframes", stream) if packed else None
    try:
        for packet in container.demux():
            if packet.size and packet.stream_index == video.stream and unpack:
                yield from unpack.filter(packet)
            elif packet.size:
                yield packet
    except av.error.FFmpegError:
        pass  # the file breaks off here
    if unpack:
        yield from unpack.filter(None)


def kept_packets(roles: PacketRoles) -> list[bool] | None:
    """Which packets make up a file that shows all frames and nothing else.

    Returns:
        None if there is no such file: a frame that is shown needs one that is hidden.
    """
    shown = [number is not None for number in roles.numbers]
    keys = [place for place, keyframe in enumerate(roles.keyframes) if keyframe and place]
    for start, stop in pairwise([0, *keys, len(shown)]):
        last = max((place for place in range(start, stop) if shown[place]), default=start)
        if any(roles.hidden[place] and not roles.spare[place] for place in range(start, last)):
            return None
    begun = accumulate(shown, or_)
    # What shows nothing may be needed all the same, unless it is hidden or before the first frame.
    return [
        one or (after and not hidden)
        for one, after, hidden in zip(shown, begun, roles.hidden, strict=True)
    ]
