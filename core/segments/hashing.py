"""Perceptual hashes of pictures: alike pictures have hashes that differ in few bits.

Each is made of a frame's thumbnail (``core.video.frame.Frame.thumbnail``) alone, so that it costs a
scan next to nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

BITS: Final = 64
"""Bits of a hash."""

GRID: Final = (8, 9)
"""Rows and columns of the cells whose means are compared, each with its right neighbour."""


def picture_hash(thumbnail: npt.NDArray[np.uint8]) -> np.uint64:
    """The hash of a picture.

    Args:
        thumbnail: uint8 (h, w, 3), Y, U, V.
    """
    rows = np.array_split(thumbnail[..., 0].astype(np.float32), GRID[0], axis=0)
    means = np.array([[c.mean() for c in np.array_split(r, GRID[1], axis=1)] for r in rows])
    return np.packbits(means[:, 1:] > means[:, :-1]).view(np.uint64)[0]  # type: ignore[no-any-return]
