"""Patches to learn from: mosaics of labelled pictures at every scale, altered by chance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.training.detector import augment as alter
from eyecatch.training.detector.dataset import Boxes, Labelled

_SMALLEST: Final = 9.0
"""Faces lower than this, in pixels of the patch, teach nothing: they are ignored."""

_LARGEST_ZOOM: Final = 3.0
"""A picture enlarged more than this is a blur."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A square to learn from; attributes as in Labelled."""

    picture: alter.Picture
    boxes: Boxes
    unsure: Boxes


@dataclass(frozen=True, slots=True)
class Sources:
    """Pictures and how often each is drawn.

    Attributes:
        pictures: the pictures.
        cumulated: float64 (n,): the chance of each and of all before it; ends with one.
    """

    pictures: list[Labelled]
    cumulated: npt.NDArray[np.float64]

    @classmethod
    def of(cls, groups: list[tuple[float, list[Labelled]]]) -> Sources:
        """Groups of pictures, each drawn as often as its weight says."""
        groups = [(weight, pictures) for weight, pictures in groups if pictures]
        weights = np.concatenate([np.full(len(p), w / len(p)) for w, p in groups])
        return cls([one for _, p in groups for one in p], np.cumsum(weights / weights.sum()))

    def draw(self, chance: alter.Chance) -> Labelled:
        """One picture."""
        place = int(np.searchsorted(self.cumulated, chance.random()))
        return self.pictures[min(place, len(self.pictures) - 1)]


def patch(sources: Sources, side: int, chance: alter.Chance) -> Patch:
    """One square of one, four, nine or sixteen pictures."""
    grid = int(chance.choice([1, 2, 3, 4], p=[0.5, 0.28, 0.14, 0.08]))
    edges = [
        0,
        *sorted(int(side * (i + chance.uniform(-0.2, 0.2)) / grid) for i in range(1, grid)),
        side,
    ]
    canvas = np.empty((side, side, 3), np.uint8)
    boxes, unsure = [], []
    for top, bottom in pairwise(edges):
        for left, right in pairwise(edges):
            tile = _tile(sources, right - left, bottom - top, chance)
            canvas[top:bottom, left:right] = tile.picture
            boxes.append(tile.boxes + np.array([left, top, 0, 0], np.float32))
            unsure.append(tile.unsure + np.array([left, top, 0, 0], np.float32))
    canvas = alter.altered(canvas, chance)
    return Patch(canvas, np.concatenate(boxes), np.concatenate(unsure))


def _tile(sources: Sources, width: int, height: int, chance: alter.Chance) -> Patch:
    source = sources.draw(chance)
    matrix = _matrix(source, width, height, chance)
    canvas = np.empty((height, width, 3), np.uint8)
    if not _covers(source, matrix, width, height):
        canvas = _backdrop(sources, width, height, chance)
    picture = alter.placed(source.picture, matrix, canvas)
    picture = alter.colours(picture, chance) if chance.random() < 0.3 else picture
    boxes, seen = _moved(source.boxes, matrix, width, height)
    unsure, _ = _moved(source.unsure, matrix, width, height)
    good = (seen > 0.5) & (boxes[:, 3] >= _SMALLEST) & (boxes[:, 2] >= _SMALLEST * 0.7)
    shown = seen > 0.03
    return Patch(picture, boxes[good], np.concatenate([boxes[shown & ~good], unsure]))


def _covers(source: Labelled, matrix: npt.NDArray[np.float64], width: int, height: int) -> bool:
    """Whether a moved picture leaves nothing of a tile bare."""
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - matrix[:, 2]
    places = np.linalg.solve(matrix[:, :2], corners.T)
    limits = np.array(source.picture.shape[1::-1])[:, None] - 1
    return bool(((places >= 0) & (places <= limits)).all())


def _backdrop(sources: Sources, width: int, height: int, chance: alter.Chance) -> alter.Picture:
    """What is seen where the picture leaves the tile bare: a part of another, or a colour."""
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = chance.integers(0, 256, 3)
    for _ in range(4):  # tries: most parts of most pictures show a face
        other = sources.draw(chance)
        rows, columns = other.picture.shape[:2]
        zoom = max(width / columns, height / rows) * float(np.exp(chance.uniform(0, 1.4)))
        room = np.array([columns * zoom - width, rows * zoom - height]) * chance.random(2)
        matrix = np.array([[zoom, 0, -room[0]], [0, zoom, -room[1]]])
        faces = np.concatenate([other.boxes, other.unsure])
        if not (_moved(faces, matrix, width, height)[1] > 0).any():
            return alter.placed(other.picture, matrix, canvas)
    return canvas


def _matrix(
    source: Labelled, width: int, height: int, chance: alter.Chance
) -> npt.NDArray[np.float64]:
    """Where the picture goes: about a face mostly, about any point of it otherwise."""
    rows, columns = source.picture.shape[:2]
    least, focus = min(width, height), np.array([columns, rows], np.float64) * chance.random(2)
    if len(source.boxes) and chance.random() < 0.8:
        x, y, w, h = source.boxes[chance.integers(len(source.boxes))]
        focus = np.array([x + w / 2, y + h / 2], np.float64)
        size = np.exp(chance.uniform(np.log(0.2 * least), np.log(1.15 * least)))
        zoom = size / max(h, 1)
        # Mosaics make faces small; a picture that is a stamp on a blank tile wastes the tile.
        zoom = max(zoom, max(width / columns, height / rows) * chance.uniform(0.55, 1.0))
    else:
        zoom = least / max(rows, columns) * np.exp(chance.uniform(np.log(0.8), np.log(4)))
    zoom = min(zoom, _LARGEST_ZOOM)
    turn = np.radians(np.clip(chance.normal(0, 9), -28, 28)) if chance.random() < 0.5 else 0.0
    stretch = np.exp(chance.normal(0, 0.08))
    mirror = -1.0 if chance.random() < 0.5 else 1.0
    cos, sin = np.cos(turn) * zoom, np.sin(turn) * zoom
    linear = np.array([[cos * mirror * stretch, -sin], [sin * mirror * stretch, cos]])
    # The picture should fill the tile where it can: of the places for the focus, one at random.
    low = np.array([width, height], np.float64) * 0.02
    target = low + (np.array([width, height], np.float64) - 2 * low) * chance.random(2)
    target = _filling(linear, focus, target, (columns, rows), (width, height))
    return np.hstack([linear, (target - linear @ focus)[:, None]])


def _filling(
    linear: npt.NDArray[np.float64],
    focus: npt.NDArray[np.float64],
    target: npt.NDArray[np.float64],
    source: tuple[int, int],
    tile: tuple[int, int],
) -> npt.NDArray[np.float64]:
    """``target``, shifted so that the picture leaves as little of the tile bare as it can."""
    corners = np.array([(0, 0), (source[0], 0), (0, source[1]), source], np.float64) - focus
    moved = corners @ linear.T + target
    low, high = moved.min(axis=0), moved.max(axis=0)
    shift = np.where(low > 0, -low, np.where(high < tile, np.array(tile, np.float64) - high, 0.0))
    room = high - low >= np.array(tile, np.float64)
    return target + np.where(room, shift, 0.0)


def _moved(
    boxes: Boxes, matrix: npt.NDArray[np.float64], width: int, height: int
) -> tuple[Boxes, npt.NDArray[np.float32]]:
    """Boxes after the move, cut at the tile's edge, and what share of each is still there.

    A turned box is boxed again by its inscribed ellipse, as a face is closer to one.
    """
    if not len(boxes):
        return boxes, np.empty(0, np.float32)
    centre = (boxes[:, :2] + boxes[:, 2:] / 2) @ matrix[:, :2].T + matrix[:, 2]
    half = np.sqrt((boxes[:, 2:] / 2) ** 2 @ (matrix[:, :2] ** 2).T)
    low = np.clip(centre - half, 0, [width, height])
    high = np.clip(centre + half, 0, [width, height])
    area = np.prod(half * 2, axis=1)
    seen = np.prod(high - low, axis=1) / np.maximum(area, 1e-6)
    return np.hstack([low, high - low]).astype(np.float32), seen.astype(np.float32)
