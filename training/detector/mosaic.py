"""Training patches: mosaics of labelled pictures at every scale, augmented."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.training.detector import rubber
from eyecatch.training.detector.augment import (
    Generator,
    augment,
    jitter_tones,
    turn_colours,
    warp_onto,
)
from eyecatch.training.detector.dataset import Boxes, LabelledPicture, Picture

_MIN_FACE: Final = 9.0
"""Faces lower than this, in pixels of the patch, are ignored."""

_MAX_ZOOM: Final = 3.0
"""A picture enlarged more than this is a blur."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A square of pixels to train on; attributes as of ``LabelledPicture``."""

    picture: Picture
    boxes: Boxes
    ignored: Boxes


@dataclass(frozen=True, slots=True)
class PicturePool:
    """Pictures to sample from.

    Attributes:
        pictures: n of them.
        cumulative: float64 (n,): cumulative probabilities; the last is 1.
    """

    pictures: list[LabelledPicture]
    cumulative: npt.NDArray[np.float64]

    @classmethod
    def of(cls, groups: list[tuple[float, list[LabelledPicture]]]) -> PicturePool:
        """A pool of groups, each of which is sampled as often as its weight says."""
        groups = [(weight, pictures) for weight, pictures in groups if pictures]
        weights = np.concatenate([np.full(len(p), w / len(p)) for w, p in groups])
        return cls([one for _, p in groups for one in p], np.cumsum(weights / weights.sum()))

    def sample(self, rng: Generator) -> LabelledPicture:
        """One picture."""
        place = int(np.searchsorted(self.cumulative, rng.random()))
        return self.pictures[min(place, len(self.pictures) - 1)]


def make_patch(pool: PicturePool, side: int, rng: Generator, wild: float = 0.0) -> Patch:
    """One square of one, four, nine or sixteen pictures.

    Args:
        pool: the pictures.
        side: pixels of the square.
        rng: decides all that is left to chance.
        wild: probability that its heads are bent and its colours strange, as in a show by others.
    """
    grid = int(rng.choice([1, 2, 3, 4], p=[0.5, 0.28, 0.14, 0.08]))
    edges = [
        0,
        *sorted(int(side * (i + rng.uniform(-0.2, 0.2)) / grid) for i in range(1, grid)),
        side,
    ]
    canvas = np.empty((side, side, 3), np.uint8)
    boxes, ignored = [], []
    for top, bottom in pairwise(edges):
        for left, right in pairwise(edges):
            tile = _tile(pool, right - left, bottom - top, rng)
            canvas[top:bottom, left:right] = tile.picture
            boxes.append(tile.boxes + np.array([left, top, 0, 0], np.float32))
            ignored.append(tile.ignored + np.array([left, top, 0, 0], np.float32))
    patch = Patch(canvas, np.concatenate(boxes), np.concatenate(ignored))
    if wild and rng.random() < wild:  # a training without draws no number for it
        patch = _estranged(patch, rng)
    return replace(patch, picture=augment(patch.picture, rng))


def _estranged(patch: Patch, rng: Generator) -> Patch:
    field = rubber.random_field(len(patch.picture), rng)
    return Patch(
        turn_colours(rubber.bend(patch.picture, field), rng),
        rubber.bend_boxes(patch.boxes, field),
        rubber.bend_boxes(patch.ignored, field),
    )


def _tile(pool: PicturePool, width: int, height: int, rng: Generator) -> Patch:
    source = pool.sample(rng)
    matrix = _matrix(source, width, height, rng)
    canvas = np.empty((height, width, 3), np.uint8)
    if not _covers(source, matrix, width, height):
        canvas = _backdrop(pool, width, height, rng)
    picture = warp_onto(source.picture, matrix, canvas)
    picture = jitter_tones(picture, rng) if rng.random() < 0.3 else picture
    boxes, visible = _moved(source.boxes, matrix, width, height)
    ignored, _ = _moved(source.ignored, matrix, width, height)
    good = (visible > 0.5) & (boxes[:, 3] >= _MIN_FACE) & (boxes[:, 2] >= _MIN_FACE * 0.7)
    partly = visible > 0.03
    return Patch(picture, boxes[good], np.concatenate([boxes[partly & ~good], ignored]))


def _covers(
    source: LabelledPicture, matrix: npt.NDArray[np.float64], width: int, height: int
) -> bool:
    """Whether a moved picture leaves nothing of a tile bare."""
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - matrix[:, 2]
    places = np.linalg.solve(matrix[:, :2], corners.T)
    limits = np.array(source.picture.shape[1::-1])[:, None] - 1
    return bool(((places >= 0) & (places <= limits)).all())


def _backdrop(pool: PicturePool, width: int, height: int, rng: Generator) -> Picture:
    """What is seen where the picture leaves the tile bare: a part of another, or a colour."""
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = rng.integers(0, 256, 3)
    for _ in range(4):  # tries: most parts of most pictures show a face
        other = pool.sample(rng)
        rows, columns = other.picture.shape[:2]
        zoom = max(width / columns, height / rows) * float(np.exp(rng.uniform(0, 1.4)))
        slack = np.array([columns * zoom - width, rows * zoom - height]) * rng.random(2)
        matrix = np.array([[zoom, 0, -slack[0]], [0, zoom, -slack[1]]])
        faces = np.concatenate([other.boxes, other.ignored])
        if not (_moved(faces, matrix, width, height)[1] > 0).any():
            return warp_onto(other.picture, matrix, canvas)
    return canvas


def _matrix(
    source: LabelledPicture, width: int, height: int, rng: Generator
) -> npt.NDArray[np.float64]:
    """The 2x3 matrix that places a picture on a tile: about a face mostly, else about any point."""
    rows, columns = source.picture.shape[:2]
    shorter, focus = min(width, height), np.array([columns, rows], np.float64) * rng.random(2)
    if len(source.boxes) and rng.random() < 0.8:
        x, y, w, h = source.boxes[rng.integers(len(source.boxes))]
        focus = np.array([x + w / 2, y + h / 2], np.float64)
        size = np.exp(rng.uniform(np.log(0.2 * shorter), np.log(1.15 * shorter)))
        zoom = size / max(h, 1)
        # Mosaics make faces small; a picture that is a stamp on a blank tile wastes the tile.
        zoom = max(zoom, max(width / columns, height / rows) * rng.uniform(0.55, 1.0))
    else:
        zoom = shorter / max(rows, columns) * np.exp(rng.uniform(np.log(0.8), np.log(4)))
    zoom = min(zoom, _MAX_ZOOM)
    turn = np.radians(np.clip(rng.normal(0, 9), -28, 28)) if rng.random() < 0.5 else 0.0
    stretch = np.exp(rng.normal(0, 0.08))
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = np.cos(turn) * zoom, np.sin(turn) * zoom
    linear = np.array([[cos * mirror * stretch, -sin], [sin * mirror * stretch, cos]])
    # The picture should fill the tile where it can: of the places for the focus, one at random.
    low = np.array([width, height], np.float64) * 0.02
    target = low + (np.array([width, height], np.float64) - 2 * low) * rng.random(2)
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
    slack = high - low >= np.array(tile, np.float64)
    return target + np.where(slack, shift, 0.0)


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
    visible = np.prod(high - low, axis=1) / np.maximum(area, 1e-6)
    return np.hstack([low, high - low]).astype(np.float32), visible.astype(np.float32)
