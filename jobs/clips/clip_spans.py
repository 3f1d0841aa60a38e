"""From the ranges in which characters are on screen to the scenes that are cut."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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
    ranges: Iterable[Range],
    clock: FrameTimes,
    unit: Fraction,
    options: ClipOptions,
    cuts: Sequence[int] = (),
) -> list[Span]:
    """The scenes of an episode: what any of some ranges shows, each frame once.

    Args:
        ranges: when any of the characters is on screen; they may overlap.
        clock: when each frame begins.
        unit: seconds of one unit of a pts.
        options: how they are cut.
        cuts: the first frames of shots, in order; what is shown before and after a scene is of the
            shots in which it begins and ends.

    Returns:
        In order; they don't overlap.
    """
    in_order = sorted(ranges, key=lambda one: one.start_frame)
    whole = (Span(one.start_frame, one.stop_frame, one.confidence) for one in in_order)
    near = _merged(whole, clock, float(options.closed_gap / unit))
    scenes = (one for one in near if _length(one, clock) * unit >= options.least_scene)
    padding = float(options.padding / unit)
    padded = _merged((_padded(one, clock, padding, cuts) for one in scenes), clock, 0)
    fit = [one for one in padded if _length(one, clock) * unit >= options.shortest]
    if options.longest is None:
        return fit
    longest = float(options.longest / unit)
    return [part for one in fit for part in _parts(one, clock, longest)]


def shown_in(span: Span, named: Iterable[tuple[str, int, int]]) -> tuple[str, ...]:
    """Who is on screen in a scene.

    Args:
        span: its frames.
        named: a name, and the half-open frames in which its bearer is on screen.

    Returns:
        Each name once, in the order in which they come.
    """
    inside = (name for name, start, stop in named if start < span.stop and stop > span.start)
    return tuple(dict.fromkeys(inside))


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


def _padded(span: Span, clock: FrameTimes, pad: float, cuts: Sequence[int]) -> Span:
    """A span with the frames that begin up to ``pad`` earlier and end up to ``pad`` later.

    None of them is beyond a cut: a few frames of another shot are a flash.
    """
    first = int(np.searchsorted(clock.pts, clock.starts(span.start) - pad))
    ends = np.append(clock.pts[1:], clock.starts(len(clock.pts)))
    last = int(np.searchsorted(ends, clock.starts(span.stop) + pad, "right"))
    before, after = bisect_right(cuts, span.start), bisect_left(cuts, span.stop)
    first = max(first, cuts[before - 1]) if before else first
    last = min(last, cuts[after]) if after < len(cuts) else last
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
