"""What one pair of episodes says of an end, against what many others say.

Where two episodes go on after their opening with shots that happen to look alike, their span goes
too far. The others end it where it ends: what nearly all of them say is believed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from eyecatch.core.segments.alignment import SharedSpan

_TOO_FAR: Final = 3.0
"""Seconds by which a span may be too long."""

_ONE: Final = 0.15
"""Seconds between two ends that are one."""

_LEAST, _TIMES = 3, 3
"""Spans that have to end at a place, and how many times as many as end with the one in doubt."""

_Ends = dict[int, np.ndarray]


def trimmed(spans: Sequence[SharedSpan]) -> list[SharedSpan]:
    """Spans without what goes beyond an end on which many others agree, in either episode."""
    starts, stops = _ends(spans)
    found = []
    for span in spans:
        one = _trimmed(span, starts, stops)
        found.append(_trimmed(one.mirrored(), starts, stops).mirrored())
    return found


def _ends(spans: Sequence[SharedSpan]) -> tuple[_Ends, _Ends]:
    starts: dict[int, list[float]] = defaultdict(list)
    stops: dict[int, list[float]] = defaultdict(list)
    for span in spans:
        for one in (span, span.mirrored()):
            starts[one.first].append(one.start)
            stops[one.first].append(one.stop)
    return (
        {episode: np.sort(times) for episode, times in starts.items()},
        {episode: np.sort(times) for episode, times in stops.items()},
    )


def _trimmed(span: SharedSpan, starts: _Ends, stops: _Ends) -> SharedSpan:
    longest = min(_TOO_FAR, (span.stop - span.start) / 2)
    start = _agreed(starts[span.first], span.start, span.start + longest)
    stop = _agreed(stops[span.first], span.stop, span.stop - longest)
    return span._replace(
        start=start, stop=stop, other_start=span.there(start), other_stop=span.there(stop)
    )


def _agreed(ends: np.ndarray, mine: float, limit: float) -> float:
    """The end, from one's own to a limit, on which many agree; one's own if they don't."""
    own = _support(ends, mine)
    between = ends[(ends > min(mine, limit)) & (ends < max(mine, limit))]
    best, most = mine, max(_LEAST - 1, _TIMES * own - 1)
    for end in between.tolist():
        support = _support(ends, end)
        if support > most:
            best, most = end, support
    return best


def _support(ends: np.ndarray, time: float) -> int:
    return int(np.searchsorted(ends, time + _ONE) - np.searchsorted(ends, time - _ONE))
