"""What counts as being on screen: which segments, how sure, and for how long at least.

A stretch of less than a second is a glimpse, and no appearance unless somebody asks for it: a face
passed by, or a frame of a scene that a recap's end cut off. Who is on screen without a break is so
in one stretch, also where segments begin and end in it; what doesn't count breaks it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeVar

from eyecatch.core.segments.kinds import STORY, kinds_left_out

LEAST_SECONDS: Final = 1.0
"""Seconds of a stretch that is an appearance."""

Row = TypeVar("Row", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts of the ranges that an index has.

    Attributes:
        left_out: kinds of segments that don't; see ``core.segments.kinds``.
        min_seconds: least time on screen in an episode; stretches that are shorter than that, or
            than ``LEAST_SECONDS``, are glimpses.
        min_confidence: least confidence of a range's surest track, 0..1; 1 where a person said it.
    """

    left_out: frozenset[str] = frozenset()
    min_seconds: float = LEAST_SECONDS
    min_confidence: float = 0.0

    @property
    def milliseconds(self) -> int:
        """Of the shortest stretch that is no glimpse."""
        return round(min(self.min_seconds, LEAST_SECONDS) * 1000)

    def least_stretch(self, base: Fraction) -> int:
        """The same in units of a time base."""
        return _units(self.milliseconds, base)

    def enough(self, units: int, base: Fraction) -> bool:
        """Whether a time on screen in an episode is, that of its lasting stretches."""
        if self.min_seconds <= LEAST_SECONDS:  # then each of them is
            return units > 0
        return units >= _units(round(self.min_seconds * 1000), base)


def _units(milliseconds: int, base: Fraction) -> int:
    return -(-milliseconds * base.denominator // (1000 * base.numerator))


def lasting(rows: Iterable[Row], least: int) -> tuple[list[Row], int]:
    """The ranges of stretches that last, and how many stretches are glimpses.

    Args:
        rows: of one character in one episode, in order, without overlaps; their third and fourth
            items are the pts at which each starts and stops.
        least: units of a stretch that is none.

    Example:
        >>> lasting([(0, 1, 0, 40), (5, 9, 200, 360), (9, 30, 360, 1200)], 1000)
        ([(5, 9, 200, 360), (9, 30, 360, 1200)], 1)
    """
    kept: list[Row] = []
    stretch: list[Row] = []
    glimpses = 0
    for row in rows:
        if stretch and row[2] > stretch[-1][3]:
            if stretch[-1][3] - stretch[0][2] >= least:
                kept += stretch
            else:
                glimpses += 1
            stretch = []
        stretch.append(row)
    if stretch and stretch[-1][3] - stretch[0][2] >= least:
        return kept + stretch, glimpses
    return kept, glimpses + bool(stretch)


COUNTED: Final = Counting(kinds_left_out())
"""What counts where nobody says otherwise."""

Sums = tuple[int, int, int]
"""Units on screen, faces, and glimpses."""


def sums_by_kind(ranges: Sequence[Any], least: int) -> Iterator[tuple[str, Sums]]:
    """What ``COUNTED`` makes of a character in an episode, by kind of segment.

    Story comes first, even if nothing of it counts, then units of each kind that is left out.

    Args:
        ranges: sure ones, in order; the third to sixth items of each are its start and stop in pts,
            its faces and its segment.
        least: units of the shortest stretch that lasts.
    """
    inside = [row for row in ranges if row[5] not in COUNTED.left_out]
    kept, glimpses = lasting(inside, least)
    yield STORY, (sum(row[3] - row[2] for row in kept), sum(row[4] for row in kept), glimpses)
    units: dict[str, int] = defaultdict(int)
    for row in lasting((row for row in ranges if row[5] in COUNTED.left_out), least)[0]:
        units[row[5]] += row[3] - row[2]
    for kind, some in units.items():
        yield kind, (some, 0, 0)
