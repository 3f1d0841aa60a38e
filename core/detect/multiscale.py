"""A detector that looks several times, for stills: slower, and surer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import Detector, inside
from eyecatch.core.detect.decode import apart
from eyecatch.core.detections import Detections, iou

_SAME: Final = 0.4
"""Boxes of two looks that overlap more than this (IoU) are one face."""


class ThoroughDetector:
    """Looks at each picture in several sizes, plain and mirrored, and takes the mean.

    A face that one look sees and another doesn't scores half: most false alarms go that way. The
    box is the mean of the looks' boxes, weighted by score (Solovyev et al. 2021).

    Args:
        detector: the one that looks. It should answer with scores far below ``least``.
        least: mean scores below this are no faces.
        zooms: sizes looked at, as factors of the picture's height and width.
    """

    def __init__(
        self, detector: Detector, least: float, zooms: Sequence[float] = (1.0, 0.6)
    ) -> None:
        self.lines, self.grain = detector.lines, detector.grain
        self._detector, self._least, self._zooms = detector, least, tuple(zooms)

    def detect(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        """Find the faces of each picture; see ``Detector``."""
        looks = [self._look(pictures, zoom, flip) for zoom in self._zooms for flip in (False, True)]
        return [
            self._merged([look[i] for look in looks], *picture.shape[1::-1])
            for i, picture in enumerate(pictures)
        ]

    def _look(
        self, pictures: Sequence[npt.NDArray[np.uint8]], zoom: float, flip: bool
    ) -> list[Detections]:
        seen = [_zoomed(picture, zoom, flip) for picture in pictures]
        found = []
        for one, look, picture in zip(self._detector.detect(seen), seen, pictures, strict=True):
            if not len(one):
                found.append(one)
                continue
            scale = [picture.shape[1] / look.shape[1], picture.shape[0] / look.shape[0]]
            boxes = one.scaled(*scale).boxes
            if flip:
                boxes[:, 0] = picture.shape[1] - boxes[:, 0] - boxes[:, 2]
            found.append(Detections(boxes, one.scores))
        return found

    def _merged(self, looks: list[Detections], width: int, height: int) -> Detections:
        boxes = np.concatenate([look.boxes for look in looks])
        scores = np.concatenate([look.scores for look in looks])
        order = np.argsort(-scores, kind="stable")
        faces = apart(Detections(boxes[order], scores[order]), _SAME).boxes
        sums, weights = np.zeros_like(faces), np.zeros(len(faces), np.float32)
        for look in looks:
            if len(look) and len(faces):
                near = iou(faces, look.boxes)
                best = near.argmax(axis=1)
                weight = look.scores[best] * (near.max(axis=1) > _SAME)
                sums += look.boxes[best] * weight[:, None]
                weights += weight
        mean = weights / np.float32(len(looks))
        kept = np.flatnonzero(mean >= self._least)
        kept = kept[np.argsort(-mean[kept], kind="stable")]
        merged = sums[kept] / weights[kept, None]
        return Detections(inside(merged, width, height), mean[kept])


def _zoomed(picture: npt.NDArray[np.uint8], zoom: float, flip: bool) -> npt.NDArray[np.uint8]:
    if zoom != 1.0 and picture.size:
        size = [max(1, round(n * zoom)) for n in picture.shape[1::-1]]
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(picture[:, ::-1]) if flip else picture
