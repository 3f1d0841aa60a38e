"""All frames of a chunk, of which only those are decoded that may show something new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

import numpy as np

from eyecatch.core.errors import MediaError
from eyecatch.core.video.decode import decode
from eyecatch.core.video.frame import Frame
from eyecatch.core.video.sparing import Sparing
from eyecatch.core.video.types import Chunk, Video


class Comparing(Protocol):
    """Who compares the frames, one after the other."""

    @property
    def last_held(self) -> bool:
        """Whether the last frame shows the same drawing as the one before it."""
        ...

    def is_same(self, frame: Frame) -> bool:
        """Whether a frame shows the same drawing as the last one."""
        ...


def frames_of(video: Video, chunk: Chunk, scan: Comparing) -> Iterator[Frame]:
    """Decode a chunk as ``core.video.decode.decode`` does, but for frames that repeat a drawing.

    Some frames to which no other refers are left out (``core.video.sparing``). If the next one
    shows the drawing that was there before them, so did they, and it stands for them; else they are
    decoded after all, from the keyframe on.

    Args:
        video: the file, as probed.
        chunk: one of its plan.
        scan: takes each frame before the next one is asked for.

    Yields:
        The frames of the chunk in order of their numbers; those left out have the picture of the
        next one.

    Raises:
        MediaError: as ``decode`` does.
    """
    sparing = Sparing(video, chunk)
    following = chunk.start
    for frame in decode(video, chunk, sparing=sparing):
        left_out = _left_out(chunk, sparing, following, frame.number)
        if left_out and not frame.keyframe and scan.is_same(frame):
            for number in left_out:
                yield frame.shown_at(number, int(chunk.pts[number - chunk.start]))
        elif left_out:
            sparing.distrust()
            yield from _decoded_after_all(video, chunk, left_out[0], frame.number)
        if frame.damaged or frame.source.interlaced_frame:  # two packets may be one such frame
            sparing.give_up()
        following = frame.number + 1
        yield frame
        sparing.tell(frame.pts, scan.last_held)
    if left_out := _left_out(chunk, sparing, following, chunk.stop):
        yield from _decoded_after_all(video, chunk, left_out[0], chunk.stop)


def _left_out(chunk: Chunk, sparing: Sparing, start: int, stop: int) -> list[int]:
    """Numbers of the frames that were left out, of some that didn't come."""
    if not sparing.spared:
        return []
    times = chunk.pts[start - chunk.start : stop - chunk.start].tolist()
    return [number for number, pts in enumerate(times, start) if pts in sparing.spared]


def _decoded_after_all(video: Video, chunk: Chunk, start: int, stop: int) -> Iterator[Frame]:
    before = int(np.searchsorted(chunk.keyframes, start, side="right")) - 1
    part = chunk.part(int(chunk.keyframes[before]), stop)
    with suppress(MediaError):  # then they are damaged
        for frame in decode(video, part):
            if frame.number >= start:
                yield frame
