"""Held frames: those that show the same drawing as the frame before them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

BLOCK = 4
"""Samples of a thumbnail's block, each way. A small face that moves changes few samples, so the
block that changes most decides, not the mean of all. On eight episodes of stills held and panned on
twos, coded with x264, blocks of 4 part the two best: 99.9 % of held frames differ by less than
.0016, every panned one by more than .0047 (the mean over the whole thumbnail: .0003 and .0009;
blocks of 2: .0033, .0065).
"""


def block_difference(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> float:
    """How much two thumbnails differ in the block where they differ most.

    Args:
        a: uint8 (h, w, 3), as of ``core.video.frame.Frame.thumbnail``; h and w are multiples of
            BLOCK.
        b: another of the same shape.

    Returns:
        0..1: the mean absolute difference of the block's samples over their range.
    """
    height, _, channels = a.shape
    rows = cv2.absdiff(a, b).reshape(height // BLOCK, BLOCK, -1).sum(axis=1, dtype=np.uint16)
    blocks = rows.reshape(len(rows), -1, BLOCK * channels).sum(axis=2)
    return float(blocks.max() / (BLOCK * BLOCK * channels * 255))


class HeldFrameFilter:
    """Tells held frames from fresh ones, which show a new drawing.

    Each frame is compared with the last fresh one rather than with its neighbour, so that a frame
    of a slow pan is fresh once the pan has moved far enough.

    Args:
        min_difference: ``block_difference`` from which a frame is fresh, 0..1.
    """

    def __init__(self, min_difference: float) -> None:
        self._min_difference = min_difference
        self._last: npt.NDArray[np.uint8] | None = None

    def reset(self) -> None:
        """Start afresh: the next frame is not held."""
        self._last = None

    def is_same(self, thumbnail: npt.NDArray[np.uint8]) -> bool:
        """Whether a frame that may come next shows the same drawing as the last fresh one.

        Args:
            thumbnail: uint8 (h, w, 3), of the frame.
        """
        return (
            self._last is not None
            and block_difference(self._last, thumbnail) < self._min_difference
        )

    def is_held(self, thumbnail: npt.NDArray[np.uint8]) -> bool:
        """Go on by a frame: whether it shows the same drawing as the last fresh one.

        Args:
            thumbnail: uint8 (h, w, 3), of the frame.
        """
        if self.is_same(thumbnail):
            return True
        self._last = thumbnail
        return False
