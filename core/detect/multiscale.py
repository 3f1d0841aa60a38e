"""Test-time augmentation for stills: several sizes and their mirror images; slower, and surer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import Detector, clip_boxes
from eyecatch.core.detect.postprocess import suppress_overlaps
from eyecatch.core.detections import Detections, iou

_SAME_FACE_IOU: Final = 0.4
"""Boxes of two views that overlap more than this are one face."""


class MultiscaleDetector:
    """Runs a detector on views of each picture (sizes, plain and mirrored), and takes the mean.

    A face that is found in one view and missed in another scores half: most false alarms go that
    way. The box is the mean of the views' boxes, weighted by score (weighted boxes fusion,
    Solovyev et al. 2021).

    Args:
        detector: runs on each view. It should answer with scores far below ``min_score``.
        min_score: mean scores below this are no faces.
        zooms: sizes of the views, as factors of the picture's height and width.
    """

    def __init__(
        self, detector: Detector, min_score: float, zooms: Sequence[float] = (1.0, 0.6)
    ) -> None:
        self.lines, self.size_divisor = detector.lines, detector.size_divisor
        self._detector, self._min_score, self._zooms = detector, min_score, tuple(zooms)

    def detect(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        """Find the faces of each picture; see ``Detector``."""
        views = [
            self._detect_view(pictures, zoom, flip)
            for zoom in self._zooms
            for flip in (False, True)
        ]
        return [
            self._fused([view[i] for view in views], *picture.shape[1::-1])
            for i, picture in enumerate(pictures)
        ]

    def _detect_view(
        self, pictures: Sequence[npt.NDArray[np.uint8]], zoom: float, flip: bool
    ) -> list[Detections]:
        """The faces of one view of each picture, in pixels of the picture as given."""
        views = [_view(picture, zoom, flip) for picture in pictures]
        results = []
        for found, view, picture in zip(self._detector.detect(views), views, pictures, strict=True):
            if not len(found):
                results.append(found)
                continue
            scale = [picture.shape[1] / view.shape[1], picture.shape[0] / view.shape[0]]
            boxes = found.scaled(*scale).boxes
            if flip:
                boxes[:, 0] = picture.shape[1] - boxes[:, 0] - boxes[:, 2]
            results.append(Detections(boxes, found.scores))
        return results

    def _fused(self, views: list[Detections], width: int, height: int) -> Detections:
        boxes = np.concatenate([view.boxes for view in views])
        scores = np.concatenate([view.scores for view in views])
        order = np.argsort(-scores, kind="stable")
        faces = suppress_overlaps(Detections(boxes[order], scores[order]), _SAME_FACE_IOU).boxes
        sums, weights = np.zeros_like(faces), np.zeros(len(faces), np.float32)
        for view in views:
            if len(view) and len(faces):
                overlap = iou(faces, view.boxes)
                best = overlap.argmax(axis=1)
                weight = view.scores[best] * (overlap.max(axis=1) > _SAME_FACE_IOU)
                sums += view.boxes[best] * weight[:, None]
                weights += weight
        mean = weights / np.float32(len(views))
        kept = np.flatnonzero(mean >= self._min_score)
        kept = kept[np.argsort(-mean[kept], kind="stable")]
        fused = sums[kept] / weights[kept, None]
        return Detections(clip_boxes(fused, width, height), mean[kept])


def _view(picture: npt.NDArray[np.uint8], zoom: float, flip: bool) -> npt.NDArray[np.uint8]:
    if zoom != 1.0 and picture.size:
        size = [max(1, round(n * zoom)) for n in picture.shape[1::-1]]
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(picture[:, ::-1]) if flip else picture
