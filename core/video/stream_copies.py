"""Streams copied into a Matroska file packet by packet, and what becomes of those it can't hold."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import av.error
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from eyecatch.core.video.container_layout import codecs_of, goes_along

log = logging.getLogger(__name__)


def can_copy(codec: str) -> bool:
    """Whether PyAV writes a video of a codec into Matroska; by FFmpeg's name."""
    return codec in codecs_of("matroska")


class StreamCopies:
    """The streams of a file that go along when its video is copied, and the video.

    PyAV doesn't write each codec into Matroska that ffmpeg does (WMA, ADPCM, AMR, G.711): such a
    sound is decoded, and the text of an MP4's subtitles is taken out of its packets.

    Args:
        source: the file.
        out: a Matroska file, to which nothing is written yet.
        chosen: index of the video among the streams of ``source``.
        pictures: stands for the video, where it was encoded again.
    """

    def __init__(
        self,
        source: InputContainer,
        out: OutputContainer,
        chosen: int,
        pictures: Stream | None = None,
    ) -> None:
        self._out = out
        self._made: dict[int, Stream] = {}
        self._recode: dict[int, Callable[[Packet[Any]], Iterator[Packet[Any]]]] = {}
        for one in source.streams:
            if one.index == chosen:
                self._made[one.index] = out.add_stream_from_template(pictures or one)
            elif goes_along(one):
                self._add(one)
            if one.index in self._made:
                self._made[one.index].metadata.update(one.metadata)
                self._made[one.index].disposition = one.disposition

    def __contains__(self, index: int) -> bool:
        return index in self._made

    def index(self, index: int) -> int:
        """Index of the copy of a stream."""
        return self._made[index].index

    def _add(self, one: Stream) -> None:
        try:
            self._made[one.index] = self._out.add_stream_from_template(one)
        except ValueError:  # PyAV refuses the codec
            codec = one.codec_context.codec.canonical_name
            if isinstance(one, AudioStream):
                sound = _Sound(self._out, one)
                self._made[one.index], self._recode[one.index] = sound.stream, sound.recoded
            elif codec == "mov_text":
                self._made[one.index] = self._out.add_mux_stream("subrip")
                self._recode[one.index] = _text_of_mp4
            else:
                log.warning("stream %d (%s, %s) can't be copied", one.index, one.type, codec)

    def write(self, index: int, packet: Packet[Any], pts: int, dts: int, unit: Fraction) -> None:
        """Write a packet into the copy of a stream at other times, in ``unit`` seconds."""
        assert packet.time_base is not None
        packet.duration = round((packet.duration or 0) * packet.time_base / unit)
        packet.pts, packet.dts, packet.time_base = pts, dts, unit
        recode = self._recode.get(index)
        for coded in [packet] if recode is None else recode(packet):
            coded.stream = self._made[index]
            self._out.mux(coded)


class _Sound:
    """A sound that is decoded; Matroska has room for its samples."""

    def __init__(self, out: OutputContainer, source: AudioStream) -> None:
        self._context = context = source.codec_context
        self.stream = out.add_stream("pcm_s16le", rate=context.sample_rate, layout=context.layout)
        self._resampler = AudioResampler("s16", context.layout, context.sample_rate)

    def recoded(self, packet: Packet[Any]) -> Iterator[Packet[Any]]:
        """The samples of a packet, from its time on."""
        assert packet.time_base is not None
        begin = round((packet.pts or 0) * packet.time_base * self.stream.rate)
        try:
            frames = self._context.decode(packet)
        except av.error.FFmpegError:
            return  # damaged
        for frame in frames:
            frame.pts = None
            for even in self._resampler.resample(frame):
                even.pts, even.time_base = begin, Fraction(1, self.stream.rate)
                begin += even.samples
                yield from self.stream.encode(even)


def _text_of_mp4(packet: Packet[Any]) -> Iterator[Packet[Any]]:
    """3GPP TS 26.245, 5.17: a length, the text, and what it looks like."""
    data = bytes(packet)
    text = data[2 : 2 + int.from_bytes(data[:2], "big")]
    if text:
        plain: Packet[Any] = Packet(text)
        plain.pts, plain.dts, plain.duration = packet.pts, packet.dts, packet.duration
        plain.time_base = packet.time_base
        yield plain
