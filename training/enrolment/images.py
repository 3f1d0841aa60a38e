"""Images of one character, and the face in each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eyecatch.core.crops import cut, encode, resize
from eyecatch.core.detect.base import Detector, detect_downscaled
from eyecatch.core.detect.config import NamedDetector
from eyecatch.core.detect.registry import load
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.images import read_image
from eyecatch.core.inputs import images


@dataclass(frozen=True, slots=True)
class FaceImages:
    """Faces of one character.

    Attributes:
        paths: of the images.
        crops: the face of each, as ``core.crops`` encodes it.
        notes: warnings about them, one sentence each.
    """

    paths: tuple[Path, ...]
    crops: tuple[bytes, ...]
    notes: tuple[str, ...]


def read_face_images(paths: Iterable[Path], detector: NamedDetector | None) -> FaceImages:
    """Reads images, and takes the largest face of each.

    An image that can't be read, has no face, or equals another is left out, with a note.

    Args:
        paths: files, and folders of them.
        detector: which detector looks; None if the images are faces already.

    Raises:
        RequestError: no image is left.
        ModelError: the detector can't be used.
    """
    finder = None if detector is None else load(detector, multiscale=True)
    sources = images(paths)
    notes = [str(fault) for fault in sources.faults]
    found: dict[bytes, tuple[Path, bytes]] = {}
    for path in sources.files:
        try:
            crop = _face(path, finder)
        except MediaError as fault:
            notes.append(str(fault))
            continue
        first, _ = found.setdefault(hashlib.sha256(crop).digest(), (path, crop))
        if first != path:
            notes.append(f"{path}: this is the same picture as {first}, and is left out.")
    if not found:
        raise _no_image_left(notes)
    kept = list(found.values())
    return FaceImages(
        tuple(path for path, _ in kept), tuple(crop for _, crop in kept), tuple(notes)
    )


def _face(path: Path, finder: Detector | None) -> bytes:
    picture = read_image(path)
    if finder is None:
        return encode(resize(picture))
    boxes = detect_downscaled(finder, [picture])[0].boxes
    if not len(boxes):
        raise MediaError(
            str(path), "no face is found in it", "cut the face out and use --crop, or leave it out"
        )
    return encode(cut(picture, boxes[np.prod(boxes[:, 2:], axis=1).argmax()]))


def _no_image_left(notes: list[str]) -> RequestError:
    if len(notes) > 1:
        return RequestError(f"none of the {len(notes)} pictures can be used", notes[0].rstrip("."))
    return RequestError(notes[0].rstrip(".") if notes else "no picture was given")
