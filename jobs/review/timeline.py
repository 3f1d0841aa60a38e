"""An episode's timeline: a time axis, and a row for each character, with a bar for each track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eyecatch.core.palette import Colours
from eyecatch.core.text import clock
from eyecatch.db.records.answers import Found
from eyecatch.db.records.review import Bar
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.time_axis import label_step

WIDTH = 1000
"""Units of a timeline's length; of the picture, not of the screen."""

MIN_BAR_WIDTH = 1.5
"""Units: a bar of a moment can still be seen and hit."""

Starts = Mapping[int, Sequence[float]]


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
        seconds: on screen, as ``find`` counts; 0 where nothing counts: glimpses, what is unsure.
        starts: seconds at which its scenes begin.
        marks: its bars, in order.
    """

    name: str | None
    character_id: int | None
    colour: str
    seconds: float
    starts: tuple[float, ...]
    marks: tuple[Mark, ...]


def axis(length: float) -> list[tuple[float, str]]:
    """Where labels of a timeline stand, in per cent, and what they say.

    Args:
        length: seconds of the episode.
    """
    step = label_step(length)
    times = range(0, int(length) + 1, step)
    return [(round(100 * time / max(length, 0.001), 3), clock(time)) for time in times]


def timeline(
    episode: EpisodeRecord,
    bars: Sequence[Bar],
    cast: Mapping[int, Found],
    scenes: Starts,
    colours: Colours,
) -> list[Line]:
    """The rows, the longest on screen first, those without a name last.

    Args:
        episode: the episode.
        bars: its tracks.
        cast: what counts, by character.
        scenes: seconds at which scenes begin, by character.
        colours: of the characters, by name.
    """
    by_character: dict[tuple[int | None, str | None], list[Bar]] = {}
    for bar in bars:
        by_character.setdefault((bar.character_id, bar.character), []).append(bar)
    lines = [
        Line(
            name,
            number,
            colours[name],
            float(cast[number or 0].screen_time) if number in cast else 0.0,
            tuple(scenes.get(number or 0, ())),
            tuple(_mark(bar, episode) for bar in some),
        )
        for (number, name), some in by_character.items()
    ]
    return sorted(lines, key=lambda line: (line.name is None, -line.seconds, line.name or ""))


def _mark(bar: Bar, episode: EpisodeRecord) -> Mark:
    base, origin = episode.video.time_base, episode.origin
    length = max(float(episode.length), 0.001)
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
