"""What may happen to a face before the embedder learns from it: image operations with chance.

Each takes a random generator, so that a seed repeats a training. Pictures are uint8 (h, w, 3) BGR.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.training.detector.augment import blurred, compressed, noisy

Pictures = npt.NDArray[np.uint8]
Chance = np.random.Generator

GREY: Final = 200
"""Where pictures of games were transparent they are of this grey, and nothing else of them is."""


def shown(picture: Pictures, size: int, chance: Chance) -> Pictures:
    """One face, altered by chance: uint8 (size, size, 3)."""
    small = _moved(grounded(picture, chance), size, chance)
    if chance.random() < 0.85:
        small = _lit(small, chance)
    if chance.random() < 0.2:
        small = _coarse(small, chance)
    if chance.random() < 0.12:
        small = blurred(small, chance)
    if chance.random() < 0.06:
        small = noisy(small, chance)
    if chance.random() < 0.25:
        small = _hidden(small, chance)
    if chance.random() < 0.2:
        small = compressed(small, chance)
    return small


def _moved(picture: Pictures, size: int, chance: Chance) -> Pictures:
    """Mirrored, zoomed, turned, stretched and shifted; what lay outside repeats the edge.

    About what our detector's boxes vary by, and now and then far more.
    """
    side = picture.shape[0]
    wild = 2.0 if chance.random() < 0.15 else 1.0
    zoom = size / side * np.exp(chance.normal(0, 0.11 * wild))
    turn = np.radians(chance.normal(0, 7 * wild))
    mirror = -1.0 if chance.random() < 0.5 else 1.0
    wide = np.exp(chance.normal(0, 0.05))
    cos, sin = zoom * np.cos(turn), zoom * np.sin(turn)
    linear = np.array([[cos * mirror * wide, -sin], [sin * mirror * wide, cos]])
    shift = chance.normal(0, 0.05 * wild * size, 2)
    centre = np.array([(side - 1) / 2, (side - 1) / 2])
    offset = np.array([(size - 1) / 2, (size - 1) / 2]) + shift - linear @ centre
    if zoom < 0.75:  # four pixels are read for one: shrink softly first
        picture = cv2.blur(picture, (2, 2)).astype(np.uint8)
    matrix = np.hstack([linear, offset[:, None]])
    return np.asarray(
        cv2.warpAffine(picture, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _lit(picture: Pictures, chance: Chance) -> Pictures:
    """Other light, contrast and tint; now and then night, a memory's sepia, or no colour at all.

    The hue stays nearly as it is, since the colour of hair tells people apart.
    """
    matrix = np.eye(3, dtype=np.float32)
    grey = np.repeat(np.array([[0.114, 0.587, 0.299]], np.float32), 3, axis=0)  # BGR, BT.601
    kept = float(np.clip(chance.normal(1.0, 0.2), 0.3, 1.7))
    gain = np.exp(chance.normal(0, 0.15) + chance.normal(0, 0.07, 3))
    lift = chance.normal(0, 10)
    kind = chance.random()
    if kind < 0.05:  # night: dark, and blue is left
        gain *= np.array([0.75, 0.5, 0.4]) * np.exp(chance.normal(0, 0.2))
    elif kind < 0.09:  # a memory
        kept, gain, lift = 0.25, gain * np.array([0.75, 0.95, 1.1]), lift + 20
    elif kind < 0.13:
        kept = 0.0
    matrix = (kept * matrix + (1 - kept) * grey) * gain[:, None].astype(np.float32)
    bias = np.full((3, 1), lift, np.float32)
    return np.asarray(cv2.transform(picture, np.hstack([matrix, bias])), np.uint8)


def _coarse(picture: Pictures, chance: Chance) -> Pictures:
    """As if it had been a small face."""
    size = picture.shape[0]
    small = max(12, round(size / float(np.exp(chance.uniform(0.3, 1.6)))))
    down = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(down, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)


def _hidden(picture: Pictures, chance: Chance) -> Pictures:
    """With something before it: a patch of one colour, of noise, or of the face itself."""
    size = picture.shape[0]
    high, wide = (int(n) for n in chance.uniform(0.1, 0.45, 2) * size)
    top, left = int(chance.integers(0, size - high)), int(chance.integers(0, size - wide))
    picture, kind = picture.copy(), chance.random()
    if kind < 0.5:
        picture[top : top + high, left : left + wide] = chance.integers(0, 256, 3)
    elif kind < 0.7:
        picture[top : top + high, left : left + wide] = chance.integers(0, 256, (high, wide, 3))
    else:
        y, x = int(chance.integers(0, size - high)), int(chance.integers(0, size - wide))
        picture[top : top + high, left : left + wide] = picture[y : y + high, x : x + wide].copy()
    return picture


def grounded(picture: Pictures, chance: np.random.Generator) -> Pictures:
    """A picture whose transparent ground, if it has one, is of any colour or shade instead."""
    ground = cv2.inRange(picture, (GREY - 3,) * 3, (GREY + 3,) * 3)
    if np.count_nonzero(ground) < 0.03 * ground.size:
        return picture
    _, parts = cv2.connectedComponents(ground, connectivity=4)
    edge = np.unique(np.concatenate([parts[0], parts[:, 0], parts[:, -1]]))
    outside = np.isin(parts, edge[edge > 0])
    ends = chance.uniform(0, 255, (2, 2, 3)).astype(np.float32)
    shade = cv2.resize(ends, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(outside[..., None], shade, picture).astype(np.uint8)


def resized(picture: Pictures, size: int) -> Pictures:
    """A square picture of ``size`` pixels; shrinking averages the pixels that fall together."""
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
