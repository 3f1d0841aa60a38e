"""Frames counted as editors count them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from eyecatch.core.video.types import Video
from eyecatch.jobs.export.appearances import EpisodeAppearances

_NEAR = Fraction(1, 200)
"""Frames a second by which a container's average may miss the true rate: a minute of 23.976 that is
a frame short misses by .017, half an hour by .0006; the nearest two rates in use are .024 apart."""


def edit_rate(rate: Fraction) -> Fraction:
    """The rate an editor has for a video: a whole number, or that x 1000/1001 (NTSC).

    Any other rate stays as it is.
    """
    whole = round(rate)
    for exact in (Fraction(whole), Fraction(whole * 1000, 1001)):
        if whole and abs(rate - exact) <= _NEAR:
            return exact
    return rate


def has_constant_rate(cast: EpisodeAppearances) -> bool:
    """Whether frames come at a constant rate, as far as the appearances show.

    If so, frame n is frame n of an editor's timeline, and nothing has to be rounded.
    """
    if not cast.appearances or not cast.episode.video.rate:
        return True
    rate = edit_rate(cast.episode.video.rate)
    time_base = cast.episode.video.time_base
    first = cast.appearances[0].range
    return all(
        abs((pts - first.start_pts) * time_base * rate - (frame - first.start_frame))
        < Fraction(1, 2)
        for one in cast.appearances
        for pts, frame in (
            (one.range.start_pts, one.range.start_frame),
            (one.range.stop_pts, one.range.stop_frame),
        )
    )


@dataclass(frozen=True, slots=True)
class FrameCount:
    """How frames are counted in timecode.

    Attributes:
        base: frames of a second of timecode: 24 for 23.976 too. What is counted is frames; the
            seconds it shows are a thousandth longer than real ones there, and that is how editors
            read it.
        drop: two numbers are left out each minute but the tenth, at 29.97 frames a second, so that
            it shows real seconds (SMPTE ST 12-1); four at 59.94.
    """

    base: int
    drop: bool = False

    def text(self, frame: int) -> str:
        """``HH:MM:SS:FF`` of a frame, or ``HH:MM:SS;FF``; after a day it begins anew."""
        if self.drop:
            tens, left = divmod(frame, 10 * self._minute + self._left_out)
            minutes = max(0, left - self._left_out) // self._minute
            frame += self._left_out * (9 * tens + minutes)
        seconds, frames = divmod(frame % (24 * 3600 * self.base), self.base)
        sign = ";" if self.drop else ":"
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{sign}{frames:02}"

    def frame(self, text: str) -> int | None:
        """The frame of a timecode; None where it isn't one of this count."""
        found = re.fullmatch(r"(\d\d):([0-5]\d):([0-5]\d)[:;.,](\d\d)", text)
        hours, minutes, seconds, frames = map(int, found.groups() if found else "0000")
        if found is None or frames >= self.base:
            return None
        minutes += 60 * hours
        left_out = self._left_out * (minutes - minutes // 10) if self.drop else 0
        return (60 * minutes + seconds) * self.base + frames - left_out

    @property
    def _left_out(self) -> int:
        return 2 * round(self.base / 30)

    @property
    def _minute(self) -> int:
        return 60 * self.base - self._left_out


def source_count(video: Video) -> tuple[FrameCount, int]:
    """How an editor counts a video's frames, and the timecode of the first one as a frame.

    That is what the file says, else 00:00:00:00. Only at 29.97 and 59.94 can numbers be left out.
    """
    rate = edit_rate(video.rate)
    said = video.timecode or ""
    drops = rate in (Fraction(30_000, 1001), Fraction(60_000, 1001)) and bool(
        re.search("[;,]", said)
    )
    count = FrameCount(max(1, round(rate)), drops)
    return count, count.frame(said) or 0
