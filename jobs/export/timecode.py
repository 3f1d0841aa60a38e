"""Frames counted as editors count them."""

from __future__ import annotations

from fractions import Fraction

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


def timecode(frame: int, base: int) -> str:
    """Non-drop timecode ``HH:MM:SS:FF`` of a frame.

    Args:
        frame: number, from 0.
        base: frames of a second of timecode: 24 for 23.976 too. What is counted is frames; the
            seconds it shows are a thousandth longer than real ones there, and that is how editors
            read it.
    """
    seconds, frames = divmod(frame, base)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"
