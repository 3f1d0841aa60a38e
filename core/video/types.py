"""What is known of a video file before its frames are decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:  # a question to the index needn't wait for NumPy
    import numpy as np
    import numpy.typing as npt


Crop = tuple[int, int, int, int]
"""Pixels that are cut off a decoded frame: left, top, right, bottom."""

NO_CROP: Crop = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Video:
    """One video file and the stream of it that is indexed.

    Attributes:
        path: the file.
        stream: index of the chosen video stream in its container.
        codec: FFmpeg's name of the codec, such as ``h264``.
        pixel_format: FFmpeg's name, such as ``yuv420p10le``.
        width, height: pixels of the first frame as players show it: cropped and turned upright.
            Boxes are in these pixels, even where later frames have another size. Anamorphic pixels
            are not stretched.
        rotation: degrees clockwise that a decoded frame is turned to stand upright: 0, 90, 180 or
            270.
        pixel_aspect: width of a pixel over its height.
        time_base: seconds of one unit of a pts.
        rate: average frames a second, or of MPEG-2 those that it says are shown, which repeated
            fields make more; for showing only, nothing computes times with it.
        duration: seconds that the container claims, or None where it claims nothing.
        origin: seconds on the file's clock at which players begin to count; None where an earlier
            version probed it, which didn't ask.
        timecode: of the first frame as the camera or the tape had it, such as ``10:00:00:00``;
            None where the file has none.
        mirrored: a decoded frame is mirrored, left and right, before it is turned.
        crop: what the container cuts off a decoded frame, before that.
    """

    path: Path
    stream: int
    codec: str
    pixel_format: str
    width: int
    height: int
    rotation: int
    pixel_aspect: Fraction
    time_base: Fraction
    rate: Fraction
    duration: Fraction | None
    origin: Fraction | None = None
    timecode: str | None = None
    mirrored: bool = False
    crop: Crop = NO_CROP


@dataclass(frozen=True, slots=True)
class Chunk:
    """A half-open range of an episode's frames that starts on a keyframe.

    Attributes:
        index: place of the chunk in its episode, from 0.
        start, stop: number of its first frame, and of the first frame after it.
        pts: int64 (stop - start,): presentation time of each frame in units of the time base,
            strictly rising. A frame is known by its pts: its number is ``start`` + its place here.
        keyframes: int32 (k,): numbers of the frames that are keyframes, rising; the first is
            ``start``. Frame 0 counts as one whatever it is, and one that follows another within
            half a second doesn't count.
        stop_pts: pts of the first frame after the chunk, or None for the last chunk.
        straight: the container gives no usable pts for its packets, so ``pts`` and ``keyframes``
            are empty and frames are numbered as they are decoded; such an episode has one chunk and
            ``stop`` is an estimate.
    """

    index: int
    start: int
    stop: int
    pts: npt.NDArray[np.int64]
    keyframes: npt.NDArray[np.int32]
    stop_pts: int | None
    straight: bool = False

    def part(self, start: int, stop: int) -> Chunk:
        """The frames from one of its keyframes on, before ``stop``, as a chunk."""
        first, end = start - self.start, stop - self.start
        return Chunk(
            index=self.index,
            start=start,
            stop=stop,
            pts=self.pts[first:end],
            keyframes=self.keyframes[(self.keyframes >= start) & (self.keyframes < stop)],
            stop_pts=int(self.pts[end]) if end < len(self.pts) else self.stop_pts,
        )


CHUNKS = UUID("6f1e0f1c-8f63-5d53-9d0a-3c6a3c1f1f5e")
"""The namespace of chunks' ids (RFC 9562, version 5); any fixed one will do."""


def chunk_id(digest: str, start: int, stop: int) -> str:
    """The id of a chunk: it follows from the episode's content and the range alone.

    So it is the same in every index and log, on every machine.
    """
    return str(uuid5(CHUNKS, f"{digest}/{start}-{stop}"))


@dataclass(frozen=True, slots=True)
class Hole:
    """A place of a file where packets were destroyed, so that no frame of them is planned.

    Attributes:
        frame: number of the first frame after it.
        start_pts, stop_pts: when its first frame would begin, and when the one after it does; the
            same where the container counts frames and tells no times.
    """

    frame: int
    start_pts: int
    stop_pts: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How an episode is cut into chunks.

    Attributes:
        chunks: in order; together all frames of the episode, each once.
        end: seconds (pts x time base) at which the last readable frame ends.
        complete: False where the file ends before its container says it should, or breaks off.
        holes: where packets between frames were destroyed, in order.
    """

    chunks: tuple[Chunk, ...]
    end: Fraction
    complete: bool
    holes: tuple[Hole, ...] = ()

    @property
    def frames(self) -> int:
        """How many frames the episode has."""
        return self.chunks[-1].stop if self.chunks else 0
