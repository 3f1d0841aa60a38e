"""Scenes of a character, as ``clips`` cuts them: what the page lists, and where it jumps to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eyecatch.core.text import clock
from eyecatch.db.records.answers import Found, Range
from eyecatch.db.records.review import TrackSpot
from eyecatch.jobs.clips.options import GAP


@dataclass(frozen=True, slots=True)
class CharacterScene:
    """Appearances of a character in an episode, with little between them.

    Attributes:
        episode_id: of the episode.
        character_id, character: who it is.
        start, stop: seconds, as players show them.
        track: number of a track whose face shows who it is; None where none was found.
    """

    episode_id: int
    character_id: int
    character: str
    start: float
    stop: float
    track: int | None

    @property
    def text(self) -> str:
        """Who and when, for screen readers."""
        return f"{self.character}, {clock(self.start)} to {clock(self.stop)}"


def scenes_of(
    found: Found, character_id: int, spots: Sequence[TrackSpot], most: int | None = None
) -> list[CharacterScene]:
    """The scenes of a character in an episode, in order.

    Args:
        found: its appearances there.
        character_id: its number.
        spots: its tracks there.
        most: only the first so many.
    """
    base, origin = found.episode.video.time_base, found.episode.origin
    name, *_ = found.characters
    scenes = []
    for start, stop in scene_spans(found.ranges)[:most]:
        there = [it for it in spots if it.start_pts < stop and it.stop_pts > start]
        longest = max(there, key=lambda it: it.stop_pts - it.start_pts, default=None)
        first, last = (max(round(float(pts * base - origin), 3), 0.0) for pts in (start, stop))
        track = longest and longest.track
        scenes.append(CharacterScene(found.episode.id, character_id, name, first, last, track))
    return scenes


def scene_spans(ranges: Sequence[Range]) -> list[tuple[int, int]]:
    """The pts from when to when each scene lasts, of ranges in order and of one time base."""
    spans: list[tuple[int, int]] = []
    for one in ranges:
        if spans and (one.start_pts - spans[-1][1]) * one.time_base <= GAP:
            spans[-1] = spans[-1][0], one.stop_pts
        else:
            spans.append((one.start_pts, one.stop_pts))
    return spans
