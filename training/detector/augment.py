"""What may happen to a picture before the network learns from it: image operations with chance.

Each takes a random generator, so that a seed repeats a training. Pictures are uint8 (h, w, 3) BGR.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Chance = np.random.Generator

_LETTERS = "etaoin SHRDLU cmfwyp vbgkjq, the and you of to in it is that 0123456789?!..."


def read(path: str) -> Picture | None:
    """A picture file as BGR, or None where it cannot be read."""
    picture = cv2.imread(path, cv2.IMREAD_COLOR)
    return None if picture is None else np.asarray(picture, np.uint8)


def shrunk(picture: Picture, longest: int) -> tuple[Picture, float]:
    """A picture whose longer side is at most ``longest``, and by what factor it was scaled."""
    factor = min(1.0, longest / max(picture.shape[:2]))
    if factor == 1.0:
        return picture, factor
    return np.asarray(_scaled(picture, factor)), factor


def _scaled(picture: Picture, factor: float) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def placed(picture: Picture, matrix: npt.NDArray[np.float64], canvas: Picture) -> Picture:
    """``canvas`` with a picture moved onto it by a 2x3 matrix, without aliasing."""
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


def colours(picture: Picture, chance: Chance) -> Picture:
    """Other light, contrast, gamma and tint; now and then dark, grey or with channels swapped."""
    if chance.random() < 0.06:
        picture = picture[..., chance.permutation(3)]
    if chance.random() < 0.08:
        grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2GRAY)
        picture = np.repeat(grey[..., None], 3, axis=2)
    steps = np.arange(256, dtype=np.float32) / 255
    dark = chance.uniform(0.25, 0.6) if chance.random() < 0.1 else 1.0
    table = np.empty((256, 1, 3), np.float32)
    gamma = np.exp(chance.normal(0, 0.25))
    contrast, light = np.exp(chance.normal(0, 0.2)), chance.normal(0, 0.07)
    for channel in range(3):
        tint = np.exp(chance.normal(0, 0.08))
        curve = ((steps**gamma - 0.5) * contrast * tint + 0.5 + light) * dark
        table[:, 0, channel] = curve
    return np.asarray(cv2.LUT(np.ascontiguousarray(picture), _bytes(table * 255)))


def saturation(picture: Picture, chance: Chance) -> Picture:
    """Turned in hue and with more or less colour."""
    hsv = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2HSV)
    hue = (np.arange(256) + chance.normal(0, 9)) % 180
    more = np.clip(np.arange(256) * np.exp(chance.normal(0, 0.35)), 0, 255)
    table = np.stack([hue, more, np.arange(256)], axis=1).astype(np.uint8)[:, None]
    return np.asarray(cv2.cvtColor(cv2.LUT(hsv, table), cv2.COLOR_HSV2BGR))


def blurred(picture: Picture, chance: Chance) -> Picture:
    """Out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(0.4, 1.6))))


def compressed(picture: Picture, chance: Chance) -> Picture:
    """Through a JPEG of low quality."""
    quality = int(chance.integers(15, 80))
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def noisy(picture: Picture, chance: Chance) -> Picture:
    """With grain."""
    grain = chance.standard_normal(picture.shape[:2], np.float32)[..., None]
    return _bytes(picture + grain * np.float32(chance.uniform(2, 9)))


def titled(picture: Picture, chance: Chance) -> Picture:
    """With a hard subtitle: light letters with a dark edge, mostly near the bottom."""
    height, width = picture.shape[:2]
    size = float(chance.uniform(0.3, 1.0))
    letters = "".join(chance.choice(list(_LETTERS), int(chance.integers(6, 30))))
    where = (int(chance.integers(-20, width // 2)), int(height * chance.beta(6, 1)))
    light = [int(v) for v in chance.integers(180, 256, 3)]
    font = int(chance.integers(0, 5))  # OpenCV's five upright ones without serifs, and with
    picture = picture.copy()
    for colour, thick in (((0, 0, 0), 4), (light, 1)):
        cv2.putText(picture, letters, where, font, size, colour, thick, cv2.LINE_AA)
    return picture


def _bytes(values: npt.NDArray[np.float32]) -> Picture:
    return np.clip(values, 0, 255).astype(np.uint8)


_CHANCES: list[tuple[float, Callable[[Picture, Chance], Picture]]] = [
    (0.9, colours),
    (0.4, saturation),
    (0.15, blurred),
    (0.12, titled),
    (0.12, noisy),
    (0.25, compressed),
]


def altered(picture: Picture, chance: Chance) -> Picture:
    """A picture after everything that chance lets happen to its colours and its sharpness."""
    for likely, change in _CHANCES:
        if chance.random() < likely:
            picture = change(picture, chance)
    return np.ascontiguousarray(picture)
