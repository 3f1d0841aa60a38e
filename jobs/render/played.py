"""The file that ffmpeg reads for an episode: its own, or a copy that ffmpeg reads as we do."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import mkdtemp
from weakref import finalize

from eyecatch.core.video.container_layout import hides_frames
from eyecatch.core.video.retimed import UNIT, retimed
from eyecatch.db.frame_times import FrameTimes
from eyecatch.jobs.render.source import Source


def played(source: Source, *, packets: bool = False) -> Source:
    """An episode whose frames ffmpeg finds at the times that the index has for them.

    Args:
        source: the episode.
        packets: its packets are copied, so that each of them has to be a frame that is shown.

    Returns:
        The source itself, wherever its container can be trusted; else one whose file is a copy,
        which is removed with it.

    Raises:
        MediaError: the file can't be read, or isn't what was indexed.
    """
    timed = not source.clock.straight
    if timed and not (packets and hides_frames(source.video)):
        return source
    folder = Path(mkdtemp(prefix="eyecatch-"))
    try:
        copy = _copied(source, folder / "copy.mkv", timed=timed)
    except BaseException:
        shutil.rmtree(folder)
        raise
    finalize(copy, shutil.rmtree, folder)
    return copy


def _copied(source: Source, path: Path, *, timed: bool) -> Source:
    pts, start = source.clock.pts, Fraction(source.layout.start).limit_denominator(10**6)
    made = retimed(source.video, pts, start, path, timed=timed)
    if made is None:
        return replace(source, copyable=False)
    end = source.clock.starts(len(pts)) * source.video.time_base - start
    clock = FrameTimes(made.pts, max(round(end / UNIT), int(made.pts[-1]) + 1))
    return replace(source, video=made.video, clock=clock, copyable=made.copied)
