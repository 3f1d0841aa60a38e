"""An episode's timeline: a row for each character, with a bar for each track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from eyecatch.core.palette import Colours
from eyecatch.core.text import clock
from eyecatch.db.records.review import Bar
from eyecatch.db.records.scan import EpisodeRecord

WIDTH = 1000
"""Units of a timeline's length; of the picture, not of the screen."""

MIN_BAR_WIDTH = 1.5
"""Units: a bar of a moment can still be seen and hit."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar as it is drawn.

    Attributes:
        x, width: units of ``WIDTH``.
        at: seconds that a player shows when it begins.
        text: who, when and how sure, for screen readers and as a tooltip.
        unsure: it is drawn pale.
    """

    x: float
    width: float
    at: float
    text: str
    unsure: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the timeline.

    Attributes:
        name: the character's; None for those without a name.
        character_id: of the character; None for those without a name.
        colour: of its bars.
        seconds: on screen, each track by itself.
        marks: its bars, in order.
    """

    name: str | None
    character_id: int | None
    colour: str
    seconds: float
    marks: tuple[Mark, ...]


def timeline(
    episode: EpisodeRecord, bars: Sequence[Bar], origin: Fraction, colours: Colours
) -> list[Line]:
    """The rows, the longest on screen first, those without a name last.

    Args:
        episode: the episode.
        bars: its tracks.
        origin: seconds on the episode's clock at which players begin to count.
        colours: of the characters, by name.
    """
    length = max(float(episode.end - origin), 0.001)
    by_character: dict[tuple[int | None, str | None], list[Bar]] = {}
    for bar in bars:
        by_character.setdefault((bar.character_id, bar.character), []).append(bar)
    base = episode.video.time_base
    lines = [
        Line(
            name,
            number,
            colours[name],
            sum(float((bar.stop_pts - bar.start_pts) * base) for bar in some),
            tuple(_mark(bar, base, origin, length) for bar in some),
        )
        for (number, name), some in by_character.items()
    ]
    return sorted(lines, key=lambda line: (line.name is None, -line.seconds, line.name or ""))


def _mark(bar: Bar, base: Fraction, origin: Fraction, length: float) -> Mark:
    start, stop = (max(float(pts * base - origin), 0.0) for pts in (bar.start_pts, bar.stop_pts))
    maybe = "maybe " if bar.unsure else ""
    who = f"{maybe}{bar.character}" if bar.character else "no name"
    sure = f", {bar.confidence:.0%}" if bar.confidence is not None and bar.by == "model" else ""
    return Mark(
        round(WIDTH * start / length, 2),
        round(max(WIDTH * (stop - start) / length, MIN_BAR_WIDTH), 2),
        round(start, 3),
        f"{who}, {clock(start)} to {clock(stop)}{sure if bar.character else ''}",
        bar.unsure,
    )
