"""Appearances as subtitles: a cue with the name while a character is on screen."""

from __future__ import annotations

import math
from fractions import Fraction

import pysubs2

from eyecatch.jobs.colours import colour_of
from eyecatch.jobs.export.appearances import EpisodeAppearances
from eyecatch.jobs.render.ass import escaped


def write_vtt(cast: EpisodeAppearances) -> str:
    """WebVTT, to the millisecond."""
    subs = pysubs2.SSAFile()
    for one in cast.appearances:
        start, stop = (
            math.floor(1000 * cast.player_seconds(pts))
            for pts in (one.range.start_pts, one.range.stop_pts)
        )
        subs.append(pysubs2.SSAEvent(start, stop, _entities(one.character)))
    return subs.to_string("vtt")


def write_ass(cast: EpisodeAppearances) -> str:
    """Advanced SubStation Alpha, a style with its colour for each character."""
    subs = pysubs2.SSAFile()
    video = cast.episode.video
    subs.info |= {
        "Title": cast.episode.title,
        "PlayResX": str(video.width),
        "PlayResY": str(video.height),
        "ScaledBorderAndShadow": "yes",
    }
    subs.styles = {_style(name): _ass_style(name, video.height) for name in cast.characters()}
    for one in cast.appearances:
        start, stop = (
            _floor_centisecond(cast.player_seconds(pts))
            for pts in (one.range.start_pts, one.range.stop_pts)
        )
        style = _style(one.character)
        subs.append(pysubs2.SSAEvent(start, stop, escaped(one.character), style=style))
    return subs.to_string("ass")


def _floor_centisecond(seconds: Fraction) -> int:
    """Milliseconds of the last hundredth of a second before a frame.

    ASS has no finer times. A hundredth before the first frame is after the frame before it, as long
    as there are fewer than 100 frames a second; so the line is there for its frames and no others,
    even in a player that rounds.
    """
    return max(0, math.ceil(seconds * 100) - 1) * 10


def _style(name: str) -> str:
    return name.replace(",", " ").strip()  # a comma ends the field


def _ass_style(name: str, height: int) -> pysubs2.SSAStyle:
    """At the top left, where dialogue never is, in sizes that were fit for the picture."""
    red, green, blue = (int(colour_of(name)[place : place + 2], 16) for place in (1, 3, 5))
    return pysubs2.SSAStyle(
        fontname="sans-serif",
        fontsize=height / 18,
        bold=True,
        primarycolor=pysubs2.Color(red, green, blue),
        outline=height / 360,
        shadow=0,
        alignment=pysubs2.Alignment.TOP_LEFT,
    )


def _entities(text: str) -> str:
    """Text as a WebVTT cue has it: ``&``, ``<`` and ``>`` mean something there."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
