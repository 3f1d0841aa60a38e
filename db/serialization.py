"""Arrays as blobs: NumPy's own compressed file format, read without pickle."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

from eyecatch.core.scan.types import Timeline

Ints = npt.NDArray[np.int64]


def pack_plan(pts: Ints, keyframes: npt.NDArray[np.int32]) -> bytes:
    """The pts and keyframes of a chunk; kept as steps, which repeat and so compress well."""
    return _pack(pts=_steps(pts), keyframes=_steps(keyframes.astype(np.int64)))


def unpack_plan(blob: bytes) -> tuple[Ints, npt.NDArray[np.int32]]:
    """What ``pack_plan`` was given."""
    with _open(blob) as arrays:
        return np.cumsum(arrays["pts"]), np.cumsum(arrays["keyframes"]).astype(np.int32)


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
    with _open(blob) as arrays:
        return Timeline(
            start=int(arrays["start"]),
            pts=np.cumsum(arrays["pts"]),
            held=arrays["held"],
            change=arrays["change"],
            first_thumbnail=arrays["first_look"],
            last_thumbnail=arrays["last_look"],
        )


def pack_vector(vector: npt.NDArray[np.float32]) -> bytes:
    """A vector as float16: half the room, and no vote hangs on the fourth digit.

    What is too large for float16 becomes its largest number, not infinity.
    """
    largest = np.finfo(np.float16).max
    return np.clip(vector, -largest, largest).astype("<f2").tobytes()


def unpack_vectors(blobs: list[bytes]) -> npt.NDArray[np.float32]:
    """Vectors of equal length as float32 (n, length)."""
    if not blobs:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), -1).astype(np.float32)


def _steps(values: Ints) -> Ints:
    return np.diff(values, prepend=np.int64(0))


def _pack(**arrays: npt.NDArray[np.generic] | np.generic) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _open(blob: bytes) -> np.lib.npyio.NpzFile:
    opened = np.load(io.BytesIO(blob), allow_pickle=False)
    assert isinstance(opened, np.lib.npyio.NpzFile)
    return opened
