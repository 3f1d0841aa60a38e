"""What adaptation learns from: moments of episodes, kept in a folder so that few are in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, overload

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.arrays import read_arrays
from eyecatch.core.files import write_atomically
from eyecatch.training.detector.dataset import Boxes, Picture

MAX_SIDE: Final = 512
"""Pixels of a picture's longer side: those of the pictures that the detector was trained on."""

_QUALITY: Final = 95
"""Of the JPEGs that are kept: at 512 x 288 pixels one takes 60 kB, a tenth of a PNG's time."""

_LARGEST: Final = 64 * 2**20
"""Bytes that the arrays of one moment may take."""


def no_boxes() -> Boxes:
    """float32 (0, 4)."""
    return np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame of an episode, with one shortly before and one shortly after it.

    Attributes:
        name: unique among moments, and the same whenever the same frame is read.
        episode: name of its episode's file: moments of one episode share it.
        picture: uint8 (h, w, 3), BGR; the longer side is MAX_SIDE pixels or less.
        before, after: frames of the same shot and size, some frames away; None where the shot
            begins or ends between.
        faces: float32 (n, 4): x, y, w, h of faces that people named or drew, in pixels of
            ``picture``; there may be others.
        not_faces: float32 (m, 4): boxes of which people said that they are no faces.
    """

    name: str
    episode: str
    picture: Picture
    before: Picture | None = None
    after: Picture | None = None
    faces: Boxes = field(default_factory=no_boxes)
    not_faces: Boxes = field(default_factory=no_boxes)


class MomentFolder(Sequence[Moment]):
    """Moments in files of a folder, each read when it is asked for: a season's take 200 MB there.

    Args:
        folder: as ``save_moment`` filled it; moments come in order of the files' names.

    Raises:
        OSError: a file can't be read, when its moment is asked for.
        ValueError: a file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.glob("*.npz"))

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, place: int) -> Moment: ...

    @overload
    def __getitem__(self, place: slice) -> list[Moment]: ...

    def __getitem__(self, place: int | slice) -> Moment | list[Moment]:
        if isinstance(place, slice):
            return [load_moment(file) for file in self._files[place]]
        return load_moment(self._files[place])

    def __iter__(self) -> Iterator[Moment]:
        return map(load_moment, self._files)


def save_moment(moment: Moment, file: Path) -> None:
    """Writes a moment whole, to a file that ends in ``.npz``; OSError if it can't be written."""
    write_atomically(file, encode_moment(moment))


def encode_moment(moment: Moment) -> bytes:
    """A moment as the content of a file; its pictures as JPEG."""
    arrays: dict[str, Any] = {
        "name": _letters(moment.name),
        "episode": _letters(moment.episode),
        "faces": moment.faces,
        "not_faces": moment.not_faces,
    }
    for name in ("before", "picture", "after"):
        picture = getattr(moment, name)
        if picture is not None:
            arrays[name] = _encoded(picture)
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def load_moment(source: Path | bytes) -> Moment:
    """Reads what ``encode_moment`` made, of a file or not; errors as for ``MomentFolder``."""
    arrays = read_arrays(source, _LARGEST)
    pictures = {
        name: _decoded(arrays[name]) for name in ("before", "picture", "after") if name in arrays
    }
    if "picture" not in pictures:
        raise ValueError("it lacks 'picture'")
    return Moment(
        arrays["name"].tobytes().decode(),
        arrays["episode"].tobytes().decode(),
        pictures["picture"],
        pictures.get("before"),
        pictures.get("after"),
        arrays["faces"].reshape(-1, 4),
        arrays["not_faces"].reshape(-1, 4),
    )


def _letters(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8", "replace"), np.uint8)


def _encoded(picture: Picture) -> npt.NDArray[np.uint8]:
    done, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} can't be encoded")
    return np.asarray(content, np.uint8).ravel()


def _decoded(content: npt.NDArray[np.uint8]) -> Picture:
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("a picture of it is damaged")
    return np.asarray(picture, np.uint8)
