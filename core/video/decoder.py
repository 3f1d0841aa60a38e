"""Decoding of a stream's packets, past those that are damaged."""

from __future__ import annotations

from collections.abc import Iterator

import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from eyecatch.core.shortage import blame_machine
from eyecatch.core.video.container import video_stream
from eyecatch.core.video.demux import demux
from eyecatch.core.video.sparing import Sparing
from eyecatch.core.video.types import Video

LONGEST_GAP = 60
"""Seconds without a picture that a transport or program stream may have; after more of them another
recording begins, whose clock has nothing to do with the one before."""


def longest_gap(video: Video) -> int:
    """``LONGEST_GAP`` in units of a video's time base."""
    return int(LONGEST_GAP / video.time_base)


class Decoder:
    """One pass over the chosen stream of an open file.

    Args:
        container: the open file.
        video: the file as probed.
        threads: how many threads decode, a frame each.
        sparing: says which frames are left out; None decodes all.

    Attributes:
        damaged: a packet could not be decoded, or its container calls it corrupt.
        broken: the file could not be read any further.
        furthest: largest pts of the packets read so far, or None.
    """

    def __init__(
        self,
        container: InputContainer,
        video: Video,
        threads: int = 1,
        sparing: Sparing | None = None,
    ) -> None:
        self._container = container
        self._path = video.path
        self._stream = video_stream(container, video)
        self._stream.thread_count = threads
        self._stream.thread_type = "FRAME" if threads > 1 else "NONE"
        self._sparing = sparing
        if sparing is not None:
            sparing.restart()
        self.damaged = False
        self.broken = False
        self.furthest: int | None = None

    def pictures(self) -> Iterator[VideoFrame]:
        """All pictures from where the file stands, in the order the decoder shows them."""
        for packet in self._packets():
            yield from self._decode(packet)
        yield from self._decode(None)

    def pictures_from(self, pts: int) -> Iterator[VideoFrame]:
        """As ``pictures``, from a keyframe at or before ``pts``; none if the seek went past it."""
        try:
            self._container.seek(pts, stream=self._stream)
        except av.error.FFmpegError as error:
            blame_machine(self._path, error)
            return
        packets = self._packets()
        first = next((packet for packet in packets if packet.is_keyframe), None)
        if first is None or first.pts is None or first.pts > pts:
            return
        yield from self._decode(first)
        for packet in packets:
            yield from self._decode(packet)
        yield from self._decode(None)

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        try:
            for packet in demux(self._container, self._path, self._stream):
                if packet.size:
                    self.damaged |= packet.is_corrupt
                    if packet.pts is not None:
                        self.furthest = max(packet.pts, self.furthest or packet.pts)
                    yield packet
        except av.error.FFmpegError:
            self.broken = True

    def _decode(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        if self._sparing is not None and packet is not None:
            spared = self._sparing.may_leave_out(packet)
            self._stream.codec_context.skip_frame = "NONREF" if spared else "DEFAULT"
        try:
            return self._stream.decode(packet)
        except av.error.EOFError:
            return []
        except av.error.FFmpegError as error:
            blame_machine(self._path, error)
            self.damaged = True
            return []
