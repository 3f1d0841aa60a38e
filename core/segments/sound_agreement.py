"""Where two episodes sound alike: it holds together what pictures alone would tear apart."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.alignment import SharedSpan
from eyecatch.core.segments.grid import STEP, Grid

MAX_BITS: Final = 9.0
"""Bits of 32 in which Chromaprint's hashes of a second differ on average, if it sounds the same;
of other sounds 16 do. AcoustID takes less than a quarter for a match."""

_SMOOTH: Final = round(1 / STEP)
"""Steps over which the bits are averaged: a second."""

_LONGEST_GAP: Final = 15.0
"""Seconds that sound alone may bridge between two spans of one lag, if one of them is as long."""

_UNHEARD_GAP: Final = 4.0
"""Seconds that need no sound to be bridged, between two spans that are longer: that both have one
lag is no chance."""

_ONE_LAG: Final = 0.15
"""Seconds in which the lags of two spans differ, if they are one."""

_GAP_SHARE: Final = 0.7
"""Share of a gap that has to sound the same."""

_LEAST: Final = 1.0
"""Seconds by which sound extends a span at least: less is in the inexactness of its hashes."""


def sounds_alike(
    a: Grid, b: Grid, start: float, stop: float, span: SharedSpan
) -> npt.NDArray[np.bool_]:
    """Whether two episodes sound the same, at each step from a time of the first to another.

    Args:
        a: the first episode.
        b: the second.
        start: seconds in the first.
        stop: seconds in the first.
        span: says which time of the second corresponds.
    """
    mine = np.arange(round(start / STEP), round(stop / STEP))
    theirs = _corresponding(span, mine)
    inside = (mine >= 0) & (mine < len(a.sounds)) & (theirs >= 0) & (theirs < len(b.sounds))
    here = a.sounds[np.clip(mine, 0, max(0, len(a.sounds) - 1))] if len(a.sounds) else mine * 0
    there = b.sounds[np.clip(theirs, 0, max(0, len(b.sounds) - 1))] if len(b.sounds) else mine * 0
    told = inside & (here != 0) & (there != 0)
    bits = np.where(told, np.bitwise_count(here ^ there), 32).astype(np.float64)
    if not len(bits):
        return np.zeros(0, bool)
    return (
        np.convolve(np.pad(bits, _SMOOTH // 2, "edge"), np.ones(_SMOOTH) / _SMOOTH, "valid")[
            : len(bits)
        ]
        <= MAX_BITS
    )


def _corresponding(span: SharedSpan, mine: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The steps of the second episode that correspond to some of the first."""
    times = (mine + 0.5) * STEP
    theirs = span.other_start + (times - span.start) * span.rate
    return np.asarray(np.floor(theirs / STEP), np.int64)


def heard(spans: list[SharedSpan], a: Grid, b: Grid) -> list[SharedSpan]:
    """Spans of two episodes, joined where both sound the same in between.

    Lettering, another dub's titles or scenes that were drawn anew tear an opening apart, whose song
    goes on. And where there is nothing to see, in black, what sounds the same belongs to it.

    Args:
        spans: of these two episodes.
        a: the first.
        b: the second.
    """
    joined: list[SharedSpan] = []
    for span in sorted(spans):
        before = joined[-1] if joined else None
        if before is not None and _is_bridged(before, span, a, b):
            joined[-1] = before._replace(
                stop=span.stop,
                other_stop=span.other_stop,
                drawings=before.drawings + span.drawings,
                bits=max(before.bits, span.bits),
            )
        else:
            joined.append(span)
    return [_into_the_dark(span, a, b) for span in joined]


def _is_bridged(before: SharedSpan, span: SharedSpan, a: Grid, b: Grid) -> bool:
    gap = span.start - before.stop
    if before.rate != span.rate or not 0 < gap <= _LONGEST_GAP:
        return False
    if abs(before.there(span.start) - span.other_start) > _ONE_LAG:
        return False
    if gap <= min(_UNHEARD_GAP, before.stop - before.start, span.stop - span.start):
        return True
    if gap > max(before.stop - before.start, span.stop - span.start):
        return False
    alike = sounds_alike(a, b, before.stop, span.start, before)
    return len(alike) > 0 and float(alike.mean()) >= _GAP_SHARE


def _into_the_dark(span: SharedSpan, a: Grid, b: Grid) -> SharedSpan:
    back = _dark(a, b, span, span.start, -1)
    ahead = _dark(a, b, span, span.stop, 1)
    return span._replace(
        start=span.start - back,
        stop=span.stop + ahead,
        other_start=span.other_start - back * span.rate,
        other_stop=span.other_stop + ahead * span.rate,
    )


def _dark(a: Grid, b: Grid, span: SharedSpan, time: float, way: int) -> float:
    """For how many seconds both show nothing and sound the same, from an end of a span on."""
    first, last = (time - _LONGEST_GAP, time) if way < 0 else (time, time + _LONGEST_GAP)
    mine = np.arange(round(first / STEP), round(last / STEP))
    theirs = _corresponding(span, mine)
    inside = (mine >= 0) & (mine < len(a.hashes)) & (theirs >= 0) & (theirs < len(b.hashes))
    dark = np.zeros(len(mine), bool)
    dark[inside] = (a.hashes[mine[inside]] == 0) & (b.hashes[theirs[inside]] == 0)
    both = (dark & sounds_alike(a, b, first, last, span))[::way]
    seconds = float(np.cumprod(both).sum()) * STEP
    return seconds if seconds >= _LEAST else 0.0
