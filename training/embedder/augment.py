"""What may happen to a face before the embedder learns from it: image operations with rng.

Each takes a random generator, so that a seed repeats a training. Pictures are uint8 (h, w, 3) BGR.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.training.detector.augment import add_noise, blur, compress

Pictures = npt.NDArray[np.uint8]
Generator = np.random.Generator

GREY: Final = 200
"""The value that replaced transparency in pictures of games; nothing else in them has it."""


def augment(picture: Pictures, size: int, rng: Generator) -> Pictures:
    """A square picture of a face, augmented: uint8 (size, size, 3)."""
    small = _transform(fill_transparent(picture, rng), size, rng)
    if rng.random() < 0.85:
        small = _change_light(small, rng)
    if rng.random() < 0.2:
        small = _downscale(small, rng)
    if rng.random() < 0.12:
        small = blur(small, rng)
    if rng.random() < 0.06:
        small = add_noise(small, rng)
    if rng.random() < 0.25:
        small = _occlude(small, rng)
    if rng.random() < 0.2:
        small = compress(small, rng)
    return small


def _transform(picture: Pictures, size: int, rng: Generator) -> Pictures:
    """Mirrors, scales, rotates, stretches and shifts in one resampling; the edge is repeated.

    By about as much as our detector's boxes vary, and sometimes by twice as much.
    """
    side = picture.shape[0]
    strength = 2.0 if rng.random() < 0.15 else 1.0
    zoom = size / side * np.exp(rng.normal(0, 0.11 * strength))
    angle = np.radians(rng.normal(0, 7 * strength))
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    stretch = np.exp(rng.normal(0, 0.05))
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    linear = np.array([[cos * mirror * stretch, -sin], [sin * mirror * stretch, cos]])
    shift = rng.normal(0, 0.05 * strength * size, 2)
    centre = np.array([(side - 1) / 2, (side - 1) / 2])
    offset = np.array([(size - 1) / 2, (size - 1) / 2]) + shift - linear @ centre
    if zoom < 0.75:  # the warp reads four pixels: blur first, or it skips some
        picture = cv2.blur(picture, (2, 2)).astype(np.uint8)
    matrix = np.hstack([linear, offset[:, None]])
    return np.asarray(
        cv2.warpAffine(picture, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _change_light(picture: Pictures, rng: Generator) -> Pictures:
    """Light, saturation and tint; sometimes night, the sepia of a flashback, or no colour at all.

    Hue stays nearly as it is, since the colour of hair tells people apart.
    """
    matrix = np.eye(3, dtype=np.float32)
    grey = np.repeat(np.array([[0.114, 0.587, 0.299]], np.float32), 3, axis=0)  # BGR, BT.601
    kept = float(np.clip(rng.normal(1.0, 0.2), 0.3, 1.7))
    gain = np.exp(rng.normal(0, 0.15) + rng.normal(0, 0.07, 3))
    lift = rng.normal(0, 10)
    kind = rng.random()
    if kind < 0.05:  # night: dark and blue
        gain *= np.array([0.75, 0.5, 0.4]) * np.exp(rng.normal(0, 0.2))
    elif kind < 0.09:  # a flashback
        kept, gain, lift = 0.25, gain * np.array([0.75, 0.95, 1.1]), lift + 20
    elif kind < 0.13:
        kept = 0.0
    matrix = (kept * matrix + (1 - kept) * grey) * gain[:, None].astype(np.float32)
    bias = np.full((3, 1), lift, np.float32)
    return np.asarray(cv2.transform(picture, np.hstack([matrix, bias])), np.uint8)


def _downscale(picture: Pictures, rng: Generator) -> Pictures:
    """Shrinks and enlarges again, as is done to a small face."""
    size = picture.shape[0]
    small = max(12, round(size / float(np.exp(rng.uniform(0.3, 1.6)))))
    down = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(down, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)


def _occlude(picture: Pictures, rng: Generator) -> Pictures:
    """Covers a rectangle with one colour, with noise, or with a part of the face itself."""
    size = picture.shape[0]
    high, wide = (int(n) for n in rng.uniform(0.1, 0.45, 2) * size)
    top, left = int(rng.integers(0, size - high)), int(rng.integers(0, size - wide))
    picture, kind = picture.copy(), rng.random()
    if kind < 0.5:
        picture[top : top + high, left : left + wide] = rng.integers(0, 256, 3)
    elif kind < 0.7:
        picture[top : top + high, left : left + wide] = rng.integers(0, 256, (high, wide, 3))
    else:
        y, x = int(rng.integers(0, size - high)), int(rng.integers(0, size - wide))
        picture[top : top + high, left : left + wide] = picture[y : y + high, x : x + wide].copy()
    return picture


def fill_transparent(picture: Pictures, rng: Generator) -> Pictures:
    """A picture whose transparent ground, see ``GREY``, if it has one, gets a random gradient."""
    ground = cv2.inRange(picture, (GREY - 3,) * 3, (GREY + 3,) * 3)
    if np.count_nonzero(ground) < 0.03 * ground.size:
        return picture
    _, parts = cv2.connectedComponents(ground, connectivity=4)
    edge = np.unique(np.concatenate([parts[0], parts[:, 0], parts[:, -1]]))
    outside = np.isin(parts, edge[edge > 0])
    ends = rng.uniform(0, 255, (2, 2, 3)).astype(np.float32)
    shade = cv2.resize(ends, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(outside[..., None], shade, picture).astype(np.uint8)


def resize(picture: Pictures, size: int) -> Pictures:
    """A square picture of ``size`` pixels; shrinking averages the pixels that fall together."""
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
