"""Who is on screen in an episode, from when to when: what the formats are written from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from eyecatch.core.palette import Colours
from eyecatch.db.records.answers import Range
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.tables import Column, Row
from eyecatch.jobs.origins import with_clock
from eyecatch.jobs.selection import Selection

COLUMNS = (
    Column("episode", "label"),
    Column("character", "label"),
    Column("start_frame", "int"),
    Column("end_frame", "int"),
    Column("start", "float"),
    Column("end", "float"),
    Column("confidence", "float"),
    Column("segment", "label"),
)


@dataclass(frozen=True, slots=True)
class Appearance:
    """A character on screen from a time to a time."""

    character: str
    range: Range


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of an episode in which the same characters are on screen.

    Attributes:
        start_frame, stop_frame: half-open.
        start_pts, stop_pts: when its first frame begins and its last one ends.
        characters: names in alphabetical order; empty where nobody known is on screen.
    """

    start_frame: int
    stop_frame: int
    start_pts: int
    stop_pts: int
    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EpisodeAppearances:
    """Who is on screen in an episode, and when.

    Attributes:
        episode: the episode.
        appearances: by start, then by name; those of one character don't overlap.
        colours: of characters, by name.
    """

    episode: EpisodeRecord
    appearances: tuple[Appearance, ...]
    colours: Colours = field(default_factory=Colours)

    def player_seconds(self, pts: int) -> Fraction:
        """Seconds that a player shows at a pts; never below 0."""
        return max(pts * self.episode.video.time_base - self.episode.origin, Fraction(0))

    def characters(self) -> list[str]:
        """Who is there, longest on screen first."""
        times: dict[str, int] = {}
        for one in self.appearances:
            length = one.range.stop_pts - one.range.start_pts
            times[one.character] = times.get(one.character, 0) + length
        return sorted(times, key=lambda name: (-times[name], name))

    def scenes(self) -> list[Scene]:
        """The stretches from the first appearance to the last, each as long as it can be."""
        bounds = sorted(
            {(one.range.start_pts, one.range.start_frame) for one in self.appearances}
            | {(one.range.stop_pts, one.range.stop_frame) for one in self.appearances}
        )
        return [
            Scene(start_frame, stop_frame, start, stop, self._between(start, stop))
            for (start, start_frame), (stop, stop_frame) in pairwise(bounds)
        ]

    def _between(self, start: int, stop: int) -> tuple[str, ...]:
        there = (
            one.character
            for one in self.appearances
            if one.range.start_pts < stop and one.range.stop_pts > start
        )
        return tuple(sorted(there))


def appearances_of(
    chosen: Selection, *, join: float = 0.0, by_segment: bool = False
) -> list[EpisodeAppearances]:
    """The appearances of episodes, in their order.

    Args:
        chosen: of which episodes, whose, and what counts.
        join: seconds between two appearances of a character that still count as one.
        by_segment: only those that are of one kind of segment, or all story, are joined.
    """
    index, episodes = chosen.index, chosen.episodes
    wanted = list(chosen.characters) or sorted({one.name for one in index.summaries.characters()})
    by_episode: dict[int, list[Appearance]] = {episode.id: [] for episode in episodes}
    for found in index.queries.find(
        wanted,
        unsure=chosen.unsure,
        with_kinds=chosen.with_kinds,
        min_seconds=chosen.min_seconds,
    ):
        if found.episode.id in by_episode:
            (name,) = found.characters
            joined = _joined(found.ranges, Fraction(join), by_segment)
            by_episode[found.episode.id] += [Appearance(name, one) for one in joined]
    colours = index.characters.colours()
    return [
        EpisodeAppearances(
            with_clock(index, episode), tuple(sorted(by_episode[episode.id], key=_order)), colours
        )
        for episode in episodes
    ]


def appearance_rows(casts: Sequence[EpisodeAppearances]) -> Iterator[Row]:
    """Rows of ``COLUMNS``; times are those of the episode's own clock, in seconds."""
    for cast in casts:
        for one in cast.appearances:
            yield (
                cast.episode.name,
                one.character,
                one.range.start_frame,
                one.range.stop_frame,
                round(float(one.range.start), 6),
                round(float(one.range.stop), 6),
                round(one.range.confidence, 4),
                one.range.segment,
            )


def _joined(ranges: Sequence[Range], gap: Fraction, by_segment: bool) -> list[Range]:
    joined = [ranges[0]]
    for one in ranges[1:]:
        last = joined[-1]
        apart = by_segment and one.segment != last.segment
        if apart or one.start - last.stop > gap:
            joined.append(one)
        else:
            joined[-1] = last._replace(
                stop_frame=one.stop_frame,
                stop_pts=one.stop_pts,
                confidence=max(last.confidence, one.confidence),
            )
    return joined


def _order(one: Appearance) -> tuple[int, str]:
    return one.range.start_pts, one.character
