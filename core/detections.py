"""Faces found in one picture, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
"""x, y, w, h in pixels: the left and top edge, the width and the height."""


@dataclass(frozen=True, slots=True)
class Detections:
    """The faces of one picture; none is a normal value.

    Attributes:
        boxes: float32 (n, 4): x, y, w, h, brow to chin, in pixels of the picture.
        scores: float32 (n,): in 0..1, higher is surer; sorted from high to low.

    Example:
        >>> found = Detections(np.float32([[10, 20, 30, 40]]), np.float32([0.9]))
        >>> found.scaled(2, 2).boxes
        array([[20., 40., 60., 80.]], dtype=float32)
        >>> len(Detections.none())
        0
    """

    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.boxes.ndim != 2 or self.boxes.shape[1] != 4:
            raise ValueError(f"boxes: expected shape (n, 4), got {self.boxes.shape}")
        if self.scores.shape != (len(self.boxes),):
            raise ValueError(f"scores: expected ({len(self.boxes)},), got {self.scores.shape}")

    def __len__(self) -> int:
        return len(self.boxes)

    @classmethod
    def none(cls) -> Detections:
        """A picture without a face."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))

    def above(self, min_score: float) -> Detections:
        """The same without faces of a lower score."""
        kept = self.scores >= min_score
        return Detections(self.boxes[kept], self.scores[kept])

    def scaled(self, x: float, y: float) -> Detections:
        """The same faces in a picture ``x`` times as wide and ``y`` times as high."""
        return Detections(self.boxes * np.array([x, y, x, y], np.float32), self.scores)


def iou(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Intersection over union of each box of ``a`` (n, 4) with each of ``b`` (m, 4): (n, m)."""
    left = np.maximum(a[:, None, :2], b[None, :, :2])
    right = np.minimum(a[:, None, :2] + a[:, None, 2:], b[None, :, :2] + b[None, :, 2:])
    inside = np.prod(np.clip(right - left, 0, None), axis=2)
    union = np.prod(a[:, None, 2:], axis=2) + np.prod(b[None, :, 2:], axis=2) - inside
    shares: npt.NDArray[np.float32] = np.zeros_like(inside)
    np.divide(inside, union, out=shares, where=union > 0)
    return shares
