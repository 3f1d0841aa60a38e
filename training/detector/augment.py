"""What may happen to a picture before the network learns from it: image operations with rng.

Each takes a random generator, so that a seed repeats a training. Pictures are uint8 (h, w, 3) BGR.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Generator = np.random.Generator

_LETTERS = "etaoin SHRDLU cmfwyp vbgkjq, the and you of to in it is that 0123456789?!..."


def warp_onto(picture: Picture, matrix: npt.NDArray[np.float64], canvas: Picture) -> Picture:
    """``canvas`` with a picture warped onto it by a 2x3 matrix, without aliasing."""
    shrink = int(1 / np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if shrink > 1:  # the warp reads four pixels: smaller than half it would skip some
        rows, columns = (n // shrink for n in picture.shape[:2])
        whole = picture[: rows * shrink, : columns * shrink]
        if whole.size:
            picture = np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA))
            matrix = matrix * [shrink, shrink, 1.0]
    height, width = canvas.shape[:2]
    onto = np.ascontiguousarray(canvas)
    cv2.warpAffine(picture, matrix, (width, height), onto, borderMode=cv2.BORDER_TRANSPARENT)
    return onto


def jitter_tones(picture: Picture, rng: Generator) -> Picture:
    """Brightness, contrast, gamma and tint; sometimes dark, grey or with channels swapped."""
    if rng.random() < 0.06:
        picture = picture[..., rng.permutation(3)]
    if rng.random() < 0.08:
        grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2GRAY)
        picture = np.repeat(grey[..., None], 3, axis=2)
    steps = np.arange(256, dtype=np.float32) / 255
    dark = rng.uniform(0.25, 0.6) if rng.random() < 0.1 else 1.0
    table = np.empty((256, 1, 3), np.float32)
    gamma = np.exp(rng.normal(0, 0.25))
    contrast, light = np.exp(rng.normal(0, 0.2)), rng.normal(0, 0.07)
    for channel in range(3):
        tint = np.exp(rng.normal(0, 0.08))
        curve = ((steps**gamma - 0.5) * contrast * tint + 0.5 + light) * dark
        table[:, 0, channel] = curve
    return np.asarray(cv2.LUT(np.ascontiguousarray(picture), _bytes(table * 255)))


def jitter_hue(picture: Picture, rng: Generator) -> Picture:
    """Hue and saturation."""
    hsv = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2HSV)
    hue = (np.arange(256) + rng.normal(0, 9)) % 180
    more = np.clip(np.arange(256) * np.exp(rng.normal(0, 0.35)), 0, 255)
    table = np.stack([hue, more, np.arange(256)], axis=1).astype(np.uint8)[:, None]
    return np.asarray(cv2.cvtColor(cv2.LUT(hsv, table), cv2.COLOR_HSV2BGR))


def turn_colours(picture: Picture, rng: Generator) -> Picture:
    """Another palette: hues far off, and now and then channels swapped."""
    if rng.random() < 0.15:
        picture = picture[..., rng.permutation(3)]
    hsv = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.float32) + rng.normal(0, 14)) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR))


def blur(picture: Picture, rng: Generator) -> Picture:
    """A Gaussian blur."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.6))))


def compress(picture: Picture, rng: Generator) -> Picture:
    """JPEG artefacts of a low quality."""
    quality = int(rng.integers(15, 80))
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def add_noise(picture: Picture, rng: Generator) -> Picture:
    """Grey Gaussian noise."""
    grain = rng.standard_normal(picture.shape[:2], np.float32)[..., None]
    return _bytes(picture + grain * np.float32(rng.uniform(2, 9)))


def add_subtitle(picture: Picture, rng: Generator) -> Picture:
    """A burnt-in subtitle: light letters with a dark edge, mostly near the bottom."""
    height, width = picture.shape[:2]
    size = float(rng.uniform(0.3, 1.0))
    letters = "".join(rng.choice(list(_LETTERS), int(rng.integers(6, 30))))
    where = (int(rng.integers(-20, width // 2)), int(height * rng.beta(6, 1)))
    light = [int(v) for v in rng.integers(180, 256, 3)]
    font = int(rng.integers(0, 5))  # OpenCV's five upright ones without serifs, and with
    picture = picture.copy()
    for colour, thick in (((0, 0, 0), 4), (light, 1)):
        cv2.putText(picture, letters, where, font, size, colour, thick, cv2.LINE_AA)
    return picture


def _bytes(values: npt.NDArray[np.float32]) -> Picture:
    return np.clip(values, 0, 255).astype(np.uint8)


_STEPS: list[tuple[float, Callable[[Picture, Generator], Picture]]] = [
    (0.9, jitter_tones),
    (0.4, jitter_hue),
    (0.15, blur),
    (0.12, add_subtitle),
    (0.12, add_noise),
    (0.25, compress),
]


def augment(picture: Picture, rng: Generator) -> Picture:
    """A picture after each of ``_STEPS``, every one with its own probability."""
    for probability, change in _STEPS:
        if rng.random() < probability:
            picture = change(picture, rng)
    return np.ascontiguousarray(picture)
