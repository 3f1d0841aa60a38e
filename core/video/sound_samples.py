"""The samples of a sound, decoded here: of files that ffmpeg can't open itself, behind URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av.error
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from eyecatch.core.errors import MediaError
from eyecatch.core.shortage import blame_machine
from eyecatch.core.video.container import open_container
from eyecatch.core.video.demux import demux

GAP: Final = 0.1
"""Seconds by which times may be off before something is missing or there twice; as ffmpeg's
``aresample`` has it."""

Asked = Callable[[], bool]
"""Says whether to give up."""


@dataclass(frozen=True, slots=True)
class SampleSpan:
    """Which samples.

    Attributes:
        index: of the stream.
        rate: samples a second.
        first: number of the first, counted from 0 on the file's clock.
        count: how many at most.
        late: where the clock can't be trusted: samples from ``first`` to those that come first,
            after which the others follow each other; else None.
    """

    index: int
    rate: int
    first: int
    count: int
    late: int | None


def write_samples(path: Path, wanted: SampleSpan, target: Path, stopped: Asked) -> None:
    """Write the samples of a sound, mixed to one, as far as they can be read.

    Args:
        path: the file.
        wanted: which.
        target: int16 of this machine's order, silence where none are.
        stopped: is asked now and then whether to give up.

    Raises:
        MediaError: the file can't be opened, or ``stopped`` said so.
    """
    place: int | None = None  # of the next sample, counted from the first that is wanted
    written = 0
    with open_container(path) as container, target.open("wb") as file:
        for said, samples in _decoded(container, path, wanted, stopped):
            if place is None:
                place = wanted.late if wanted.late is not None else said or 0
            elif wanted.late is None and said is not None and abs(said - place) > GAP * wanted.rate:
                place = said
            silent = min(max(0, place - written), wanted.count - written)
            written += silent
            kept = samples[max(0, written - place) :][: wanted.count - written]
            file.write(bytes(2 * silent) + kept.tobytes())
            written, place = written + len(kept), place + len(samples)
            if written == wanted.count:
                return


def _decoded(
    container: InputContainer, path: Path, wanted: SampleSpan, stopped: Asked
) -> Iterator[tuple[int | None, npt.NDArray[np.int16]]]:
    """Samples, and the number that their time gives the first of them."""
    (stream,) = (one for one in container.streams.audio if one.index == wanted.index)
    resampler = AudioResampler("s16", "mono", wanted.rate)
    try:
        for packet in demux(container, path, stream):
            if stopped():
                raise MediaError(str(path), "was not heard to its end")
            try:
                frames = stream.decode(packet)
            except av.error.FFmpegError as error:
                blame_machine(path, error)
                continue  # damaged
            for frame in frames:
                time = frame.time
                number = None if time is None else round(time * wanted.rate) - wanted.first
                frame.pts = None
                parts = [one.to_ndarray()[0] for one in resampler.resample(frame)]
                yield number, np.concatenate([np.zeros(0, np.int16), *parts])
    except av.error.FFmpegError:
        return  # it breaks off here
