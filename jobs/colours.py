"""One colour for a name, the same in every picture, subtitle and video.

It follows from the name alone, so that a character keeps its colour from episode to episode and
from index to index. Colours lie on a ring of OKLCH (Björn Ottosson, "A perceptual color space for
image processing", 2020, whose matrices these are): all hues there look equally bright and strong,
readable on white and on a dark picture.
"""

from __future__ import annotations

import hashlib
import math

UNKNOWN = "#9a9a9a"
"""The colour of a face that nobody named."""

LIGHTNESS = (0.60, 0.70, 0.78)
"""Three rings, so that two names of near hue often still differ; lighter ones drown on white,
darker ones in a night scene."""

CHROMA = 0.15
"""As strong as most hues are on a screen at these lightnesses; the rest is clipped."""


def colour_of(name: str | None) -> str:
    """The colour of a character as ``#rrggbb``; of None (unknown), a grey."""
    if name is None:
        return UNKNOWN
    digest = hashlib.sha256(name.encode()).digest()
    turn = int.from_bytes(digest[:4], "big") / 2**32
    return _hex(LIGHTNESS[digest[4] % len(LIGHTNESS)], CHROMA, 2 * math.pi * turn)


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """An OKLCH colour, hue in radians, as sRGB."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(value)):02x}" for value in linear)


def _gamma(linear: float) -> float:
    """A linear share of light, clipped to 0..1, as sRGB codes it (IEC 61966-2-1)."""
    value = min(max(linear, 0.0), 1.0)
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
