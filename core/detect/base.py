"""What a face detector is, and how it is run on pictures of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detections import Detections

Config = TypeVar("Config", bound=DetectorConfig)


class Detector(Protocol):
    """Finds faces; every implementation passes ``tests/core/detect/test_contract.py``.

    What is found in a picture depends on nothing but that picture: not on those beside it in the
    batch, nor on those of earlier calls. In a blank picture, and in one of a few pixels, there is
    nothing.

    Attributes:
        lines: preferred height of pictures in pixels; others work, slower or less accurately.
        size_divisor: pictures whose height and width are multiples of this it takes as they are;
            others it resizes first, which costs time.
    """

    lines: int
    size_divisor: int

    def detect(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        """Find the faces of each picture.

        Args:
            pictures: uint8 (h, w, 3), BGR; sizes may differ, and may be zero.

        Returns:
            As many Detections, in the same order: boxes from brow to chin, in pixels of the given
            picture and inside it; scores from high to low.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorKind(Generic[Config]):
    """What a detector's module says of it, for ``core.detect.registry``.

    Attributes:
        config: the class of its configuration; ``DetectorConfig`` if it has no options of its own,
            else a class derived from that, whose ``name`` is fixed (see ``CascadeConfig``).
        resolve: finds its file: path, and SHA-256 in hex. Raises ModelError. Without a file: an
            empty path, and any text that changes whenever what it finds does.
        build: makes it from a resolved configuration and the score below which nothing is a face.
        build_multiscale: the same for stills, looking at each in several sizes; ``build`` again
            where that finds no more.
        min_score: what suits ``build``, in 0..1.
        min_score_multiscale: what suits ``build_multiscale``.
        lines: height in pixels of the pictures that suits it.
    """

    config: type[Config]
    resolve: Callable[[Config], tuple[str, str]]
    build: Callable[[Config, float], Detector]
    build_multiscale: Callable[[Config, float], Detector]
    min_score: float
    min_score_multiscale: float
    lines: int


def detect_downscaled(
    detector: Detector, pictures: Sequence[npt.NDArray[np.uint8]]
) -> list[Detections]:
    """The faces of pictures of any size, each scaled down to the detector's lines first.

    Args:
        detector: runs on the small pictures.
        pictures: uint8 (h, w, 3), BGR, as large as they come; a small one is not enlarged.

    Returns:
        One Detections a picture, in pixels of the picture as given.
    """
    small = [downscale(picture, detector.lines) for picture in pictures]
    return [
        found.scaled(whole.shape[1] / max(seen.shape[1], 1), whole.shape[0] / max(seen.shape[0], 1))
        for found, whole, seen in zip(detector.detect(small), pictures, small, strict=True)
    ]


def downscale(picture: npt.NDArray[np.uint8], lines: int) -> npt.NDArray[np.uint8]:
    """The picture (h, w, 3) at most ``lines`` pixels high, its shape kept."""
    height, width = picture.shape[:2]
    if height <= lines:
        return picture
    size = (max(1, round(width * lines / height)), lines)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def clip_boxes(boxes: npt.NDArray[np.float32], width: int, height: int) -> npt.NDArray[np.float32]:
    """Boxes (n, 4) clipped to a picture of ``width`` x ``height`` pixels."""
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    corners = np.clip(corners, 0, np.array([width, height] * 2, np.float32))
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
