"""In which frames a box still shows what it shows in one: a face that a person drew once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import cut, encode
from eyecatch.core.scan.crop_selection import quality
from eyecatch.core.scan.types import Crop

_SIZE: Final = 32
"""Side of the pictures that are compared."""

SAME: Final = 0.03
"""Mean difference of two such pictures, over their range, up to which they show one face at one
place: lips and eyes may move."""

Thumbnail = npt.NDArray[np.uint8]


def thumbnail(picture: npt.NDArray[np.uint8], box: Sequence[float]) -> Thumbnail:
    """What a box shows and what is around it, as a crop has it, but small: uint8 (32, 32, 3).

    Args:
        picture: uint8 (h, w, 3), BGR.
        box: x, y, w, h in its pixels.
    """
    small = cv2.resize(cut(picture, box), (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def still_span(thumbnails: Mapping[int, Thumbnail], frame: int) -> tuple[int, int]:
    """The frames around one, without a gap, in which a box shows the same: half-open.

    Args:
        thumbnails: of the box in each frame, by its number.
        frame: one of them.
    """
    first = thumbnails[frame].astype(np.int16)

    def same(other: int) -> bool:
        if other not in thumbnails:
            return False
        return float(np.abs(thumbnails[other] - first).mean()) <= SAME * 255

    start, stop = frame, frame + 1
    while same(start - 1):
        start -= 1
    while same(stop):
        stop += 1
    return start, stop


def drawn_crop(picture: npt.NDArray[np.uint8], frame: int, box: Sequence[float]) -> Crop:
    """The crop of a face that a person drew in a picture; its score counts as 1."""
    crop = cut(picture, box)
    return Crop(frame, quality(crop, max(box[2], box[3]), 1.0), encode(crop))
