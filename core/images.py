"""Pictures from files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import MediaError

SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
"""Endings of the files that are taken for pictures; case doesn't matter."""

BACKGROUND = 128
"""What shows through a transparent picture: mid grey, as far from black hair as from white."""


def is_image(path: str | os.PathLike[str]) -> bool:
    """Whether the file's name is that of a picture, however it turns out when it is read."""
    return Path(path).suffix.lower() in SUFFIXES


def read_image(path: str | os.PathLike[str]) -> npt.NDArray[np.uint8]:
    """Read a picture: the first frame of an animation, turned upright as its EXIF says.

    Returns:
        uint8 (h, w, 3), BGR: grey becomes colour, transparency mid grey, 16 bits become 8.

    Raises:
        MediaError: the file can't be read, or holds no picture.
    """
    try:
        content = np.fromfile(path, np.uint8)
    except OSError as problem:
        raise MediaError(str(path), f"can't be read ({problem.strerror})") from problem
    if not content.size:
        raise MediaError(str(path), "this file is empty")
    try:
        return _decode(content)
    except (cv2.error, ValueError) as problem:
        advice = "give a JPEG, PNG, WebP, BMP, GIF, TIFF or AVIF file"
        raise MediaError(str(path), "this is no picture that can be read", advice) from problem


def encode_jpeg(picture: npt.NDArray[np.uint8], quality: int = 95) -> bytes:
    """A picture, uint8 (h, w, 3) BGR, as a JPEG."""
    _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return content.tobytes()


def _decode(content: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    whole = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    if whole is not None and whole.ndim == 3 and whole.shape[2] == 4:
        return _composite(whole)
    # Read again in colour: only so does OpenCV turn it as EXIF says and make 8 bits of 16.
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
    if picture is None or not picture.size:
        raise ValueError("nothing decoded")
    return np.asarray(picture, np.uint8)


def _composite(picture: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """BGRA (h, w, 4), 8 or 16 bits, over mid grey."""
    highest = np.float32(np.iinfo(picture.dtype).max)
    shares = picture.astype(np.float32) / highest
    alpha = shares[:, :, 3:]
    over = shares[:, :, :3] * 255 * alpha + BACKGROUND * (1 - alpha)
    return np.asarray(np.rint(over), np.uint8)
