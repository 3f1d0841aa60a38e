"""How a face is cut out for the classifier: the same in training and in use."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import MediaError

CROP_SIZE = 128
"""Width and height of a crop, in pixels."""

MARGIN = 1.5
"""Side of a crop over the longer side of its box (brow to chin), so that the hair is in it.

The crops of 39 characters that the classifier is trained and measured with were cut by others; the
cascade's box in 291 of them is .668 of the crop's side (median), which is 1 / 1.5.
"""

CENTRE_SHIFT = 0.05
"""How far a crop's centre lies above its box's, over the crop's side: in the same 291 crops the
box's centre is .553 down the crop and .502 across (medians)."""

JPEG_QUALITY = 92
"""A crop takes about 8 kB: an index keeps some 20 to 40 a minute of video, for years."""


def cut(picture: npt.NDArray[np.uint8], box: Sequence[float]) -> npt.NDArray[np.uint8]:
    """Cut a face out of a picture.

    Args:
        picture: uint8 (h, w, 3), BGR, not empty.
        box: x, y, w, h of the face, brow to chin, in pixels of the picture; it may reach beyond it.

    Returns:
        uint8 (CROP_SIZE, CROP_SIZE, 3), BGR; what lies outside the picture repeats its edge.
    """
    height, width = picture.shape[:2]
    if not height or not width:
        raise ValueError(f"picture: expected at least one pixel, got {picture.shape}")
    left, top, right, bottom = window(box, width, height)
    return cut_out(picture[top:bottom, left:right], box, width, height)


def window(box: Sequence[float], width: int, height: int) -> tuple[int, int, int, int]:
    """The part of a picture of ``width`` x ``height`` pixels that a crop is made of.

    Returns:
        left, top, right, bottom in pixels, at least one each way.
    """
    left, top, side = _square(box)
    (left, right), (top, bottom) = _clipped(left, side, width), _clipped(top, side, height)
    return left, top, right, bottom


def cut_out(
    part: npt.NDArray[np.uint8], box: Sequence[float], width: int, height: int
) -> npt.NDArray[np.uint8]:
    """As ``cut``, where only the ``window`` of a picture is at hand.

    Args:
        part: uint8 (bottom - top, right - left, 3), BGR.
        box: as in ``cut``, in pixels of the whole picture.
        width: of the whole picture.
        height: of the whole picture.
    """
    left, top, side = _square(box)
    across = _padding(left, side, _clipped(left, side, width))
    down = _padding(top, side, _clipped(top, side, height))
    if any((*down, *across)):
        part = np.asarray(cv2.copyMakeBorder(part, *down, *across, cv2.BORDER_REPLICATE), np.uint8)
    return resize(part)


def _square(box: Sequence[float]) -> tuple[int, int, int]:
    """Left, top and side of a crop, in pixels of the picture."""
    x, y, w, h = (float(value) for value in box)
    side = max(1, round(MARGIN * max(w, h)))
    return round(x + w / 2 - side / 2), round(y + h / 2 - side * (0.5 + CENTRE_SHIFT)), side


def _clipped(start: int, length: int, limit: int) -> tuple[int, int]:
    """The part of a range that lies in 0..limit; where none does, the edge next to it."""
    return min(max(start, 0), limit - 1), max(min(start + length, limit), 1)


def _padding(start: int, length: int, within: tuple[int, int]) -> tuple[int, int]:
    """How much of a range lies before and after ``within``, its part inside the picture."""
    before = min(max(-start, 0), length - 1)
    return before, length - (within[1] - within[0]) - before


def resize(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A face picture (h, w, 3) of any size as a crop; its shape is not kept."""
    shrinks = min(picture.shape[:2]) > CROP_SIZE
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (CROP_SIZE, CROP_SIZE), interpolation=how), np.uint8)


def encode(crop: npt.NDArray[np.uint8]) -> bytes:
    """The crop as a JPEG."""
    _, content = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return content.tobytes()


ALIKE = 32.0
"""Largest difference of two crops of one face in one frame, in steps of 0..255 (root mean square):
between a copy of twice the size and its original it is 13 to 29, between two faces 40 to 70."""

_SIZES = (28, 32, 36)
"""Sizes at which one crop is laid on the other at 32: two scans draw their boxes a little apart."""


def alike(one: bytes, other: bytes) -> bool:
    """Whether two crops show the same face in the same frame, perhaps in another encoding or size.

    The middle of one is looked for in the other.
    """
    if one == other:
        return True
    try:
        picture, whole = (
            decode(one),
            cv2.resize(decode(other), (32, 32), interpolation=cv2.INTER_AREA),
        )
    except MediaError:
        return False
    for size in _SIZES:
        small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
        edge = (size - 18) // 2
        middle = small[edge : edge + 18, edge : edge + 18]
        squares = float(cv2.matchTemplate(whole, middle, cv2.TM_SQDIFF).min())
        if squares <= ALIKE**2 * middle.size:
            return True
    return False


def decode(content: bytes) -> npt.NDArray[np.uint8]:
    """The crop, uint8 (CROP_SIZE, CROP_SIZE, 3), of what ``encode`` gave.

    Raises:
        MediaError: this is no crop.
    """
    crop = _decoded(content)
    if crop is None:
        raise MediaError("a stored crop", "this is no crop", "index the episode again")
    return crop


def is_crop(content: bytes) -> bool:
    """Whether ``decode`` can read it."""
    return _decoded(content) is not None


def _decoded(content: bytes) -> npt.NDArray[np.uint8] | None:
    try:
        read = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    except cv2.error:  # it claims to be larger than OpenCV reads
        return None
    if read is None or read.shape != (CROP_SIZE, CROP_SIZE, 3):
        return None
    return np.asarray(read, np.uint8)
