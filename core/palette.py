"""Colours for the characters of a show, such that they are told apart from each other.

The next colour is the one farthest from those taken (Gonzalez, "Clustering to minimize the maximum
intercluster distance", 1985), in OKLab (Björn Ottosson, "A perceptual color space for image
processing", 2020), as most people see it and as those see it who lack one kind of cone (Machado,
Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency",
2009). Whose matrices these are.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Final

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

UNKNOWN: Final = "#9a9a9a"
"""The colour of a face that nobody named; no character has one like it."""

FIRST: Final = "#6cb88c"
"""With this one first, those that follow are farthest apart for casts of 4 to 40 (of 72 tried)."""

DIMMEST, BRIGHTEST = 0.20, 0.475
"""Relative luminance (WCAG 2.2): dark text stands on the first by 4.5 to 1, and the last stands out
from a white page by 2 to 1; in a night scene all are seen."""

CONES: Final = 2.0
"""How much a distance counts for those who lack a cone: as they have two dimensions, one that is
kept as high for them leaves others less; with this, casts of 20 keep .08 and .04 in OKLab."""

_TO_LMS: Final = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB: Final = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB: Final = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_LMS: Final = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
_PROTANOPIA: Final = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
_DEUTERANOPIA: Final = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


class Colours(dict[str | None, str]):
    """Colours by the names of characters, as ``#rrggbb``; any other name has that of unknown."""

    def __missing__(self, _: str | None) -> str:
        return UNKNOWN


def next_colour(taken: Collection[str]) -> str:
    """The colour that is told best from those taken, as ``#rrggbb``; always the same for the same.

    Args:
        taken: colours as ``#rrggbb``, in any order.
    """
    if not taken:
        return FIRST
    near = map(min, *map(_away, {UNKNOWN, *taken}))
    return max(zip(near, _offered(), strict=True), key=lambda one: one[0])[1]


def distances(one: str, other: str) -> Triple:
    """How far two colours are apart in OKLab: to most people, without red cones, without green."""
    ours, theirs = _seen(one), _seen(other)
    return (
        math.dist(ours[0], theirs[0]),
        math.dist(ours[1], theirs[1]),
        math.dist(ours[2], theirs[2]),
    )


@lru_cache(maxsize=512)
def _away(colour: str) -> tuple[float, ...]:
    """How far all that are offered are from a colour."""
    every = (distances(colour, one) for one in _offered())
    return tuple(min(most, CONES * red, CONES * green) for most, red, green in every)


@cache
def _offered() -> tuple[str, ...]:
    """What there is to choose from: about a thousand colours."""
    found: dict[str, None] = {}
    for light in range(54, 84, 3):
        for chroma in range(6, 30, 4):
            for turn in range(48):
                hue = math.tau * turn / 48
                lab = (light / 100, chroma / 100 * math.cos(hue), chroma / 100 * math.sin(hue))
                long, middle, short = _times(_FROM_LAB, lab)
                linear = _times(_FROM_LMS, (long**3, middle**3, short**3))
                fits = min(linear) >= 0 and max(linear) <= 1
                if fits and DIMMEST <= luminance(colour := _hex(linear)) <= BRIGHTEST:
                    found[colour] = None
    return tuple(found)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0..1, as WCAG 2.2 defines it."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=4096)
def _seen(colour: str) -> tuple[Triple, Triple, Triple]:
    """A colour in OKLab: as most people see it, without red cones, without green ones."""
    linear = _linear(colour)
    return _lab(linear), _lab(_times(_PROTANOPIA, linear)), _lab(_times(_DEUTERANOPIA, linear))


def _lab(linear: Triple) -> Triple:
    red, green, blue = (min(max(value, 0.0), 1.0) for value in linear)
    long, middle, short = _times(_TO_LMS, (red, green, blue))
    return _times(_TO_LAB, (math.cbrt(long), math.cbrt(middle), math.cbrt(short)))


def _times(matrix: Matrix, vector: Triple) -> Triple:
    a, b, c = vector
    (d, e, f), (g, h, i), (j, k, m) = matrix
    return d * a + e * b + f * c, g * a + h * b + i * c, j * a + k * b + m * c


def _linear(colour: str) -> Triple:
    """``#rrggbb`` as shares of light (IEC 61966-2-1)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def _light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _hex(linear: Triple) -> str:
    return "#" + "".join(f"{round(255 * _code(value)):02x}" for value in linear)


def _code(linear: float) -> float:
    """A share of light as sRGB codes it."""
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
