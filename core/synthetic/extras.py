"""What characters wear in face and hair, each drawn by one small function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from eyecatch.core.synthetic.character import Character, Extra, Pose
from eyecatch.core.synthetic.face import EYE_X, EYE_Y, INK, turned
from eyecatch.core.synthetic.pen import Colour, Pen, Points, bent, mixed, oval

_BOW = ((0.86, -0.86), (1.3, -1.3), (1.34, -0.72), (0.86, -0.86), (0.62, -1.36), (0.5, -0.98))
_RAYS, _REACH = np.arange(10) * np.pi / 5, np.array([0.2, 0.09] * 5)
_STAR = np.stack([_REACH * np.sin(_RAYS) - 0.62, -_REACH * np.cos(_RAYS) - 0.5], 1)


def draw_under_hair(pen: Pen, who: Character, pose: Pose) -> None:
    """What is on the skin."""
    for extra in who.extras:
        if extra in _ON_SKIN:
            _ON_SKIN[extra](pen, who, pose)


def draw_over_hair(pen: Pen, who: Character, pose: Pose) -> None:
    """What is worn over hair and face."""
    for extra in who.extras:
        if extra in _WORN:
            _WORN[extra](pen, who, pose)


def _line(who: Character) -> Colour:
    return mixed(who.extra_colour, INK, 0.65)


def _ahead(points: Points, pose: Pose, depth: float = 0.1) -> Points:
    """Points on the hair after a turn of the head."""
    moved: Points = points + np.array([depth * pose.turn, 0.0])
    return moved


def _plaster(pen: Pen, who: Character, pose: Pose) -> None:
    cheek = np.array([(0.42, 0.7), (0.78, 0.62), (0.8, 0.76), (0.44, 0.84)])
    pen.fill(turned(cheek, pose.turn), who.extra_colour, _line(who), 0.02)


def _freckles(pen: Pen, who: Character, pose: Pose) -> None:
    colour = mixed(who.skin, (150, 80, 60), 0.6)
    for x, y in ((0.46, 0.62), (0.6, 0.66), (0.72, 0.61)):
        for side in (-1, 1):
            pen.fill(turned(oval(side * x, y, 0.022, 0.022), pose.turn), colour)


def _ribbons(pen: Pen, who: Character, pose: Pose) -> None:
    for side in (-1, 1):
        bow = np.array(_BOW) * np.array([side, 1.0])
        pen.fill(_ahead(bow, pose), who.extra_colour, _line(who))
        knot = oval(side * 0.88, -0.88, 0.11, 0.11)
        pen.fill(_ahead(knot, pose), who.extra_colour, _line(who))


def _glasses(pen: Pen, who: Character, pose: Pose) -> None:
    # Thin and of a soft colour: behind dark rims the cascade sees no eyes.
    for side in (-1, 1):
        frame = oval(side * EYE_X, EYE_Y + 0.08, 0.35, 0.36)
        pen.stroke(turned(frame, pose.turn), who.extra_colour, 0.025, closed=True)
    bridge = bent([(-0.12, 0.32, -0.2), (0.12, 0.32, 0.0)], closed=False)
    pen.stroke(turned(bridge, pose.turn), who.extra_colour, 0.025)


def _earrings(pen: Pen, who: Character, pose: Pose) -> None:
    for side in (-1, 1):
        drop = oval(side * 1.0, 0.66, 0.07, 0.12)
        pen.fill(_ahead(drop, pose, -0.1), who.extra_colour, _line(who))


def _hairband(pen: Pen, who: Character, pose: Pose) -> None:
    band = [(-1.0, -0.62, -0.24), (0.0, -1.34, -0.24), (1.0, -0.62, 0.0)]
    inner = [(0.88, -0.56, 0.22), (0.0, -1.14, 0.22), (-0.88, -0.56, 0.0)]
    pen.fill(_ahead(bent([*band, *inner]), pose), who.extra_colour, _line(who))


def _headband(pen: Pen, who: Character, pose: Pose) -> None:
    band = [(-1.06, -0.62, -0.16), (1.06, -0.62, 0.0), (1.04, -0.36, 0.16), (-1.04, -0.36, 0.0)]
    pen.fill(_ahead(bent(band), pose), who.extra_colour, _line(who))


def _clip(pen: Pen, who: Character, pose: Pose) -> None:
    pen.fill(_ahead(_STAR, pose), who.extra_colour, _line(who))


_Draw = Callable[[Pen, Character, Pose], None]
_ON_SKIN: dict[Extra, _Draw] = {"plaster": _plaster, "freckles": _freckles}
_WORN: dict[Extra, _Draw] = {
    "ribbons": _ribbons,
    "glasses": _glasses,
    "earrings": _earrings,
    "hairband": _hairband,
    "headband": _headband,
    "clip": _clip,
}
