"""A file's clock: where players begin to count on it, and what it shows to editors.

A sidecar's times (subtitles, chapters) count from where players begin; so do all times that people
are shown. ``tests/core/video/test_clock.py`` holds the rule to mpv itself.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
from av.container import InputContainer

from eyecatch.core.video.container import open_container

MP4, MATROSKA = "mp4", "matroska"
"""Among FFmpeg's names of a format, such as ``mov,mp4,m4a,3gp,3g2,mj2`` and ``matroska,webm``."""


class Clock(NamedTuple):
    """A file's clock.

    Attributes:
        origin: seconds on it at which players begin to count.
        timecode: of the first frame as the camera or the tape had it, such as ``10:00:00:00``;
            None where the file has none.
    """

    origin: Fraction
    timecode: str | None


def clock_of(path: Path) -> Clock:
    """The clock of a file; MediaError if it can't be opened."""
    with open_container(path) as container:
        return Clock(origin(container), timecode(container))


def origin(container: InputContainer) -> Fraction:
    """Seconds on a file's clock at which players begin to count: where mpv does.

    An MP4's clock is the player's: what its edit lists leave empty is waited for. Matroska counts
    from its first cluster, whatever is in it, and never from before 0. All others count from their
    first packet of sound or video. (mpv, ``demux_mkv.c`` and ``demux_lavf.c``.)
    """
    names = container.format.name.split(",")
    if MP4 in names:
        return Fraction(0)
    if MATROSKA in names:
        begins = [
            stream.start_time * stream.time_base
            for stream in container.streams
            if stream.start_time is not None and stream.time_base is not None
        ]
        return max(min(begins, default=Fraction(0)), Fraction(0))
    return Fraction(container.start_time or 0, av.time_base)


def timecode(container: InputContainer) -> str | None:
    """The timecode of the first frame: a tag of a stream or of the file, by whatever case."""
    for tags in (*(stream.metadata for stream in container.streams), container.metadata):
        for key, value in tags.items():
            if key.lower() == "timecode":
                return value
    return None
