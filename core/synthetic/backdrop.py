"""Painted backgrounds, none of which has anything in it like a face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np

from eyecatch.core.synthetic.pen import (
    DAY,
    Colour,
    Light,
    Pen,
    Picture,
    Points,
    bent,
    lit,
    mixed,
    oval,
    smooth,
)

Place = Literal["sky", "street", "room", "park", "classroom", "sunset", "night", "black"]

LIGHTS: dict[Place, Light] = {
    "sky": DAY,
    "street": DAY,
    "room": (1.0, 0.97, 0.92),
    "park": (0.99, 1.0, 0.95),
    "classroom": DAY,
    "sunset": (1.0, 0.84, 0.72),
    "night": (0.6, 0.64, 0.84),
    "black": DAY,
}
"""What falls on whoever stands there."""


def rectangle(x: float, y: float, width: float, height: float) -> Points:
    """An upright rectangle, as float64 (4, 2)."""
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def paint(place: Place, width: int, height: int, rng: np.random.Generator) -> Picture:
    """A background, slightly out of focus: uint8 (height, width, 3) BGR."""
    picture = np.zeros((height, width, 3), np.uint8)
    _PAINTERS[place](Pen(picture, (0, 0), height, light=LIGHTS[place]), width / height, rng)
    soft = max(1, height // 300) * 2 + 1  # as through a lens: its lines stay behind those in front
    blurred: Picture = np.asarray(cv2.GaussianBlur(picture, (soft, soft), 0), np.uint8)
    return blurred


def _colour(rng: np.random.Generator, low: Colour, high: Colour) -> Colour:
    r, g, b = (int(c) for c in rng.integers(low, high))
    return r, g, b


def wash(pen: Pen, top: Colour, bottom: Colour) -> None:
    """Fill the whole picture with a gradient from top to bottom."""
    down = np.linspace(0, 1, len(pen.picture))[:, None]
    shades = np.array(lit(top, pen.light)) * (1 - down) + np.array(lit(bottom, pen.light)) * down
    pen.picture[:] = np.round(shades)[:, None].astype(np.uint8)


def _clouds(pen: Pen, wide: float, colour: Colour, rng: np.random.Generator) -> None:
    for _ in range(round(3 * wide)):
        at = rng.uniform((0.0, 0.1), (wide, 0.42))
        _cloud(pen, float(at[0]), float(at[1]), float(rng.uniform(0.06, 0.13)), colour)


def _cloud(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
    puffs = ((-0.9, 0.0, 0.4), (-0.35, -0.22, 0.55), (0.3, -0.12, 0.5), (0.85, 0.04, 0.36))
    for along, up, r in puffs:
        pen.fill(oval(x + along * size, y + up * size, r * size, r * size * 0.8), colour)
    pen.fill(rectangle(x - size * 0.95, y, size * 1.85, size * 0.3), colour)


def _hills(pen: Pen, wide: float, base: float, colour: Colour, rng: np.random.Generator) -> None:
    steps = np.linspace(-0.2, wide + 0.2, 7)
    tops = [(float(x), base + float(rng.uniform(-0.07, 0.05))) for x in steps]
    ridge = smooth(tops, closed=False)
    pen.fill(np.vstack([ridge, [(wide + 0.2, 1.1), (-0.2, 1.1)]]), colour)


def _sky(pen: Pen, wide: float, rng: np.random.Generator) -> None:
    wash(pen, (96, 168, 236), (206, 234, 250))
    _clouds(pen, wide, (250, 252, 255), rng)
    _hills(pen, wide, 0.74, (132, 186, 168), rng)
    _hills(pen, wide, 0.84, (104, 168, 112), rng)


def _sunset(pen: Pen, wide: float, rng: np.random.Generator) -> None:
    wash(pen, (150, 110, 190), (255, 190, 120))
    pen.fill(oval(rng.uniform(0.2, 0.8) * wide, 0.6, 0.13, 0.13), (255, 232, 170))
    _clouds(pen, wide, (250, 190, 170), rng)
    _hills(pen, wide, 0.72, (150, 96, 130), rng)
    _hills(pen, wide, 0.84, (110, 74, 110), rng)


def _houses(pen: Pen, wide: float, rng: np.random.Generator, lamp: Pen | None = None) -> None:
    x = -0.1
    while x < wide:
        width, top = float(rng.uniform(0.24, 0.42)), float(rng.uniform(0.16, 0.42))
        wall = _colour(rng, (170, 150, 130), (236, 216, 200))
        frame = mixed(wall, (60, 50, 70), 0.5)
        pen.fill(rectangle(x, top, width, 1.0), wall, mixed(wall, (60, 50, 70), 0.4), 0.004)
        roof = [(x - 0.02, top, 0), (x + width / 2, top - 0.12, 0), (x + width + 0.02, top, 0)]
        pen.fill(bent(roof), mixed(wall, (150, 70, 60), 0.7), (96, 60, 60), 0.004)
        for column in np.arange(0.05, width - 0.08, 0.12):
            for row in np.arange(top + 0.07, 0.75, 0.16):
                pane = rectangle(x + column, row, 0.07, 0.09)
                pen.fill(pane, mixed(wall, (110, 150, 190), 0.6), frame, 0.004)
                if lamp is not None and rng.random() < 0.4:
                    lamp.fill(pane, (236, 196, 116))
        x += width
    pen.fill(rectangle(-0.1, 0.82, wide + 0.2, 0.3), (150, 150, 160))
    pen.fill(rectangle(-0.1, 0.80, wide + 0.2, 0.03), (196, 192, 188))


def _street(pen: Pen, wide: float, rng: np.random.Generator) -> None:
    wash(pen, (128, 190, 240), (226, 240, 250))
    _houses(pen, wide, rng)


def _night(pen: Pen, wide: float, rng: np.random.Generator) -> None:
    wash(pen, (24, 28, 78), (92, 92, 150))
    lamp = Pen(pen.picture, (0, 0), pen.scale)
    for _ in range(round(30 * wide)):
        r = float(rng.uniform(0.0015, 0.004))
        lamp.fill(oval(rng.uniform(0, wide), rng.uniform(0, 0.5), r, r), (255, 250, 230))
    lamp.fill(oval(rng.uniform(0.1, 0.9) * wide, 0.14, 0.07, 0.07), (250, 240, 204))
    _houses(pen, wide, rng, lamp)


def _room(pen: Pen, wide: float, rng: np.random.Generator) -> None:
    wash(pen, (238, 220, 196), (226, 200, 172))
    pen.fill(rectangle(-0.1, 0.82, wide + 0.2, 0.3), (172, 124, 88), (120, 84, 60), 0.006)
    start = float(rng.uniform(0.05, 0.3))
    for x in np.arange(start, wide, 0.95):
        pen.fill(rectangle(x, 0.14, 0.42, 0.4), (188, 222, 244), (140, 100, 72), 0.02)
        pen.stroke(np.array([(x + 0.21, 0.14), (x + 0.21, 0.54)]), (140, 100, 72), 0.014)
        for side in (-0.08, 0.4):
            pen.fill(rectangle(x + side, 0.1, 0.1, 0.52), (214, 128, 118), (150, 84, 80), 0.004)
        _shelf(pen, x + 0.6, rng)


def _shelf(pen: Pen, x: float, rng: np.random.Generator) -> None:
    pen.fill(rectangle(x, 0.36, 0.26, 0.48), (150, 104, 74), (104, 70, 50), 0.006)
    for row in (0.39, 0.54, 0.69):
        for k in range(6):
            tall, spine = (
                float(rng.uniform(0.08, 0.12)),
                _colour(rng, (90, 90, 90), (220, 220, 220)),
            )
            pen.fill(rectangle(x + 0.02 + k * 0.037, row + 0.12 - tall, 0.032, tall), spine)


def _classroom(pen: Pen, wide: float, rng: np.random.Generator) -> None:
    wash(pen, (240, 236, 220), (228, 220, 200))
    board = float(rng.uniform(0.1, 0.25))
    for x in np.arange(board, wide, 1.35):
        pen.fill(rectangle(x, 0.14, 0.95, 0.44), (52, 104, 84), (150, 116, 80), 0.022)
        for row in (0.24, 0.34, 0.44):
            chalk = [(x + 0.08, row, 0.01), (x + float(rng.uniform(0.3, 0.8)), row, 0)]
            pen.stroke(bent(chalk, closed=False), (206, 226, 212), 0.008)
    pen.fill(rectangle(-0.1, 0.82, wide + 0.2, 0.3), (190, 150, 104), (140, 104, 70), 0.006)


def _park(pen: Pen, wide: float, rng: np.random.Generator) -> None:
    wash(pen, (150, 206, 240), (224, 242, 232))
    _hills(pen, wide, 0.62, (128, 188, 120), rng)
    for _ in range(round(4 * wide)):
        x, size = float(rng.uniform(0, wide)), float(rng.uniform(0.08, 0.16))
        leaf = mixed((74, 140, 84), (120, 180, 90), float(rng.random()))
        pen.fill(rectangle(x - 0.016, 0.5, 0.032, 0.3), (124, 88, 62))
        for along, up in ((-0.5, 0.0), (0.5, 0.0), (0.0, -0.6)):
            pen.fill(oval(x + along * size, 0.46 + up * size, size * 0.8, size * 0.72), leaf)
    _hills(pen, wide, 0.82, (112, 176, 96), rng)


_PAINTERS: dict[Place, Callable[[Pen, float, np.random.Generator], None]] = {
    "sky": _sky,
    "street": _street,
    "room": _room,
    "park": _park,
    "classroom": _classroom,
    "sunset": _sunset,
    "night": _night,
    "black": lambda *_: None,
}
