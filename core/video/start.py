"""When a file begins on its own clock: what a player shows as 0:00."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from eyecatch.core.video.container import open_container


def file_start(path: Path) -> Fraction:
    """Seconds at which the first of a file's video and audio streams begins.

    Zero for most files; recordings of broadcasts (MPEG-TS) begin anywhere. Players and ffmpeg count
    from there, pts do not.

    Raises:
        MediaError: the file can't be opened.
    """
    with open_container(path) as container:
        starts = [
            stream.start_time * stream.time_base
            for stream in (*container.streams.video, *container.streams.audio)
            if stream.start_time is not None and stream.time_base is not None
        ]
    return min(starts, default=Fraction(0))
