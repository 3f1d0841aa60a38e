"""Pictures from files."""

from __future__ import annotations

import io
import os
import stat
import threading
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from eyecatch.core.errors import MediaError

SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
"""Endings of the files that are taken for pictures; case doesn't matter."""

BACKGROUND = 128
"""What shows through a transparent picture: mid grey, as far from black hair as from white."""


MAX_BYTES = 256 * 2**20
"""Of a picture's file. One of ``MAX_PIXELS`` has 120 MB if nothing of it is compressed."""

MAX_PIXELS = 40_000_000
"""8K has 33 million. A few bytes may stand for very many pixels, each of which takes three."""

STRIP = 256
"""Lines that are made at a time of what takes more memory than the picture."""

LARGE = MAX_PIXELS // 10
"""Pixels from which pictures are decoded one at a time, however many threads read them: it takes
several times what a picture is."""

_DECODING, _LOOKING = threading.Lock(), threading.Lock()


def is_image(path: str | os.PathLike[str]) -> bool:
    """Whether the file's name is that of a picture, however it turns out when it is read."""
    return Path(path).suffix.lower() in SUFFIXES


def read_image(path: str | os.PathLike[str]) -> npt.NDArray[np.uint8]:
    """Read a picture: the first frame of an animation, turned upright as its EXIF says.

    Returns:
        uint8 (h, w, 3), BGR: grey becomes colour, transparency mid grey, 16 bits become 8.

    Raises:
        MediaError: the file can't be read, holds no picture, or too large a one.
    """
    content, pixels = _read(path)
    try:
        with _DECODING if pixels > LARGE else nullcontext():
            return _decode(np.frombuffer(content, np.uint8))
    except (cv2.error, ValueError, MemoryError) as problem:
        raise _no_picture(path) from problem


def read_content(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a picture's file, once it is certain that its picture isn't giant.

    Raises:
        MediaError: the file can't be read, or holds no picture, or too large a one.
    """
    return _read(path)[0]


def _read(path: str | os.PathLike[str]) -> tuple[bytes, int]:
    """The content of a picture's file, and how many pixels it has."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(str(path), "can't be read (not a regular file)", "name a picture")
        if status.st_size > MAX_BYTES:
            problem = f"has {status.st_size / 1e6:,.0f} MB, and a picture may have"
            raise MediaError(str(path), f"{problem} {MAX_BYTES / 1e6:,.0f}", "make it smaller")
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES)
    except FileNotFoundError as error:
        raise MediaError(str(path), "there is no such file", "check the path") from error
    except OSError as error:
        raise MediaError(str(path), f"can't be read ({error.strerror})") from error
    if not content:
        raise MediaError(str(path), "this file is empty")
    width, height = _size(path, content)
    if width * height > MAX_PIXELS:
        told = f"has {width} x {height} pixels, more than {MAX_PIXELS / 1e6:.0f} million"
        raise MediaError(str(path), told, "make it smaller")
    return content, width * height


def _size(path: str | os.PathLike[str], content: bytes) -> tuple[int, int]:
    """Width and height as the header says, which is all that is read."""
    if content.startswith(b"\x89PNG"):  # Pillow would first read all comments before the picture
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    try:
        with _LOOKING, warnings.catch_warnings():
            # Of a very large one it warns, or gives up: the caller says the same of smaller ones.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as header:
                return header.size
    except Image.DecompressionBombError as problem:
        told = f"has more than {MAX_PIXELS / 1e6:.0f} million pixels"
        raise MediaError(str(path), told, "make it smaller") from problem
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError) as problem:
        raise _no_picture(path) from problem


def _no_picture(path: str | os.PathLike[str]) -> MediaError:
    advice = "give a JPEG, PNG, WebP, BMP, GIF, TIFF or AVIF file"
    return MediaError(str(path), "this is no picture that can be read", advice)


def encode_jpeg(picture: npt.NDArray[np.uint8], quality: int = 95) -> bytes:
    """A picture, uint8 (h, w, 3) BGR, as a JPEG."""
    _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return content.tobytes()


def resized(picture: npt.NDArray[np.uint8], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """A picture, uint8 (h, w, 3), of another size (width, height): smaller or larger, as sharp."""
    smaller = size[0] * size[1] < picture.shape[0] * picture.shape[1]
    way = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
    return cv2.resize(picture, size, interpolation=way).astype(np.uint8, copy=False)


def _decode(content: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    whole = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    if whole is not None and whole.ndim == 3 and whole.shape[2] == 4:
        return _composite(whole)
    del whole
    # Read again in colour: only so does OpenCV turn it as EXIF says and make 8 bits of 16.
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
    if picture is None or not picture.size:
        raise ValueError("nothing decoded")
    return np.asarray(picture, np.uint8)


def _composite(picture: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """BGRA (h, w, 4), 8 or 16 bits, over mid grey."""
    result = np.empty((*picture.shape[:2], 3), np.uint8)
    highest = np.float32(np.iinfo(picture.dtype).max)
    for top in range(0, len(picture), STRIP):
        shares = picture[top : top + STRIP].astype(np.float32) / highest
        alpha = shares[:, :, 3:]
        over = shares[:, :, :3] * 255 * alpha + BACKGROUND * (1 - alpha)
        result[top : top + STRIP] = np.rint(over)
    return result
