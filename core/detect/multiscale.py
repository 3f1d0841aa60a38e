"""Looking at a picture in several sizes, for faces of any size, and mirrored, to be surer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import Detector, clip_boxes
from eyecatch.core.detect.postprocess import strongest, suppress_nested
from eyecatch.core.detections import Detections, iou

CLOSE_UP: Final = 0.36
"""Zoom of the view that sees faces which fill the picture: 640x360 becomes 224x128, an eighth of
the pixels. A fifth of them finds no more, a fifteenth less (docs/detector.md)."""

LARGE: Final = (108.0, 288.0)
"""Heights of a face in pixels: from the one on the close-up view counts beside the others, from the
other on it counts alone, as the network learned faces of up to 280 pixels. They are three and eight
tenths of 360 lines. In between its share rises with the logarithm: nothing jumps while a face comes
nearer, and what one view takes for a large face and the other for none is doubted."""

_SAME_FACE_IOU: Final = 0.4
"""Boxes of two views that overlap more than this are one face."""

_Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """How a picture is looked at.

    Attributes:
        zoom: factor of its height and width.
        mirrored: left and right are swapped.
        small, large: what it counts for faces that are no higher than the lower one of ``LARGE``,
            and for those as high as the other one, against the other views.
    """

    zoom: float = 1.0
    mirrored: bool = False
    small: float = 1.0
    large: float = 0.0

    @property
    def close_up(self) -> bool:
        """Whether it is for large faces alone."""
        return self.small == 0


TWO_LOOKS: Final = (View(), View(CLOSE_UP, small=0, large=1))
"""Views of a frame."""


def still_views(zooms: Sequence[float] = (1.0, 0.6)) -> tuple[View, ...]:
    """Views of a still: each size and the close-up, plain and mirrored.

    What is smaller than the picture itself counts for faces of every size.
    """
    return tuple(
        view
        for mirrored in (False, True)
        for view in (
            *(View(zoom, mirrored, large=float(zoom < 1)) for zoom in zooms),
            View(CLOSE_UP, mirrored, small=0, large=1),
        )
    )


class MultiscaleDetector:
    """Runs a detector on views of each picture (sizes, plain and mirrored), and takes the mean.

    A face that is found in one view and missed in another scores half: most false alarms go that
    way. The larger a face, the more the views count that show it small (``LARGE``).
    The box is the mean of the views' boxes, weighted by score (weighted boxes fusion, Solovyev et
    al. 2021).

    Args:
        detector: runs on each view. It should answer with scores far below ``min_score``.
        min_score: mean scores below this are no faces.
        zooms: sizes of the views of a still, as factors of the picture's height and width.
        views: the views themselves; None for those of a still.
    """

    def __init__(
        self,
        detector: Detector,
        min_score: float,
        zooms: Sequence[float] = (1.0, 0.6),
        views: Sequence[View] | None = None,
    ) -> None:
        self.lines, self.size_divisor = detector.lines, detector.size_divisor
        self._detector, self._min_score = detector, min_score
        self._views = still_views(zooms) if views is None else tuple(views)
        plain = [i for i, view in enumerate(self._views) if not view.close_up]
        # Where no face is large, a single view that is no close-up decides alone.
        self._plain = plain[0] if len(plain) == 1 else None
        self._counts = np.array([[view.small, view.large] for view in self._views], np.float32)

    def detect(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        """Find the faces of each picture; see ``Detector``."""
        views = [self._detect_view(pictures, view) for view in self._views]
        return [
            self._fused([view[i] for view in views], *picture.shape[1::-1])
            for i, picture in enumerate(pictures)
        ]

    def _detect_view(
        self, pictures: Sequence[npt.NDArray[np.uint8]], view: View
    ) -> list[Detections]:
        """The faces of one view of each picture, in pixels of the picture as given."""
        seen = [_seen(picture, view, self.size_divisor) for picture in pictures]
        results = []
        for found, small, picture in zip(self._detector.detect(seen), seen, pictures, strict=True):
            if not len(found) or small is picture:
                results.append(found)
                continue
            scale = [picture.shape[1] / small.shape[1], picture.shape[0] / small.shape[0]]
            boxes = found.scaled(*scale).boxes
            if view.mirrored:
                boxes[:, 0] = picture.shape[1] - boxes[:, 0] - boxes[:, 2]
            results.append(Detections(boxes, found.scores))
        return results

    def _fused(self, views: list[Detections], width: int, height: int) -> Detections:
        boxes = np.concatenate([view.boxes for view in views])
        if not len(boxes):
            return Detections.none()
        if self._plain is not None and boxes[:, 3].max() <= LARGE[0]:
            return views[self._plain].above(self._min_score)
        scores = np.concatenate([view.scores for view in views])
        order = np.argsort(-scores, kind="stable")
        overlap = iou(boxes, boxes)
        places = order[strongest(overlap[np.ix_(order, order)], _SAME_FACE_IOU)]
        sums, weights = np.zeros((len(places), 4), np.float32), np.zeros(len(places), np.float32)
        start = 0
        for view, counts in zip(views, self._shares(boxes[places, 3]), strict=True):
            if len(view):
                shared = overlap[places, start : start + len(view)]
                best = shared.argmax(axis=1)
                weight = counts * view.scores[best] * (shared.max(axis=1) > _SAME_FACE_IOU)
                sums += view.boxes[best] * weight[:, None]
                weights += weight
            start += len(view)
        kept = np.flatnonzero(weights >= self._min_score)
        kept = kept[np.argsort(-weights[kept], kind="stable")]
        fused = sums[kept] / weights[kept, None]
        found = Detections(clip_boxes(fused, width, height), weights[kept])
        return suppress_nested(found, LARGE[0])

    def _shares(self, heights: _Array) -> _Array:
        """What each view counts for faces of so many pixels (n,): float32 (views, n), sums of 1."""
        low, high = np.log(LARGE)
        large = np.clip((np.log(heights) - low) / (high - low), 0, 1)
        small, big = self._counts.T[:, :, None]
        counts = small + (big - small) * large
        return np.asarray(counts / counts.sum(axis=0), np.float32)


def _seen(picture: npt.NDArray[np.uint8], view: View, size_divisor: int) -> npt.NDArray[np.uint8]:
    """A picture as a view shows it."""
    if view.close_up:
        picture = _close_up(picture, view.zoom, size_divisor)
    elif view.zoom != 1.0 and picture.size:
        size = [max(1, round(n * view.zoom)) for n in picture.shape[1::-1]]
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(picture[:, ::-1]) if view.mirrored else picture


def _close_up(
    picture: npt.NDArray[np.uint8], zoom: float, size_divisor: int
) -> npt.NDArray[np.uint8]:
    """A picture made small, in a size that the detector takes as it is.

    Empty if the picture is so low that nothing in it is large. INTER_AREA finds no more and takes
    eight times as long.
    """
    height, width = picture.shape[:2]
    if height <= LARGE[0] or not width:
        return picture[:0]
    size = [max(1, round(n * zoom / size_divisor)) * size_divisor for n in (width, height)]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)
