"""Spans that two episodes have in common, from drawings that they have in common.

A pair of drawings that look alike says how far one episode lags behind the other there. Along that
lag, in both directions, the episodes are compared until they differ for too long, as BLAST extends
its seeds (S. Altschul et al., 1990: "X-drop"): a lettering or a flash in the middle ends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.candidates import MAX_DISTANCE, Candidates
from eyecatch.core.segments.grid import STEP, Grid, distance
from eyecatch.core.segments.seeds import BUCKET, thinned

PAL: Final = 25 * 1001 / 24000
"""How much faster film runs on European television, where its frames are shown at 25 a second."""

RATES: Final = (1.0, PAL, 1 / PAL)
"""Speeds at which one episode may run against another."""

LOOSE: Final = MAX_DISTANCE + 3
"""Bits in which drawings along a lag may differ: there few others are compared by chance."""

SHORTEST: Final = 0.6
"""Seconds that a span has at least."""

_DROP: Final = 1.2
"""Seconds of mismatch over matches after which a span has ended."""

_LONG, _LONG_DROP = 10.0, 3.0
"""The same once a span is so long: whoever shares ten seconds shares what follows a lettering."""

_REACH: Final = 40.0
"""Seconds that are compared at once, each way."""

_MISMATCH: Final = 1.5
"""How much a second of mismatch weighs against one of matches: stills that stand for a second match
themselves half of the time along a lag that is off by half a second."""

_INSIDE: Final = 0.6
"""Share of a span in both episodes that lies in a better one: it is the same, told worse."""

_MUCH_LONGER: Final = 3.0
"""How many times longer one is that explains what a span shares: a shot of an opening resembles
another one of it. A card does not."""

_NEAR_LAG: Final = 4.0
"""Seconds of lag by which a still picture may be laid upon itself, shifted."""

_DRAWINGS: Final = 4
"""Drawings from which a span's lag can be told exactly, and what is near it tells nothing more."""

_LAGS: Final = np.arange(-24, 25) * (STEP / 2)
"""Seconds by which the lag is changed to see whether the episodes agree better."""

_TELLS_RATE: Final = 7.0
"""Seconds of a span from which its speed can be told; a shorter one runs as the longest does."""

_BETTER: Final = 1.03
"""How many times better drawings have to agree at another lag or speed for that to be believed."""

Time = TypeVar("Time", float, npt.NDArray[np.float64])


class SharedSpan(NamedTuple):
    """A span of time that two episodes have in common; seconds from each one's first frame.

    Attributes:
        first, second: places of the episodes.
        start, stop: in the first.
        other_start, other_stop: in the second.
        rate: seconds of the second for one of the first.
        drawings: how many drawings that differ among themselves they share there.
        bits: mean number of bits in which these differ between the two.
    """

    first: int
    second: int
    start: float
    stop: float
    other_start: float
    other_stop: float
    rate: float
    drawings: int
    bits: float

    def there(self, time: Time) -> Time:
        """The time in the second that corresponds to one in the first, or the times."""
        return self.other_start + (time - self.start) * self.rate

    def mirrored(self) -> SharedSpan:
        """The same, told of the second."""
        return SharedSpan(
            self.second, self.first, self.other_start, self.other_stop, self.start, self.stop,
            1 / self.rate, self.drawings, self.bits,
        )  # fmt: skip


def shared_spans(grids: Sequence[Grid], candidates: Candidates) -> list[SharedSpan]:
    """The spans that episodes share, longest first in each pair of episodes."""
    found: list[SharedSpan] = []
    seeds = thinned(candidates)
    for (first, second), places in seeds.items():
        found += spans_of(first, second, grids[first], grids[second], places)
    return found


def spans_of(
    first: int, second: int, a: Grid, b: Grid, seeds: list[tuple[float, float]]
) -> Iterator[SharedSpan]:
    """The spans that two episodes share.

    Args:
        first: place of the first episode.
        second: place of the second.
        a: the grid of the first.
        b: that of the second.
        seeds: seconds at which drawings begin that look alike, in each; at least one pair.

    Yields:
        Spans that tell different things, those first that agree for longest.
    """
    found: list[tuple[float, SharedSpan]] = []
    usual = 1.0  # the speed of the longest span so far
    for start, other in _promising(a, b, seeds):
        if any(_covers(span, start, other) for _, span in found):
            continue
        rough = _extended(first, second, a, b, start, other, 1.0)[1]
        better, rate = (other, 1.0)
        if rough.stop - rough.start >= SHORTEST:
            long = rough.stop - rough.start >= _TELLS_RATE
            rates = RATES if long else tuple({1.0, usual})
            better, rate = _tuned(a, b, rough, start, other, rates)
        score, span = _extended(first, second, a, b, start, better, rate)
        if span.stop - span.start >= SHORTEST:
            found.append((score, span))
            usual = max((one for _, one in found), key=lambda one: one.stop - one.start).rate
    found.sort(key=lambda one: -one[0])
    for place, (_, span) in enumerate(found):
        if not any(_is_inside(span, better) for _, better in found[:place]):
            yield span


def _is_inside(span: SharedSpan, better: SharedSpan) -> bool:
    """Whether a span tells what a better one tells, or only that this one resembles itself."""
    least = _INSIDE * (span.stop - span.start)
    here = min(span.stop, better.stop) - max(span.start, better.start) > least
    overlap = min(span.other_stop, better.other_stop) - max(span.other_start, better.other_start)
    there = overlap > least * span.rate
    near = abs(better.there(span.start) - span.other_start) <= _NEAR_LAG
    much = better.stop - better.start >= _MUCH_LONGER * (span.stop - span.start)
    return (here and there) or ((here or there) and (near or (much and span.drawings > 1)))


def _covers(span: SharedSpan, start: float, other: float) -> bool:
    inside = span.start - STEP <= start < span.stop and span.other_start <= other < span.other_stop
    near = _NEAR_LAG if span.drawings >= _DRAWINGS else 2 * BUCKET
    return inside and abs(span.there(start) - other) < near


def _promising(a: Grid, b: Grid, seeds: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Those around which the episodes agree for SHORTEST, all looked at in one go."""
    around = np.arange(-round(SHORTEST / STEP), round(SHORTEST / STEP) + 1)
    times = np.array(seeds)
    # The first points whose time is that of the drawing
    first = np.ceil(times / STEP - 0.5).astype(np.int64)
    mine, theirs = first[:, :1] + around, first[:, 1:] + around
    match = _agreement(a, b, mine, theirs) > 0
    middle = len(around) // 2
    after = np.cumprod(match[:, middle:], axis=1).sum(axis=1)
    before = np.cumprod(match[:, middle - 1 :: -1], axis=1).sum(axis=1)
    return [seeds[k] for k in np.flatnonzero((before + after) * STEP >= SHORTEST).tolist()]


def _agreement(
    a: Grid, b: Grid, mine: npt.NDArray[np.int64], theirs: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """1 where drawings are alike, -_MISMATCH where they are not, 0 where nothing can be told."""
    inside = (mine >= 0) & (mine < len(a.hashes)) & (theirs >= 0) & (theirs < len(b.hashes))
    here = a.hashes[np.clip(mine, 0, len(a.hashes) - 1)]
    nearest = np.full(mine.shape, 64, np.uint8)
    blank = np.ones(mine.shape, bool)
    for shift in (0, -1, 1):  # drawings may begin half a step earlier or later
        there = b.hashes[np.clip(theirs + shift, 0, len(b.hashes) - 1)]
        nearest = np.minimum(nearest, np.where(there == 0, np.uint8(64), distance(here, there)))
        blank &= there == 0
    told = np.where(nearest <= LOOSE, 1.0, -_MISMATCH)
    told[(here == 0) & blank] = 0
    return np.where(inside, told, -_MISMATCH)


def _extended(  # noqa: PLR0913, PLR0917 - two episodes, a pair of drawings, a rate
    first: int, second: int, a: Grid, b: Grid, start: float, other: float, rate: float
) -> tuple[float, SharedSpan]:
    """The span about a pair of drawings at a rate, and for how long it matches exactly."""
    back = _reach(a, b, start, other, rate, -1)
    ahead = _reach(a, b, start, other, rate, 1)
    begin, end = start - back * STEP, start + ahead * STEP
    exactly, drawings, bits = _evidence(a, b, begin, end, start, other, rate)
    return exactly, SharedSpan(
        first, second, begin, end, other - back * STEP * rate, other + ahead * STEP * rate,
        rate, drawings, bits,
    )  # fmt: skip


def _reach(  # noqa: PLR0913, PLR0917 - as above, and the direction
    a: Grid, b: Grid, start: float, other: float, rate: float, way: int
) -> int:
    """How many steps the episodes agree from a pair of drawings on, forwards or backwards."""
    best, total, done = 0, 0.0, 0
    peak = 0.0
    while True:
        steps = done + np.arange(round(_REACH / STEP))
        offsets = steps * STEP + STEP / 2
        mine = np.floor((start + way * offsets) / STEP).astype(np.int64)
        theirs = np.floor((other + way * offsets * rate) / STEP).astype(np.int64)
        scores = total + np.cumsum(_agreement(a, b, mine, theirs)) * STEP
        peaks = np.maximum.accumulate(np.maximum(scores, peak))
        limit = np.where(peaks > _LONG, _LONG_DROP, _DROP)
        over = np.flatnonzero(peaks - scores > limit)
        stop = int(over[0]) if len(over) else len(scores)
        if stop and scores[:stop].max() > peak:
            top = int(np.argmax(scores[:stop]))
            best, peak = done + top + 1, float(scores[top])
        if len(over):
            return best
        total, done = float(scores[-1]), done + len(steps)


def _tuned(  # noqa: PLR0913, PLR0917 - two episodes, what is known of their span, what is tried
    a: Grid, b: Grid, span: SharedSpan, start: float, other: float, rates: Sequence[float]
) -> tuple[float, float]:
    """The time and the speed at which the second episode agrees best with the first."""
    mine = np.arange(int(span.start / STEP), min(int(span.stop / STEP), len(a.hashes)))
    offsets = (mine + 0.5) * STEP - start
    best, found = 0.0, (other, 1.0)
    for rate in sorted(rates, key=lambda one: one != 1):
        times = other + _LAGS[:, None] + offsets * rate
        theirs = np.floor(times / STEP).astype(np.int64)
        inside = (theirs >= 0) & (theirs < len(b.hashes))
        there = b.hashes[np.clip(theirs, 0, len(b.hashes) - 1)]
        apart = np.where(inside, distance(a.hashes[mine], there), 64)
        totals = np.maximum(2 * LOOSE - apart.astype(np.int64), 0).sum(axis=1)
        place = int(np.argmax(totals - np.abs(_LAGS)))
        if totals[place] <= totals[len(_LAGS) // 2] * _BETTER:
            place = len(_LAGS) // 2
        if totals[place] > best * _BETTER:
            best, found = float(totals[place]), (other + float(_LAGS[place]), rate)
    return found


def _evidence(  # noqa: PLR0913, PLR0917 - as above
    a: Grid, b: Grid, begin: float, end: float, start: float, other: float, rate: float
) -> tuple[float, int, float]:
    """For how long drawings are alike without a shift; how many that differ; in how many bits."""
    mine = np.arange(int(begin / STEP), int(end / STEP))
    theirs = np.floor((other + ((mine + 0.5) * STEP - start) * rate) / STEP).astype(np.int64)
    inside = (mine < len(a.hashes)) & (theirs >= 0) & (theirs < len(b.hashes))
    here, there = a.hashes[mine[inside]], b.hashes[theirs[inside]]
    told = (here != 0) & (there != 0)
    here, there = here[told], there[told]
    apart = distance(here, there)
    exactly = float((apart <= MAX_DISTANCE).sum()) * STEP
    counted, last = [], 0
    for place, value in enumerate(here.tolist()):
        if apart[place] <= LOOSE and (value ^ last).bit_count() > MAX_DISTANCE // 2:
            counted.append(place)
            last = value
    return exactly, len(counted), float(apart[counted].mean()) if counted else 64.0
