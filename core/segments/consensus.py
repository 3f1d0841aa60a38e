"""What one pair of episodes says of an end, against what many others say.

Where two episodes go on after their opening with shots that happen to look alike, their span goes
too far; where one of them is badly encoded, not far enough. What nearly all others say of both is
believed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from eyecatch.core.segments.alignment import SharedSpan

_TOO_FAR, _TOO_SHORT = 3.0, 1.5
"""Seconds by which a span may be too long, and too short."""

_ONE: Final = 0.15
"""Seconds between two ends that are one."""

_LEAST, _TIMES = 3, 3
"""Spans that have to end at a place, and how many times as many as end with the one in doubt."""

_Ends = dict[int, np.ndarray]


def agreed(spans: Sequence[SharedSpan]) -> list[SharedSpan]:
    """Spans with their ends where many others have them, in either episode."""
    starts, stops = _ends(spans)
    found = []
    for span in spans:
        one = _agreed(span, starts, stops)
        found.append(_agreed(one.mirrored(), starts, stops).mirrored())
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


def _agreed(span: SharedSpan, starts: _Ends, stops: _Ends) -> SharedSpan:
    inwards = min(_TOO_FAR, (span.stop - span.start) / 2)
    start = _end(span, span.start, (-_TOO_SHORT, inwards), starts)
    stop = _end(span, span.stop, (-inwards, _TOO_SHORT), stops)
    return span._replace(
        start=start, stop=stop, other_start=span.there(start), other_stop=span.there(stop)
    )


def _end(span: SharedSpan, mine: float, around: tuple[float, float], ends: _Ends) -> float:
    """The end about one's own on which many agree; one's own if they don't."""
    here, there = ends[span.first], ends[span.second]
    first, last = np.searchsorted(here, [mine + around[0], mine + around[1]])
    best, most = mine, max(_LEAST - 1, _TIMES * _support(here, mine) - 1)
    for end in here[first:last].tolist():
        outside = not span.start <= end <= span.stop
        if outside and _support(there, span.there(end)) < _LEAST:
            continue
        support = _support(here, end)
        if support > most:
            best, most = end, support
    return best


def _support(ends: np.ndarray, time: float) -> int:
    return int(np.searchsorted(ends, time + _ONE) - np.searchsorted(ends, time - _ONE))
