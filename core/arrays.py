"""NumPy's archives (``.npz``) that a stranger may have made: read in steps, within bounds.

``numpy.load`` believes what an archive says of itself: sizes, compression, a header in Python's
syntax. Here a header is matched, not evaluated; nothing is unpacked beyond the size that the header
claims, and that has to be one that the caller allows.
"""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

_MAGIC: Final = b"\x93NUMPY\x01\x00"
"""How an array begins, of the format that NumPy writes for plain numbers."""

_HEADER: Final = re.compile(
    rb"\{'descr': '([<|][biuf]\d{1,2})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,18}, ?)*\d{0,18})\), \} *\n"
)

_LARGEST_HEADER: Final = 512
"""Bytes; NumPy fills up to 128."""

_MOST_ARRAYS: Final = 4096

_STEP: Final = 2**20
"""Bytes that are unpacked at once."""

_BROKEN: Final = (
    EOFError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,  # encrypted
    TypeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def read_arrays(
    archive: Path | bytes, largest: int, names: Sequence[str] | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Arrays of numbers out of an archive, by name; they can be written to.

    Args:
        archive: the file, or its content.
        largest: bytes that all of them together may take.
        names: which; None for all.

    Raises:
        ValueError: it is no such archive, is damaged, lacks one of the names, or its arrays are
            larger. Its message is a clause.
        OSError: the file can't be read.
    """
    try:
        source = archive if isinstance(archive, Path) else io.BytesIO(archive)
        with zipfile.ZipFile(source) as opened:
            return _all(opened, largest, names)
    except _BROKEN as error:
        raise ValueError(f"it is no NumPy archive, or damaged ({_said(error)})") from error


def _all(
    opened: zipfile.ZipFile, largest: int, names: Sequence[str] | None
) -> dict[str, npt.NDArray[Any]]:
    entries = {entry.filename.removesuffix(".npy"): entry for entry in opened.infolist()}
    wanted = list(entries) if names is None else list(names)
    if len(wanted) > _MOST_ARRAYS:
        raise ValueError(f"it holds {len(wanted)} arrays")
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name in wanted:
        if name not in entries:
            raise ValueError(f"it lacks {name!r}")
        # Others are unpacked whole, however little is asked for.
        if entries[name].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ValueError(f"{name!r} is packed in a way that NumPy doesn't use")
        with opened.open(entries[name]) as file:
            arrays[name] = _array(file, name, largest)
        largest -= arrays[name].nbytes
    return arrays


def _array(file: IO[bytes], name: str, largest: int) -> npt.NDArray[Any]:
    dtype, in_columns, shape = _header(file, name)
    size = dtype.itemsize * math.prod(shape)
    if size > largest:
        raise ValueError(f"{name!r} claims to be of shape {shape}, which is too large")
    content = bytearray()
    while len(content) <= size and (part := file.read(min(_STEP, size + 1 - len(content)))):
        content += part
    if len(content) != size:
        raise ValueError(f"{name!r} is not of the size that it claims")
    flat = np.frombuffer(content, dtype)
    if dtype.kind == "b" and content.translate(None, b"\0\1"):
        raise ValueError(f"{name!r} holds truths that are neither true nor false")
    return flat.reshape(shape, order="F" if in_columns else "C")


def _header(file: IO[bytes], name: str) -> tuple[np.dtype[Any], bool, tuple[int, ...]]:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError(f"{name!r} is no array of numbers")
    (length,) = struct.unpack("<H", file.read(2))
    match = _HEADER.fullmatch(file.read(length)) if length <= _LARGEST_HEADER else None
    if match is None:
        raise ValueError(f"{name!r} is no array of plain numbers")
    shape = tuple(int(part) for part in match[3].split(b",") if part.strip())
    return np.dtype(match[1].decode()), match[2] == b"True", shape


def _said(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__
