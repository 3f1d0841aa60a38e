"""Which boxes of one frame and the next are the same face."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LEAST = 0.25
"""Affinity below which two boxes are two faces: equal sizes half a box and more apart, or one in
the place of the other at half its size, and all between. IoU alone would do for film, not for
drawings on threes, which move by a box's width at once."""

MISSES = 12
"""Frames that a face may be missed for and be the same track still: half a second at 24 a second,
as long as a cascade loses a face that turns or blinks; ByteTrack keeps lost tracks for a second."""


def affinity(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How alike boxes are in place and size.

    Args:
        a: float32 (n, 4): x, y, w, h, of positive size.
        b: float32 (m, 4).

    Returns:
        float32 (n, m): 1 for equal boxes, 0 from one mean side apart on; the smaller side over the
        larger, times what is left of the mean side after the distance of the centres.
    """
    centres_a, centres_b = a[:, :2] + a[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    between = centres_a[:, None] - centres_b[None]
    apart = np.hypot(between[..., 0], between[..., 1])
    sides_a, sides_b = np.sqrt(a[:, 2] * a[:, 3])[:, None], np.sqrt(b[:, 2] * b[:, 3])[None]
    near = np.maximum(1 - apart / ((sides_a + sides_b) / 2), 0)
    return np.asarray(near * np.minimum(sides_a, sides_b) / np.maximum(sides_a, sides_b))


def pairs(affinities: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Pair rows and columns off, the most alike first, until none is alike enough.

    Args:
        affinities: float32 (n, m), such as ``affinity`` gives.

    Returns:
        (row, column) of each pair; no row and no column is in two.
    """
    found: list[tuple[int, int]] = []
    left = affinities.copy()
    while left.size and left.max() >= LEAST:
        row, column = divmod(int(left.argmax()), left.shape[1])
        found.append((row, column))
        left[row], left[:, column] = -1, -1
    return found
