"""When a label must come and go so that each frame shows exactly its own.

ASS counts centiseconds, frames begin anywhere. libass shows an event on a frame that begins at
``t`` when ``start <= t < end``, both in milliseconds. So an event begins midway between the frame
before and its first one, and ends midway between its last one and the frame after: rounding to
centiseconds, a container's rounding to milliseconds, and a player that is a millisecond or two off
change nothing.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

Moments = npt.NDArray[np.int64]

CLEAR = 0.1
"""Centiseconds that a moment keeps from the frames on either side: the millisecond to which
containers round."""


def moments(pts: npt.NDArray[np.int64], end: int, unit: Fraction, start: float = 0.0) -> Moments:
    """The moments at which labels change.

    Frames at least 12 ms apart (83 a second) are told apart for certain. Of closer ones, those are
    that have a whole centisecond between them; of the others, one shows its neighbour's labels.

    Args:
        pts: int64 (n,): when each frame begins, rising.
        end: when the last one ends.
        unit: seconds of one unit of these.
        start: seconds that are zero for the labels.

    Returns:
        int64 (n + 1,): centiseconds; labels of the frames a to b, half-open, last from ``[a]`` to
        ``[b]``.
    """
    begin = np.append(pts, max(end, int(pts[-1]) + 1) if len(pts) else end)
    time = (begin * (100 * unit.numerator) / unit.denominator) - 100 * start
    between = np.rint((time[:-1] + time[1:]) / 2)
    lowest = np.floor(time[:-1] + CLEAR) + 1
    highest = np.floor(time[1:] - CLEAR)
    found = np.minimum(np.maximum(between, lowest), highest)
    first = np.floor(time[:1] - CLEAR) if len(pts) else time[:0]
    last = np.maximum(np.ceil(time[-1:]), lowest[-1:])
    whole = np.concatenate([first, found[:-1], last])
    return np.maximum.accumulate(np.maximum(whole, 0)).astype(np.int64)
