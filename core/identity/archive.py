"""``prototypes.npz``: written the same every time, read as what a stranger may have made."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.prototypes import Prototypes

ARRAYS = ("vectors", "owners", "counts")

LARGEST_ARRAY = 256 * 2**20
"""Bytes; ten thousand characters with thirty prototypes each take less."""


def write_prototypes(path: Path, prototypes: Prototypes) -> None:
    """Writes a NumPy archive without pickle; equal prototypes give equal bytes."""
    arrays = {name: getattr(prototypes, name) for name in ARRAYS}
    np.savez(path, allow_pickle=False, **arrays)


def read_prototypes(path: Path) -> Prototypes:
    """Reads what ``write_prototypes`` wrote.

    Nothing in the file is run, and no more memory is taken than its arrays may need.

    Raises:
        ModelError: it is no such archive, or what it holds are no prototypes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = [_array(archive, f"{name}.npy") for name in ARRAYS]
        return Prototypes(*arrays)
    except (
        OSError, ValueError, KeyError, EOFError, MemoryError, OverflowError, RuntimeError,
        NotImplementedError, SyntaxError, zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            str(path), f"its prototypes can't be read ({why})", "copy the bundle again, whole"
        ) from error


def _array(archive: zipfile.ZipFile, name: str) -> npt.NDArray[Any]:
    if archive.getinfo(name).file_size > LARGEST_ARRAY:
        raise ValueError(f"{name} is too large")
    content = io.BytesIO(archive.read(name))
    shape, size = _header(content)
    if size > LARGEST_ARRAY:
        raise ValueError(f"{name} claims to be of shape {shape}")
    content.seek(0)
    array = np.lib.format.read_array(content, allow_pickle=False)
    return np.asarray(array)


def _header(content: io.BytesIO) -> tuple[tuple[int, ...], int]:
    """Shape and bytes of an array as its head claims."""
    version = np.lib.format.read_magic(content)
    if version != (1, 0):  # what NumPy writes for arrays of plain numbers
        raise ValueError(f"an array of format {version}")
    shape, _, dtype = np.lib.format.read_array_header_1_0(content)
    size = dtype.itemsize
    for length in shape:  # in Python's integers, which don't overflow
        size *= int(length)
    return shape, size
