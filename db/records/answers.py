"""What the index answers: frozen records, whose times are exact pts; seconds are for showing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from eyecatch.core.reprs import brief
from eyecatch.db.records.scan import EpisodeRecord


class Range(NamedTuple):
    """A character, or several at once, on screen from a time to a time.

    A tuple, for an answer may hold tens of thousands and a frozen dataclass takes thrice as long.

    Attributes:
        start_frame, stop_frame: half-open.
        start_pts, stop_pts: when the first frame begins and the last one ends, in ``time_base``.
        confidence: of the surest track in it; of several characters, that of the least sure one.
        time_base: seconds of one unit of a pts.
        segment: the kind of segment that it lies in; None for story.
    """

    start_frame: int
    stop_frame: int
    start_pts: int
    stop_pts: int
    confidence: float
    time_base: Fraction
    segment: str | None = None

    @property
    def start(self) -> Fraction:
        """When it begins: exact seconds."""
        return self.start_pts * self.time_base

    @property
    def stop(self) -> Fraction:
        """When it ends: exact seconds."""
        return self.stop_pts * self.time_base

    @property
    def start_seconds(self) -> float:
        """When it begins."""
        return float(self.start)

    @property
    def stop_seconds(self) -> float:
        """When it ends."""
        return float(self.stop)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return float(self.stop - self.start)

    def __repr__(self) -> str:
        return brief(
            self, start=self.start, stop=self.stop, confidence=self.confidence, segment=self.segment
        )


class SegmentRow(NamedTuple):
    """A part of an episode that is no story, or is shown elsewhere too.

    Attributes:
        id: its number in this index.
        episode_id: the episode.
        kind: one of ``core.segments.kinds.KINDS``; ``story`` where a person said it is none.
        start_frame, stop_frame: half-open.
        start_pts, stop_pts: when the first frame begins and the last one ends, in ``time_base``.
        confidence: 0..1; 1 where a person set it.
        by: ``model`` or ``person``.
        shared: equal for those of all episodes that show the same; None where no other does.
        time_base: seconds of one unit of a pts.
    """

    id: int
    episode_id: int
    kind: str
    start_frame: int
    stop_frame: int
    start_pts: int
    stop_pts: int
    confidence: float
    by: str
    shared: int | None
    time_base: Fraction

    @property
    def start(self) -> Fraction:
        """When it begins: exact seconds."""
        return self.start_pts * self.time_base

    @property
    def stop(self) -> Fraction:
        """When it ends: exact seconds."""
        return self.stop_pts * self.time_base

    @property
    def start_seconds(self) -> float:
        """When it begins."""
        return float(self.start)

    @property
    def stop_seconds(self) -> float:
        """When it ends."""
        return float(self.stop)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return float(self.stop - self.start)

    def __repr__(self) -> str:
        return brief(
            self, kind=self.kind, start=self.start, stop=self.stop, by=self.by, shared=self.shared
        )


class LeftOut(NamedTuple):
    """What an answer does not count: screen time in segments of one kind.

    Attributes:
        segment: the kind.
        screen_time: exact seconds on screen; of several characters, those of each.
        episodes: in how many it is.
    """

    segment: str
    screen_time: Fraction
    episodes: int = 1

    @property
    def seconds(self) -> float:
        """The same, rounded as floats are."""
        return float(self.screen_time)

    def __repr__(self) -> str:
        return brief(self, segment=self.segment, seconds=self.seconds, episodes=self.episodes)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a character, or several at once, are on screen in an episode.

    Attributes:
        episode: the episode.
        characters: one name, or all that are there together.
        ranges: in order, at least one; they don't overlap.
        left_out: what of this episode is not among them, by kind.
        glimpses: how many stretches are not, as they are too short (``core.counting``).
    """

    episode: EpisodeRecord
    characters: tuple[str, ...]
    ranges: tuple[Range, ...]
    left_out: tuple[LeftOut, ...] = ()
    glimpses: int = 0

    @property
    def screen_time(self) -> Fraction:
        """Exact seconds on screen."""
        units = sum(one.stop_pts - one.start_pts for one in self.ranges)
        return units * self.episode.video.time_base

    @property
    def seconds(self) -> float:
        """Seconds on screen."""
        return float(self.screen_time)

    @property
    def first(self) -> Fraction:
        """When the first range begins: exact seconds, as a float ``ranges[0].start_seconds``."""
        return self.ranges[0].start

    @property
    def last(self) -> Fraction:
        """When the last range ends: exact seconds."""
        return self.ranges[-1].stop

    def __repr__(self) -> str:
        name, ranges = self.episode.name, len(self.ranges)
        return brief(
            self, episode=name, characters=self.characters, seconds=self.seconds, ranges=ranges
        )


class Findings(list[Found]):
    """Which episodes feature characters.

    Args:
        found: the episodes.
        left_out: what is not counted, by kind, in these and in all other episodes.
        glimpses: how many stretches are too short to count, in all episodes.
        too_short: in how many episodes somebody is on screen for less than was asked for.
    """

    def __init__(
        self,
        found: Iterable[Found] = (),
        left_out: tuple[LeftOut, ...] = (),
        glimpses: int = 0,
        too_short: int = 0,
    ) -> None:
        super().__init__(found)
        self.left_out = left_out
        self.glimpses = glimpses
        self.too_short = too_short


@dataclass(frozen=True, slots=True)
class Role:
    """A character in an episode, or over all of them.

    Attributes:
        character: the name.
        screen_time: exact seconds, of sure appearances only.
        faces: frames with a face of the character, once for each track.
    """

    character: str
    screen_time: Fraction
    faces: int

    @property
    def seconds(self) -> float:
        """The screen time, rounded as floats are."""
        return float(self.screen_time)

    def __repr__(self) -> str:
        return brief(self, character=self.character, seconds=self.seconds, faces=self.faces)


@dataclass(frozen=True, slots=True)
class EpisodeSummary:
    """An episode and who is in it, longest on screen first.

    ``left_out`` is what is not counted, by kind; ``glimpses`` are stretches too short to count.
    """

    episode: EpisodeRecord
    cast: tuple[Role, ...]
    left_out: tuple[LeftOut, ...] = ()
    glimpses: int = 0


@dataclass(frozen=True, slots=True)
class CharacterSummary:
    """A character of the index; ``episodes`` of none is a character nobody has seen yet.

    ``left_out`` is what is not counted, by kind; ``glimpses`` are stretches too short to count.
    """

    name: str
    aliases: tuple[str, ...]
    series: str | None
    episodes: int
    screen_time: Fraction
    faces: int
    left_out: tuple[LeftOut, ...] = ()
    glimpses: int = 0

    @property
    def seconds(self) -> float:
        """The screen time, rounded as floats are."""
        return float(self.screen_time)

    def __repr__(self) -> str:
        return brief(self, name=self.name, episodes=self.episodes, seconds=self.seconds)
