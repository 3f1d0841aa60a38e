"""Appearances as subtitles: a cue with the name while a character is on screen."""

from __future__ import annotations

import math
from fractions import Fraction

import pysubs2

from eyecatch.core.text import one_line
from eyecatch.jobs.export.appearances import EpisodeAppearances
from eyecatch.jobs.render.ass import escaped, style_names


def write_vtt(cast: EpisodeAppearances) -> str:
    """WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format"), to the millisecond."""
    cues = ["WEBVTT\n"]
    for one in cast.appearances:
        start, stop = (
            math.floor(1000 * cast.player_seconds(pts))
            for pts in (one.range.start_pts, one.range.stop_pts)
        )
        if stop > start:
            cues.append(f"{_clock(start)} --> {_clock(stop)}\n{_cue(one.character)}\n")
    return "\n".join(cues)


def _clock(milliseconds: int) -> str:
    """``HH:MM:SS.mmm``."""
    seconds, part = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{part:03}"


def _cue(name: str) -> str:
    """A name as the text of a cue, in which ``&``, ``<`` and ``>`` mean something, and no more."""
    return one_line(name).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write_ass(cast: EpisodeAppearances) -> str:
    """Advanced SubStation Alpha, a style with its colour for each character."""
    subs = pysubs2.SSAFile()
    video = cast.episode.video
    subs.info |= {
        "Title": one_line(cast.episode.title),
        "PlayResX": str(video.width),
        "PlayResY": str(video.height),
        "ScaledBorderAndShadow": "yes",
    }
    names = style_names(cast.characters())
    subs.styles = {
        style: _ass_style(cast.colours[name], video.height) for name, style in names.items()
    }
    for one in cast.appearances:
        start, stop = (
            _floor_centisecond(cast.player_seconds(pts))
            for pts in (one.range.start_pts, one.range.stop_pts)
        )
        text, style = escaped(one.character), names[one.character]
        subs.append(pysubs2.SSAEvent(start, stop, text, style=style))
    return subs.to_string("ass")


def _floor_centisecond(seconds: Fraction) -> int:
    """Milliseconds of the last hundredth of a second before a frame.

    ASS has no finer times. A hundredth before the first frame is after the frame before it, as long
    as there are fewer than 100 frames a second; so the line is there for its frames and no others,
    even in a player that rounds.
    """
    return max(0, math.ceil(seconds * 100) - 1) * 10


def _ass_style(colour: str, height: int) -> pysubs2.SSAStyle:
    """At the top left, where dialogue never is, in sizes that were fit for the picture."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return pysubs2.SSAStyle(
        fontname="sans-serif",
        fontsize=height / 18,
        bold=True,
        primarycolor=pysubs2.Color(red, green, blue),
        outline=height / 360,
        shadow=0,
        alignment=pysubs2.Alignment.TOP_LEFT,
    )
