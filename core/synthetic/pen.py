"""A pen that draws smooth, antialiased shapes given in units of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Colour = tuple[int, int, int]
"""Red, green, blue, 0..255."""
Light = tuple[float, float, float]
"""What red, green and blue are multiplied by; (1, 1, 1) is plain daylight."""
Picture = npt.NDArray[np.uint8]
"""uint8 (h, w, 3), BGR, as OpenCV and all of eyecatch have it."""
Points = npt.NDArray[np.float64]
"""float64 (n, 2): x to the right, y down."""

DAY: Light = (1.0, 1.0, 1.0)
_SHIFT = 4  # OpenCV draws with 1/16 of a pixel: finer than its 8-bit antialiasing can show
_CURVES = 2048  # curves remembered: most of what is drawn doesn't change its shape
_STEPS = 7  # straight pieces of a curve's segment: no corner shows up to faces of 500 px


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies ``share`` (0..1) of the way from ``a`` to ``b``."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def lit(colour: Colour, light: Light) -> tuple[int, int, int]:
    """The colour under a light as a picture has it: blue, green, red."""
    r, g, b = (min(255, round(c * k)) for c, k in zip(colour, light, strict=True))
    return b, g, r


_WEIGHT = 1.5  # of all lines: at 1.0 the anime cascade misses twice as many close-ups
_T = np.linspace(0, 1, _STEPS, endpoint=False)[None, :, None]
_SPLINE = 0.5 * np.concatenate(  # weights of the four points about a segment, along it
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, _T**3 - _T**2]
)
_ARC = np.concatenate([(1 - _T) ** 2, 2 * _T * (1 - _T), _T**2])
_CIRCLE = np.exp(1j * np.linspace(0, 2 * np.pi, 28, endpoint=False)).view(float).reshape(-1, 2)


def turning(tilt: float, flip: bool) -> Points:
    """A turn by ``tilt`` degrees clockwise, mirrored where ``flip``: float64 (2, 2)."""
    cos, sin = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    mirror = np.diag([-1.0 if flip else 1.0, 1.0])
    turn: Points = mirror @ np.array([[cos, sin], [-sin, cos]])
    return turn


def smooth(points: Sequence[tuple[float, float]], closed: bool = True) -> Points:
    """A curve through all points (uniform Catmull-Rom spline), as read-only float64 (n, 2)."""
    return _smooth(tuple(points), closed)


@lru_cache(maxsize=_CURVES)
def _smooth(points: tuple[tuple[float, float], ...], closed: bool) -> Points:
    p = np.asarray(points, float)
    n = len(p)
    around = np.arange(-1, n + 2) % n if closed else np.arange(-1, n + 2).clip(0, n - 1)
    q = p[around][:, None]
    whole = sum(w * q[k : k + n] for k, w in enumerate(_SPLINE))
    return _kept(np.asarray(whole).reshape(-1, 2), p, closed)


def bent(points: Sequence[tuple[float, float, float]], closed: bool = True) -> Points:
    """Arcs from corner to corner, as read-only float64 (n, 2).

    Args:
        points: x, y and the bend of the way to the next point: how far its middle bulges to the
            right of the way's direction (as seen with y down), as a share of its length.
        closed: the last point leads back to the first.
    """
    return _bent(tuple(points), closed)


@lru_cache(maxsize=_CURVES)
def _bent(points: tuple[tuple[float, float, float], ...], closed: bool) -> Points:
    p = np.asarray(points, float)
    starts, ends = p[:, :2], np.concatenate([p[1:, :2], p[:1, :2]])
    ways = ends - starts
    aside = ways[:, ::-1] * [-1.0, 1.0] * p[:, 2:] * 2
    bows = (starts + ends) / 2 + aside
    whole = sum(w * q[:, None] for w, q in zip(_ARC, (starts, bows, ends), strict=True))
    return _kept(np.asarray(whole).reshape(-1, 2), p, closed)


def _kept(curve: Points, corners: Points, closed: bool) -> Points:
    """The curve as it is cached; an open one ends at its last corner instead of going on."""
    kept = curve if closed else np.concatenate([curve[:-_STEPS], corners[-1:, :2]])
    kept.setflags(write=False)
    return kept


def oval(x: float, y: float, across: float, down: float) -> Points:
    """An ellipse about (x, y) with the given radii, as float64 (28, 2)."""
    whole: Points = _CIRCLE * [across, down] + [x, y]
    return whole


class Pen:
    """Draws on a picture in units of its own.

    Args:
        picture: drawn on in place.
        at: pixel (x, y) where the pen's origin lies.
        scale: pixels of one unit.
        turn: float64 (2, 2) as from ``turning``: about the origin, for all that it draws.
        light: what falls on all that it draws.
    """

    def __init__(
        self,
        picture: Picture,
        at: tuple[float, float],
        scale: float,
        *,
        turn: Points | None = None,
        light: Light = DAY,
    ) -> None:
        self.picture, self.scale, self.light = picture, scale, light
        self._at = np.asarray(at, float)
        self._turn = scale * (np.eye(2) if turn is None else turn)

    def pixels(self, points: Points) -> Points:
        """Where points given in units fall in the picture, in pixels."""
        where: Points = points @ self._turn + self._at
        return where

    def fill(
        self, points: Points, colour: Colour, line: Colour | None = None, width: float = 0.03
    ) -> None:
        """A filled shape, with an outline where ``line`` gives its colour (``width`` in units)."""
        shade = lit(colour, self.light)
        cv2.fillPoly(self.picture, [self._fixed(points)], shade, cv2.LINE_AA, _SHIFT)
        if line is not None:
            self.stroke(points, line, width, closed=True)

    def stroke(
        self, points: Points, colour: Colour, width: float = 0.03, *, closed: bool = False
    ) -> None:
        """A line along the points; at least one pixel wide."""
        thickness = max(1, round(_WEIGHT * width * self.scale))
        fixed, shade = self._fixed(points), lit(colour, self.light)
        cv2.polylines(self.picture, [fixed], closed, shade, thickness, cv2.LINE_AA, _SHIFT)

    def _fixed(self, points: Points) -> npt.NDArray[np.int32]:
        fixed: npt.NDArray[np.int32] = np.rint(self.pixels(points) * 2**_SHIFT).astype(np.int32)
        return fixed
