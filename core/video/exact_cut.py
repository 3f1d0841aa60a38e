"""A part of a video, cut so that its first and last frames are exactly those asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error

from eyecatch.core.errors import MediaError
from eyecatch.core.video.container import open_container
from eyecatch.core.video.ffmpeg import source_input
from eyecatch.core.video.types import Video

LEAD = 2
"""Seconds before a cut's first frame to which is sought: earlier frames are decoded and dropped by
their pts, so that no rounding of a container or a seek decides which frame is first."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Frames of a video, as a half-open range of time.

    Attributes:
        video: the file.
        start: pts of the first frame.
        stop: when the last frame ends: pts of the frame after it.
        frames: how many they are.
    """

    video: Video
    start: int
    stop: int
    frames: int

    @property
    def begin(self) -> Fraction:
        """Seconds on the file's clock at which it begins."""
        return self.start * self.video.time_base

    @property
    def seconds(self) -> Fraction:
        """How long it is."""
        return (self.stop - self.start) * self.video.time_base

    def opened(self, first: Fraction | float, *, seek: bool = True) -> Any:  # noqa: ANN401 - ffmpeg-python
        """The file as an input of ffmpeg-python, on its own clock.

        Args:
            first: seconds at which the file begins.
            seek: begin shortly before the cut; else read the file from its start, which is slow,
                and right even where the container's index is wrong.
        """
        options: dict[str, Any] = {"copyts": None}
        if seek and self.begin - LEAD > first:
            at = f"{float(self.begin - LEAD):.6f}"
            options |= {"seek_timestamp": 1, "noaccurate_seek": None, "ss": at}
        return source_input(self.video.path, **options)

    @property
    def video_filter(self) -> str:
        """Keeps exactly these frames, in the video's size; the first one begins at 0."""
        video = self.video
        unit = f"settb={video.time_base.numerator}/{video.time_base.denominator}"
        kept = f"{unit},trim=start_pts={self.start}:end_pts={self.stop},setpts=PTS-{self.start}"
        return f"{kept},scale={video.width}:{video.height}"  # it changes nothing where that fits

    @property
    def sound_filter(self) -> str:
        """Keeps the samples that are heard during these frames."""
        begin, end = float(self.begin), float(self.begin + self.seconds)
        return f"atrim=start={begin:.9f}:end={end:.9f},asetpts=PTS-{begin:.9f}/TB"


def count_frames(path: Path) -> int:
    """How many packets the first video of a file has, if any; MediaError if it can't be read."""
    with open_container(path) as container:
        if not container.streams.video:  # ffmpeg leaves out a stream that it found no frame of
            return 0
        try:
            return sum(packet.size > 0 for packet in container.demux(container.streams.video[0]))
        except av.error.FFmpegError as error:
            raise MediaError(str(path), "can't be read to its end") from error
