"""Neck, shoulders and clothes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from eyecatch.core.synthetic.character import Character, Outfit
from eyecatch.core.synthetic.face import INK
from eyecatch.core.synthetic.pen import Colour, Pen, bent, mixed, smooth

# Down to 14 half widths of a face: below the picture's edge even for the smallest figures.
_TORSO = (
    (-1.5, 2.05), (0.0, 1.5), (1.5, 2.05), (2.05, 2.8), (2.25, 4.4), (2.3, 14.0),
    (-2.3, 14.0), (-2.25, 4.4), (-2.05, 2.8),
)  # fmt: skip
_NECK = ((-0.36, 0.8, 0.0), (0.36, 0.8, 0.04), (0.42, 1.72, 0.2), (-0.42, 1.72, 0.04))
_NECK_SHADE = ((-0.36, 0.9, 0.0), (0.36, 0.9, 0.0), (0.38, 1.26, 0.14), (-0.38, 1.2, 0.0))
_ROLL = ((-0.5, 1.22, 0.06), (0.5, 1.22, 0.0), (0.56, 1.84, 0.1), (-0.56, 1.84, 0.0))
_KNOT = np.array([(-0.14, -0.25), (0.14, -0.25), (0.26, 0.9), (0.0, 1.1), (-0.26, 0.9)])
_WHITE: Colour = (248, 248, 248)


def draw_body(pen: Pen, who: Character) -> None:
    """A character from the neck down."""
    line = mixed(who.outfit_colour, INK, 0.7)
    pen.fill(smooth(_TORSO), who.outfit_colour, line)
    for side in (-1, 1):
        arm = bent([(side * 1.45, 3.0, side * -0.04), (side * 1.5, 9.0, 0.0)], closed=False)
        pen.stroke(arm, line)
    pen.fill(bent(_NECK), who.skin, mixed(who.skin, INK, 0.7))
    pen.fill(bent(_NECK_SHADE), mixed(who.skin, (190, 90, 100), 0.3))
    _COLLARS[who.outfit](pen, who)


def _turtleneck(pen: Pen, who: Character) -> None:
    pen.fill(bent(_ROLL), who.trim, mixed(who.trim, INK, 0.7))


def _hoodie(pen: Pen, who: Character) -> None:
    line = mixed(who.trim, INK, 0.7)
    for side in (-0.2, 0.2):
        hood = [(side * 1.9, 1.3, -side), (side * 5.5, 1.9, -side), (0.0, 2.3, side / 2)]
        pen.fill(bent(hood), who.trim, line)
        pen.stroke(np.array([(side, 2.2), (side * 1.2, 3.0)]), line, 0.05)


def _sailor(pen: Pen, who: Character) -> None:
    _flaps(pen, who.skin, who.trim, 2.5)
    _tie(pen, mixed(who.extra_colour, (200, 40, 60), 0.5), 2.5)


def _blazer(pen: Pen, who: Character) -> None:
    _flaps(pen, _WHITE, who.outfit_colour, 2.9)
    _tie(pen, who.trim, 2.9)


def _shirt(pen: Pen, who: Character) -> None:
    _flaps(pen, who.skin, who.trim, 2.5)


def _flaps(pen: Pen, inside: Colour, collar: Colour, drop: float) -> None:
    """An open collar that ends ``drop`` below the face's centre."""
    pen.fill(np.array([(-0.42, 1.6), (0.42, 1.6), (0.0, drop)]), inside)
    for side in (-1, 1):
        flap = np.array([(side * 0.4, 1.45), (side * 1.05, 1.95), (side * 0.7, 2.5), (0.0, drop)])
        pen.fill(flap, collar, mixed(collar, INK, 0.7))


def _tie(pen: Pen, colour: Colour, drop: float) -> None:
    pen.fill(_KNOT + np.array([0.0, drop]), colour, mixed(colour, INK, 0.6))


_COLLARS: dict[Outfit, Callable[[Pen, Character], None]] = {
    "sailor": _sailor,
    "hoodie": _hoodie,
    "blazer": _blazer,
    "turtleneck": _turtleneck,
    "shirt": _shirt,
}
