"""The few crops of a tracklet that are worth classifying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.scan.types import Crop

MIN_SPACING = 12
"""Frames between two crops of a face: half a second at 24 frames a second. Nearer ones show about
the same drawing, and would be one vote counted twice."""

HALF_SHARP = 200.0
"""Variance of the Laplacian at which a crop of 128 pixels counts half as sharp."""

MIN_GAIN = 1.2
"""A crop is cut only if the upper bound of its quality is this many times that of the crop it would
replace. Cutting costs more than detecting the face, and neighbouring crops are about as sharp."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    frame: int
    quality: float
    picture: npt.NDArray[np.uint8]


class CropSelector:
    """Keeps the best crops of one face, spread in time.

    Of two crops MIN_SPACING frames apart or less only the better is kept; once there are ``limit``,
    a new crop replaces the worst.

    Args:
        limit: how many are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: list[_Candidate] = []

    def offer(
        self, frame: int, side: float, score: float, cut: Callable[[], npt.NDArray[np.uint8]]
    ) -> None:
        """Consider a face.

        Args:
            frame: number of its frame, higher than those before.
            side: longer side of its box, in pixels of the video.
            score: of its detection, 0..1.
            cut: makes the crop, uint8 (CROP_SIZE, CROP_SIZE, 3); called only if it may be kept.
        """
        rival = self._rival(frame)
        best_case = _upper_bound(side, score)
        if rival is not None and best_case <= MIN_GAIN * rival.quality:
            return
        picture = cut()
        candidate = _Candidate(frame, quality(picture, side, score), picture)
        if rival is None:
            self._kept.append(candidate)
        elif candidate.quality > rival.quality:
            self._kept[self._kept.index(rival)] = candidate

    def _rival(self, frame: int) -> _Candidate | None:
        near = [one for one in self._kept if frame - one.frame <= MIN_SPACING]
        full = self._kept if len(self._kept) >= self._limit else []
        return min(near or full, key=lambda one: one.quality, default=None)

    def crops(self) -> tuple[Crop, ...]:
        """Those kept, as JPEGs, best first."""
        best = sorted(self._kept, key=lambda one: (-one.quality, one.frame))
        return tuple(Crop(one.frame, one.quality, crops.encode(one.picture)) for one in best)


def quality(crop: npt.NDArray[np.uint8], side: float, score: float) -> float:
    """0..1: how well a face can be recognised in a crop: its score times its size and sharpness.

    Args:
        crop: uint8 (CROP_SIZE, CROP_SIZE, 3), BGR.
        side: longer side of the face's box, in pixels of the video.
        score: of the detection, 0..1.
    """
    return _upper_bound(side, score) * _sharpness(crop)


def _upper_bound(side: float, score: float) -> float:
    """The quality that a crop has if it is as sharp as can be."""
    return score * min(1.0, side * crops.MARGIN / crops.CROP_SIZE)


def _sharpness(crop: npt.NDArray[np.uint8]) -> float:
    """0..1: variance of the Laplacian (Pech-Pacheco et al. 2000), v / (v + HALF_SHARP)."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    variance = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    return variance / (variance + HALF_SHARP)
