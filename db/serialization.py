"""Arrays as blobs: NumPy's own compressed file format."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.arrays import read_arrays
from eyecatch.core.scan.types import Timeline
from eyecatch.core.segments.types import PictureHashes
from eyecatch.db.models.wrong_value import WrongValueError

Ints = npt.NDArray[np.int64]

_LARGEST: Final = 256 * 2**20
"""Bytes that the arrays of a chunk take: a chunk of 16 million frames has less."""

_OF_TIMELINE: Final = ("start", "pts", "held", "change", "first_look", "last_look")

_VECTORS: Final = "identification or face.embedding"
"""Where vectors are."""


def pack_plan(pts: Ints, keyframes: npt.NDArray[np.int32]) -> bytes:
    """The pts and keyframes of a chunk; kept as steps, which repeat and so compress well."""
    return _pack(pts=_steps(pts), keyframes=_steps(keyframes.astype(np.int64)))


def unpack_plan(blob: bytes) -> tuple[Ints, npt.NDArray[np.int32]]:
    """What ``pack_plan`` was given."""
    with _blob("chunk.plan", blob):
        arrays = read_arrays(blob, _LARGEST, ("pts", "keyframes"))
        pts, keyframes = (_line(arrays[name], "iu") for name in ("pts", "keyframes"))
        return np.cumsum(pts), np.cumsum(keyframes).astype(np.int32)


def pack_timeline(timeline: Timeline) -> bytes:
    """Every frame of a chunk, exactly.

    The names in the blob are those of the first version: indexes that it wrote are read by them.
    """
    return _pack(
        start=np.int64(timeline.start),
        pts=_steps(timeline.pts),
        held=timeline.held,
        change=timeline.change,
        first_look=timeline.first_thumbnail,
        last_look=timeline.last_thumbnail,
    )


def unpack_timeline(blob: bytes) -> Timeline:
    """What ``pack_timeline`` was given."""
    with _blob("timeline.arrays", blob):
        arrays = read_arrays(blob, _LARGEST, _OF_TIMELINE)
        start = int(arrays["start"].item())
        pts = np.cumsum(_line(arrays["pts"], "iu"))
        held, change = _line(arrays["held"], "b"), _line(arrays["change"], "f")
        thumbnails = arrays["first_look"], arrays["last_look"]
        if not 0 <= start < 2**31 or not len(pts) == len(held) == len(change):
            raise ValueError(f"{len(pts)} frames from {start} on, {len(held)} of them held")
        if any(one.dtype != np.uint8 or one.ndim != 3 for one in thumbnails):
            raise ValueError("a thumbnail that is none")
        return Timeline(start, pts, held, change, *thumbnails)


def pack_pictures(pictures: PictureHashes) -> bytes:
    """The hashes of a chunk's drawings; frames are kept as steps, which repeat."""
    return _pack(frames=np.diff(pictures.frames, prepend=np.int32(0)), hashes=pictures.hashes)


def unpack_pictures(blob: bytes) -> PictureHashes:
    """What ``pack_pictures`` was given."""
    with _blob("picture_hash.arrays", blob):
        arrays = read_arrays(blob, _LARGEST, ("frames", "hashes"))
        steps, hashes = _line(arrays["frames"], "i"), _line(arrays["hashes"], "u")
        frames = np.cumsum(steps, dtype=np.int64)
        rising = (steps[1:] > 0).all() and (steps[:1] >= 0).all() and (frames < 2**31).all()
        if len(frames) != len(hashes) or hashes.dtype != np.uint64 or not rising:
            raise ValueError(f"{len(hashes)} hashes of {len(frames)} frames")
        return PictureHashes(frames.astype(np.int32), hashes)


def pack_vector(vector: npt.NDArray[np.float32]) -> bytes:
    """A vector as float16: half the room, and no vote hangs on the fourth digit.

    What is too large for float16 becomes its largest number, not infinity.
    """
    return _halved(vector).tobytes()


def pack_vectors(vectors: npt.NDArray[np.float32]) -> list[bytes]:
    """What ``pack_vector`` makes of each row (n, d), in one go."""
    width, packed = 2 * vectors.shape[1], _halved(vectors).tobytes()
    return [packed[width * row : width * (row + 1)] for row in range(len(vectors))]


def _halved(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    largest = np.finfo(np.float16).max
    return np.clip(vectors, -largest, largest).astype("<f2")


_INFINITE: Final = np.uint16(0x7C00)
"""The bits of a float16's exponent: all are set where it is no finite number."""

_AS_FLOAT32: Final = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
"""Every float16, by its bits: to look it up takes a fifth of the time of NumPy's conversion."""


def unpack_vectors(blobs: list[bytes]) -> npt.NDArray[np.float32]:
    """Vectors of equal length as float32 (n, length).

    Raises:
        WrongValueError: they are of several lengths, or not all finite numbers.
    """
    if not blobs:
        return np.zeros((0, 0), np.float32)
    size = len(blobs[0])
    if size % 2 or set(map(len, blobs)) != {size}:
        raise WrongValueError(_VECTORS, "a vector as long as the others", blobs[-1])
    halves = np.frombuffer(b"".join(blobs), "<u2").reshape(len(blobs), size // 2)
    if ((halves & _INFINITE) == _INFINITE).any():
        raise WrongValueError(_VECTORS, "a vector of finite numbers", blobs[0])
    return np.asarray(_AS_FLOAT32[halves])


def _steps(values: Ints) -> Ints:
    return np.diff(values, prepend=np.int64(0))


def _pack(**arrays: npt.NDArray[np.generic] | np.generic) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


@contextmanager
def _blob(column: str, blob: bytes) -> Iterator[None]:
    """Turns what is wrong with the content of a blob into a WrongValueError of its column."""
    try:
        yield
    except ValueError as error:
        raise WrongValueError(column, f"what was stored ({error})", blob) from error


def _line(array: npt.NDArray[Any], kinds: str) -> npt.NDArray[Any]:
    """An array of one dimension, whose numbers are of one of some kinds."""
    if array.ndim != 1 or array.dtype.kind not in kinds:
        raise ValueError(f"an array of {array.dtype} {array.shape}")
    return array
