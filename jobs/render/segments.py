"""From the ranges in which a character is on screen to the clips that are cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from eyecatch.core.errors import RequestError
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.records.answers import Range


@dataclass(frozen=True, slots=True)
class Wishes:
    """How clips are cut; all in seconds.

    Attributes:
        pad: shown before and after, as far as the episode goes.
        gap: what may lie between two ranges that become one clip; ranges that touch always do.
        shortest: clips that are shorter are left out.
        longest: clips that are longer are cut into equal parts; None for any length.
    """

    pad: float = 0.0
    gap: float = 0.0
    shortest: float = 0.0
    longest: float | None = None

    def __post_init__(self) -> None:
        if min(self.pad, self.gap, self.shortest) < 0:
            raise RequestError("a clip's padding, gap and length can't be negative")
        if self.longest is not None and self.longest <= max(0.0, self.shortest):
            raise RequestError("the longest clip must be longer than the shortest")


@dataclass(frozen=True, slots=True)
class Span:
    """Frames of a clip, half-open, and the confidence of the surest range in it."""

    start: int
    stop: int
    confidence: float


def spans(ranges: Sequence[Range], clock: FrameTimes, unit: Fraction, wishes: Wishes) -> list[Span]:
    """The clips of an episode.

    Args:
        ranges: when a character is on screen, in order.
        clock: when each frame begins.
        unit: seconds of one unit of a pts.
        wishes: how they are cut.

    Returns:
        In order; they don't overlap.
    """
    whole = (Span(one.start_frame, one.stop_frame, one.confidence) for one in ranges)
    near = _merged(whole, clock, float(wishes.gap / unit))
    padded = _merged((_padded(one, clock, float(wishes.pad / unit)) for one in near), clock, 0)
    fit = [one for one in padded if _length(one, clock) * unit >= wishes.shortest]
    if wishes.longest is None:
        return fit
    longest = float(wishes.longest / unit)
    return [part for one in fit for part in _parts(one, clock, longest)]


def _length(span: Span, clock: FrameTimes) -> int:
    return clock.starts(span.stop) - clock.starts(span.start)


def _merged(spans_: Iterable[Span], clock: FrameTimes, gap: float) -> Iterator[Span]:
    current: Span | None = None
    for span in spans_:
        if current is None:
            current = span
        elif clock.starts(span.start) - clock.starts(current.stop) <= gap:
            surest = max(current.confidence, span.confidence)
            current = Span(current.start, max(current.stop, span.stop), surest)
        else:
            yield current
            current = span
    if current is not None:
        yield current


def _padded(span: Span, clock: FrameTimes, pad: float) -> Span:
    """A span with the frames that begin up to ``pad`` earlier and end up to ``pad`` later."""
    first = int(np.searchsorted(clock.pts, clock.starts(span.start) - pad))
    ends = np.append(clock.pts[1:], clock.starts(len(clock.pts)))
    last = int(np.searchsorted(ends, clock.starts(span.stop) + pad, "right"))
    return replace(span, start=min(first, span.start), stop=max(last, span.stop))


def _parts(span: Span, clock: FrameTimes, longest: float) -> Iterator[Span]:
    count = int(-(-_length(span, clock) // longest))
    begin = clock.starts(span.start)
    inner = [begin + _length(span, clock) * k / count for k in range(1, count)]
    # A part begins with the first frame that begins in it: it may be longer by less than a frame.
    edges = [span.start, *np.searchsorted(clock.pts, inner).tolist(), span.stop]
    for start, stop in pairwise(edges):
        if start < stop:
            yield replace(span, start=start, stop=stop)
