"""Patches drawn on rubber: heads get other proportions, as another hand would draw them."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.training.detector.augment import Generator, Picture

Boxes = npt.NDArray[np.float32]
Field = npt.NDArray[np.float32]
"""float32 (side, side, 2): how far, in pixels across and down, from each place of a bent picture
lies what is shown there."""

_KNOTS: Final = (4, 9)
"""The fewest knots along a field's side, and one more than the most."""

_PULL: Final = 0.13
"""Standard deviation of a knot's move, as a share of the distance of two: beyond .2 it folds."""


def random_field(side: int, rng: Generator) -> Field:
    """A smooth field of displacements (Simard et al. 2003) for a square of ``side`` pixels."""
    knots = int(rng.integers(*_KNOTS))
    pull = rng.normal(0, _PULL * side / knots, (knots, knots, 2)).astype(np.float32)
    return np.asarray(cv2.resize(pull, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def bend(picture: Picture, field: Field) -> Picture:
    """A square picture with each place moved by a field; its edges are mirrored."""
    rows, columns = np.mgrid[: len(field), : len(field)].astype(np.float32)
    across, down = columns + field[..., 0], rows + field[..., 1]
    border = cv2.BORDER_REFLECT_101
    bent = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(bent, np.uint8)


def bend_boxes(boxes: Boxes, field: Field) -> Boxes:
    """Where a field takes boxes (n, 4): the bounds of sixteen points of each one's ellipse."""
    if not len(boxes):
        return boxes
    side, turns = len(field), np.arange(16) * np.pi / 8
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    half = boxes[:, None, 2:] / 2
    points = boxes[:, None, :2] + half + half * circle
    places = points
    for _ in range(3):  # the field says where a place comes from, not where it goes
        columns, rows = np.moveaxis(np.clip(np.rint(places), 0, side - 1).astype(int), -1, 0)
        places = points - field[rows, columns]
    low, high = (np.clip(edge, 0, side) for edge in (places.min(axis=1), places.max(axis=1)))
    return np.concatenate([low, high - low], axis=1).astype(np.float32)
