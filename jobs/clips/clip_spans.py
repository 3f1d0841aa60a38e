"""From the ranges in which a character is on screen to the clips that are cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.records.answers import Range
from eyecatch.jobs.clips.options import ClipOptions
from eyecatch.jobs.render.cutter import Span


def spans(
    ranges: Sequence[Range], clock: FrameTimes, unit: Fraction, options: ClipOptions
) -> list[Span]:
    """The clips of an episode.

    Args:
        ranges: when a character is on screen, in order.
        clock: when each frame begins.
        unit: seconds of one unit of a pts.
        options: how they are cut.

    Returns:
        In order; they don't overlap.
    """
    whole = (Span(one.start_frame, one.stop_frame, one.confidence) for one in ranges)
    near = _merged(whole, clock, float(options.gap / unit))
    padded = _merged((_padded(one, clock, float(options.pad / unit)) for one in near), clock, 0)
    fit = [one for one in padded if _length(one, clock) * unit >= options.shortest]
    if options.longest is None:
        return fit
    longest = float(options.longest / unit)
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
