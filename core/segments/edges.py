"""Where a shared span begins and ends, to the frame, in each of its two episodes.

A span is found in steps of a twelfth of a second. What is cut into a film begins and ends at cuts:
at one that both episodes have there, or else at the nearest one that one of them has.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.alignment import SharedSpan
from eyecatch.core.segments.grid import STEP, Grid

_COMMON: Final = 0.5
"""Seconds from the end of a span to a cut that both episodes have."""

_SAME: Final = 0.1
"""Seconds between two cuts, one in each episode, that are one."""

_FAVOUR: Final = 0.1
"""Seconds by which such a cut may be farther away than one that only one of them has."""

_OWN: Final = 0.25
"""Seconds to a cut that only one of them has, or to the beginning of a drawing."""


def exact(span: SharedSpan, a: Grid, b: Grid) -> SharedSpan:
    """A span with its ends where each episode has them.

    Args:
        span: as it was found.
        a: the grid of its first episode.
        b: that of its second.
    """
    start, other_start = _edge(span, span.start, a, b)
    stop, other_stop = _edge(span, span.stop, a, b)
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


def _edge(span: SharedSpan, time: float, a: Grid, b: Grid) -> tuple[float, float]:
    own, theirs = _with_ends(a), _with_ends(b)
    near = own[np.searchsorted(own, time - _COMMON) : np.searchsorted(own, time + _COMMON)]
    common = [
        (abs(cut - time), cut, match)
        for cut in near.tolist()
        if (match := nearest(theirs, span.there(cut), _SAME)) is not None
    ]
    found = _own(a, own, time), _own(b, theirs, span.there(time))
    if not common:
        return found
    distance, cut, match = min(common)
    return (cut, match) if distance - _FAVOUR <= abs(found[0] - time) else found


def _with_ends(grid: Grid) -> npt.NDArray[np.float64]:
    """The cuts, and where the episode begins and ends."""
    return np.concatenate([[0.0], grid.cuts, [grid.length]])


def _own(grid: Grid, cuts: npt.NDArray[np.float64], time: float) -> float:
    for times in (cuts, grid.drawings):
        best = nearest(times, time, _OWN)
        if best is not None:
            return best
    return min(max(time, 0.0), grid.length)
