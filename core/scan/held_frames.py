"""Held frames: those that show the drawing of the frame before them once more."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

BLOCK = 4
"""Samples of a look's block, each way. A small face that moves changes few samples, so the block
that changes most decides, not the mean of all. On eight episodes of stills held and panned on twos,
coded with x264, 4 parts the two best: 99.9 % of held frames differ by less than .0016, every panned
one by more than .0047 (the mean over the whole look: .0003 and .0009; blocks of 2: .0033, .0065).
"""


def difference(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> float:
    """How much two looks differ in the block where they differ most.

    Args:
        a: uint8 (h, w, 3), a look as of ``core.video.frame.Frame.look``; h and w are multiples of
            BLOCK.
        b: another of the same shape.

    Returns:
        0..1: the mean absolute difference of the block's samples over their range.
    """
    height, _, channels = a.shape
    rows = cv2.absdiff(a, b).reshape(height // BLOCK, BLOCK, -1).sum(axis=1, dtype=np.uint16)
    blocks = rows.reshape(len(rows), -1, BLOCK * channels).sum(axis=2)
    return float(blocks.max() / (BLOCK * BLOCK * channels * 255))


class Held:
    """Tells held frames from fresh ones.

    Each frame is compared with the last fresh one rather than with its neighbour, so that a slow
    pan is looked at again once it has moved far enough.

    Args:
        least: the difference from which a frame is fresh, 0..1.
    """

    def __init__(self, least: float) -> None:
        self._least = least
        self._last: npt.NDArray[np.uint8] | None = None

    def reset(self) -> None:
        """Forget all: the next frame is fresh."""
        self._last = None

    def same(self, look: npt.NDArray[np.uint8]) -> bool:
        """Whether the next frame, uint8 (h, w, 3), shows what the last fresh one did."""
        if self._last is not None and difference(self._last, look) < self._least:
            return True
        self._last = look
        return False
