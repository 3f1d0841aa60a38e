"""Which boxes of one frame and the next are the same face."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MIN_SIMILARITY = 0.25
"""Below it two boxes are two faces. Boxes of equal size reach it up to three quarters of a box
apart, boxes in the same place up to a size ratio of 1 to 4. IoU alone would do for film, but not
for drawings on threes, which move by a box's width at once."""

MAX_MISSED = 12
"""Frames for which a face may be missed and still be the same track: half a second at 24 frames a
second, as long as a cascade loses a face that turns or blinks. ByteTrack (Zhang et al. 2022) keeps
lost tracks for a second."""


def similarity(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How alike boxes are in place and size.

    The ratio of the smaller side to the larger, times 1 - d, where d is the distance of the centres
    over the mean side (of two boxes; a box's side is the square root of its area).

    Args:
        a: float32 (n, 4): x, y, w, h, of positive size.
        b: float32 (m, 4).

    Returns:
        float32 (n, m): 1 for equal boxes, 0 for centres one mean side or more apart.

    Example:
        >>> a = np.float32([[0, 0, 40, 40]])
        >>> similarity(a, np.float32([[10, 0, 40, 40], [0, 0, 20, 20], [90, 0, 40, 40]])).round(2)
        array([[0.75, 0.26, 0.  ]], dtype=float32)
    """
    centres_a, centres_b = a[:, :2] + a[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    between = centres_a[:, None] - centres_b[None]
    distance = np.hypot(between[..., 0], between[..., 1])
    sides_a, sides_b = np.sqrt(a[:, 2] * a[:, 3])[:, None], np.sqrt(b[:, 2] * b[:, 3])[None]
    near = np.maximum(1 - distance / ((sides_a + sides_b) / 2), 0)
    return np.asarray(near * np.minimum(sides_a, sides_b) / np.maximum(sides_a, sides_b))


def greedy_match(similarities: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Match rows with columns, the most similar first, down to MIN_SIMILARITY.

    Args:
        similarities: float32 (n, m), such as ``similarity`` gives.

    Returns:
        (row, column) of each match; no row and no column is in two.
    """
    matches: list[tuple[int, int]] = []
    left = similarities.copy()
    while left.size and left.max() >= MIN_SIMILARITY:
        row, column = divmod(int(left.argmax()), left.shape[1])
        matches.append((row, column))
        left[row], left[:, column] = -1, -1
    return matches
