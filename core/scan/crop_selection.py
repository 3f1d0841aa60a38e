"""The few crops of a tracklet that are worth classifying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.scan.types import Crop

SPACING = 12
"""Frames between two crops of a face: half a second at 24 frames a second. Nearer ones show about
the same drawing, and would be one vote counted twice."""

BLURRED = 200.0
"""Variance of the Laplacian at which sharpness counts half, in a crop of 128 pixels."""


WORTH = 1.2
"""How much better than its rival a crop must promise to be to be cut at all: cutting costs more
than finding the face, and crops of one face at one time are about as sharp as each other."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    frame: int
    quality: float
    picture: npt.NDArray[np.uint8]


class Best:
    """Keeps the best crops of one face, spread in time.

    A crop that is SPACING or nearer to another competes with it, all others with the worst.

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
            cut: makes the crop; called only if it may be kept, as it takes a whole picture.
        """
        rival = self._rival(frame)
        most = _most(side, score)
        if rival is not None and most <= WORTH * rival.quality:
            return
        picture = cut()
        candidate = _Candidate(frame, quality(picture, side, score), picture)
        if rival is None:
            self._kept.append(candidate)
        elif candidate.quality > rival.quality:
            self._kept[self._kept.index(rival)] = candidate

    def _rival(self, frame: int) -> _Candidate | None:
        near = [one for one in self._kept if frame - one.frame <= SPACING]
        full = self._kept if len(self._kept) >= self._limit else []
        return min(near or full, key=lambda one: one.quality, default=None)

    def crops(self) -> tuple[Crop, ...]:
        """Those kept, as JPEGs, best first."""
        best = sorted(self._kept, key=lambda one: (-one.quality, one.frame))
        return tuple(Crop(one.frame, one.quality, crops.encode(one.picture)) for one in best)


def quality(crop: npt.NDArray[np.uint8], side: float, score: float) -> float:
    """0..1: how good a crop is to judge by; arguments as of ``Best.offer``."""
    return _most(side, score) * _sharpness(crop)


def _most(side: float, score: float) -> float:
    """The quality of a crop that is sharp all over."""
    return score * min(1.0, side * crops.MARGIN / crops.CROP_SIZE)


def _sharpness(crop: npt.NDArray[np.uint8]) -> float:
    """0..1: how much of a crop are edges (variance of the Laplacian; Pech-Pacheco et al. 2000)."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    variance = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    return variance / (variance + BLURRED)
