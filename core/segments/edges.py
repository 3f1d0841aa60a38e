"""Where a shared span begins and ends, to the frame, in each of its two episodes.

A span is found in steps of a twelfth of a second. About each end the drawings of both episodes are
looked at one by one: the end is where they stop being the same, and at a cut if there is one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.alignment import LOOSE, SharedSpan
from eyecatch.core.segments.grid import STEP, Grid, distance

_AROUND: Final = 0.6
"""Seconds either side of an end in which drawings are looked at."""

_SAME: Final = 0.1
"""Seconds between two cuts, one in each episode, that are one; or from an end to the cut at which
it is."""


def exact(span: SharedSpan, a: Grid, b: Grid) -> SharedSpan:
    """A span with its ends where each episode has them.

    Args:
        span: as it was found.
        a: the grid of its first episode.
        b: that of its second.
    """
    start, other_start = _edge(span, span.start, a, b, ends=False)
    stop, other_stop = _edge(span, span.stop, a, b, ends=True)
    if stop - start < STEP or other_stop - other_start < STEP:
        return span
    return span._replace(start=start, stop=stop, other_start=other_start, other_stop=other_stop)


def nearest(times: npt.NDArray[np.float64], time: float, most: float) -> float | None:
    """The one of some times, which rise, that is nearest to one; None if it is too far."""
    place = int(np.searchsorted(times, time))
    near = times[max(0, place - 1) : place + 1]
    if not len(near):
        return None
    best = float(near[np.argmin(np.abs(near - time))])
    return best if abs(best - time) <= most else None


def _edge(span: SharedSpan, time: float, a: Grid, b: Grid, *, ends: bool) -> tuple[float, float]:
    time = _turn(span, time, a, b, ends=ends)
    own, theirs = _with_ends(a), _with_ends(b)
    near = own[np.searchsorted(own, time - _SAME) : np.searchsorted(own, time + _SAME)]
    common = [
        (abs(cut - time), cut, match)
        for cut in near.tolist()
        if (match := nearest(theirs, span.there(cut), _SAME)) is not None
    ]
    if common:
        return min(common)[1:]
    return _own(a, own, time), _own(b, theirs, span.there(time))


def _turn(span: SharedSpan, time: float, a: Grid, b: Grid, *, ends: bool) -> float:
    """The time about an end before and after which most drawings are as they should be."""
    first, last = time - _AROUND, time + _AROUND
    mine = _between(a.drawings, first, last)
    theirs = (
        span.start
        + (_between(b.drawings, span.there(first), span.there(last)) - span.other_start) / span.rate
    )
    bounds = np.array([0.0, span.start - span.other_start / span.rate])  # where the episodes begin
    limits = np.array([a.length, span.start + (b.length - span.other_start) / span.rate])
    times = np.unique(np.concatenate([[first, time, last], mine, theirs, bounds, limits]))
    times = times[(times >= first) & (times <= last)]
    middles = (times[1:] + times[:-1]) / 2
    here, there = _shown(a, middles), _shown(b, span.there(middles))
    told = (here != 0) & (there != 0)
    alike = np.where(told, np.where(distance(here, there) <= LOOSE, 1.0, -1.0), 0.0)
    outside = (middles < bounds.max()) | (middles > limits.min())
    weights = np.where(outside, -1.0, alike) * np.diff(times)
    if not ends:
        weights = -weights
    before = np.concatenate([[0.0], np.cumsum(weights)])
    best = np.flatnonzero(before >= before.max() - 1e-9)
    return float(times[best[np.argmin(np.abs(times[best] - time))]])


def _between(times: npt.NDArray[np.float64], first: float, last: float) -> npt.NDArray[np.float64]:
    return times[np.searchsorted(times, first) : np.searchsorted(times, last, "right")]


def _shown(grid: Grid, times: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """The hashes of what is on screen at some times; 0 where nothing is."""
    place = np.searchsorted(grid.drawings, times, "right") - 1
    if not len(grid.values):
        return np.zeros(len(times), np.uint64)
    return np.where(place >= 0, grid.values[np.maximum(place, 0)], np.uint64(0))


def _with_ends(grid: Grid) -> npt.NDArray[np.float64]:
    """The cuts, and where the episode begins and ends."""
    return np.concatenate([[0.0], grid.cuts, [grid.length]])


def _own(grid: Grid, cuts: npt.NDArray[np.float64], time: float) -> float:
    for times in (cuts, grid.drawings):
        best = nearest(times, time, _SAME)
        if best is not None:
            return best
    return min(max(time, 0.0), grid.length)
