"""The pieces into which the ends of all shared spans cut an episode."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from eyecatch.core.segments.alignment import SharedSpan
from eyecatch.core.segments.edges import nearest
from eyecatch.core.segments.grid import Grid

ONE_EDGE: Final = 0.45
"""Seconds between ends of spans that are one end: nothing that is cut in is as short."""

_AT_CUT: Final = 0.01
"""Seconds from an end to a cut, if it is at the cut."""

_SHORTEST: Final = 0.3
"""Seconds of a piece at least."""


class Showing(NamedTuple):
    """A part where one episode shows it; seconds from the episode's first frame."""

    episode: int
    start: float
    stop: float

    @property
    def length(self) -> float:
        """Seconds."""
        return self.stop - self.start


def pieces_of(spans: Sequence[SharedSpan], grids: Sequence[Grid]) -> dict[int, list[Showing]]:
    """The pieces of each episode that others share, in order.

    Args:
        spans: that two episodes share, with exact ends.
        grids: of the episodes.
    """
    edges: dict[int, list[float]] = defaultdict(list)
    both = [*spans, *(span.mirrored() for span in spans)]
    for span in both:
        edges[span.first] += [span.start, span.stop]
    merged = {episode: _merged(times, grids[episode]) for episode, times in edges.items()}
    for _ in range(2):  # an end in one episode is one in those that show the same
        for span in both:
            _carry_over(span, merged, grids)
    covered: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for span in both:
        covered[span.first].append((span.start, span.stop))
    return {
        episode: [
            Showing(episode, start, stop)
            for start, stop in pairwise(times)
            if stop - start >= _SHORTEST and _is_covered((start + stop) / 2, covered[episode])
        ]
        for episode, times in merged.items()
    }


def _merged(times: Iterable[float], grid: Grid) -> list[float]:
    """Ends that are one, as most of them have it, at a cut if one of them is."""
    groups: list[list[float]] = []
    for time in sorted(times):
        if groups and time - groups[-1][-1] <= ONE_EDGE:
            groups[-1].append(time)
        else:
            groups.append([time])
    return [_usual(group, grid) for group in groups]


def _usual(times: list[float], grid: Grid) -> float:
    at_cuts = [time for time in times if nearest(grid.cuts, time, _AT_CUT) is not None]
    times = at_cuts or times
    counts = Counter(round(time, 3) for time in times)
    most = max(counts.values())
    usual = [time for time in times if counts[round(time, 3)] == most]
    return usual[len(usual) // 2]


def _carry_over(span: SharedSpan, edges: dict[int, list[float]], grids: Sequence[Grid]) -> None:
    there = np.array(edges[span.second])
    new = []
    for time in edges[span.first]:
        if span.start + _SHORTEST < time < span.stop - _SHORTEST:
            other = span.there(time)
            if nearest(there, other, ONE_EDGE) is None:
                cut = nearest(grids[span.second].cuts, other, ONE_EDGE)
                new.append(other if cut is None else cut)
    if new:
        edges[span.second] = _merged([*edges[span.second], *new], grids[span.second])


def _is_covered(time: float, spans: Iterable[tuple[float, float]]) -> bool:
    return any(start <= time < stop for start, stop in spans)
