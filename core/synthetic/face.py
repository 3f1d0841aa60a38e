"""The face itself: head, eyes, brows, nose and mouth."""

from __future__ import annotations

import numpy as np

from eyecatch.core.synthetic.character import Character, Pose
from eyecatch.core.synthetic.pen import Colour, Pen, Points, bent, mixed, oval, smooth

INK: Colour = (52, 30, 44)
_WHITE: Colour = (255, 255, 255)
EYE_X, EYE_Y = 0.47, 0.28
"""Where an eye's centre lies, in half widths of a face from the face's centre."""
CHIN_Y = 1.3
"""Where the chin ends."""


def turned(points: Points, turn: float, depth: float = 0.2) -> Points:
    """Points of the face after a turn of the head; ``depth``: how far out of the head they are."""
    moved = points.copy()
    moved[:, 0] = points[:, 0] * (1 - 0.1 * abs(turn)) + depth * turn
    return moved


def _outline(who: Character, turn: float) -> Points:
    half = [(0.97, -0.55), (0.99, 0.05), (0.94, 0.5), (who.jaw, 0.93), (0.24, 1.25)]
    right = [(x + 0.06 * turn * max(y, 0), y) for x, y in half]
    left = [(-x + 0.16 * turn * max(y, 0), y) for x, y in reversed(half)]
    return smooth([(0.0, -1.12), *right, (0.13 * turn, CHIN_Y), *left])


def draw_head(pen: Pen, who: Character, pose: Pose) -> None:
    """Ears, the outline of the face, the shadow of the hair, and blush."""
    line, shade = mixed(who.skin, INK, 0.7), mixed(who.skin, (190, 90, 100), 0.26)
    for side in (-1, 1):
        pen.fill(oval(side * 1.0 - 0.1 * pose.turn, 0.28, 0.13, 0.24), who.skin, line)
    pen.fill(_outline(who, pose.turn), who.skin, line, 0.045)
    pen.fill(bent([(-0.93, 0.1, -0.1), (-0.86, -0.6, -0.2), (0.86, -0.6, -0.1), (0.93, 0.1, 0.1),
                   (0.5, 0.02, -0.05), (0.0, -0.1, -0.05), (-0.5, 0.02, 0.1)]), shade)  # fmt: skip
    blush = mixed(who.skin, (244, 110, 110), 0.4)
    for side in (-1, 1):
        pen.fill(turned(oval(side * 0.6, 0.69, 0.17, 0.075), pose.turn), blush)


def draw_features(pen: Pen, who: Character, pose: Pose) -> None:
    """Eyes, nose and mouth."""
    for side in (-1, 1):
        _draw_eye(pen, who, pose, side)
    nose = bent([(0.02 + 0.06 * pose.turn, 0.58, 0.12), (-0.02 + 0.08 * pose.turn, 0.66, 0)], False)
    pen.stroke(turned(nose, pose.turn), mixed(who.skin, INK, 0.35), 0.028)
    _draw_mouth(pen, who, pose)


def draw_brows(pen: Pen, who: Character, pose: Pose) -> None:
    """Eyebrows; drawn last, as they show through a fringe."""
    colour = mixed(who.hair_colour, INK, 0.6)
    for side in (-1, 1):
        y = EYE_Y - who.eye_height / 2 - 0.2 - 0.07 * pose.mood
        inner, outer = -0.1 * min(pose.mood, 0) + 0.02, 0.03 - who.eye_slant
        brow = [(side * 0.26, y + inner), (side * 0.48, y - 0.05), (side * 0.72, y + outer)]
        pen.stroke(turned(smooth(brow, closed=False), pose.turn), colour, who.brows)


# The parts of an eye, in halves of its width and height.
_UPPER = ((-1.0, 0.1), (-0.6, -0.8), (0.2, -1.0), (1.0, -0.35))
_LOWER = ((0.82, 0.5), (0.2, 1.0), (-0.65, 0.8))
_EYE = smooth([*_UPPER, *_LOWER])
_LASH = smooth([*_UPPER, (1.3, -0.62), (0.98, -0.9), (0.2, -1.22), (-0.7, -0.98)])
_LOWER_LID = smooth(_LOWER, closed=False)
_FOLD = bent([(-0.6, -1.38, -0.12), (0.75, -1.3, 0)], closed=False)
# Middle, radii, and how far the iris' colour goes towards another one: rim, iris, its shaded upper
# half, pupil, its bright lower rim, and two reflections of the light, which stay on one side.
_IRIS: tuple[tuple[float, float, float, float, Colour, float], ...] = (
    (0.0, 0.0, 0.74, 0.95, INK, 0.72),
    (0.0, 0.06, 0.64, 0.84, INK, 0.15),
    (0.0, -0.32, 0.59, 0.49, INK, 0.55),
    (0.0, 0.0, 0.31, 0.44, INK, 0.88),
    (0.0, 0.57, 0.37, 0.21, _WHITE, 0.5),
    (-0.27, -0.4, 0.27, 0.29, _WHITE, 1.0),
    (0.31, 0.4, 0.13, 0.13, _WHITE, 1.0),
)


def _draw_eye(pen: Pen, who: Character, pose: Pose, side: int) -> None:
    """One eye, drawn as the right of the picture has it and mirrored for the left."""
    far = 1 - 0.22 * max(0.0, side * pose.turn)
    place = np.array([side * EYE_X, EYE_Y])
    half, tall = 0.24 * far, who.eye_height / 2 * max(pose.eyes, 0.3)
    low = who.eye_height / 2 - tall  # a lid comes down: the eye closes towards its lower edge

    def put(points: Points) -> Points:
        lifted = points + np.array([0.0, low * 0.8])
        lifted[:, 1] -= who.eye_slant * points[:, 0] / half * 0.5
        return turned(lifted * [side, 1.0] + place, pose.turn)

    if pose.eyes < 0.2:
        bend = -0.24 if pose.mouth in ("smile", "wide") else 0.2
        lid = [(-half, 0.02, bend), (half * 1.2, 0.0, 0)]
        pen.stroke(put(bent(lid, closed=False)), INK, 0.065)
        return
    size = np.array([half, tall])
    pen.fill(put(_EYE * size), _WHITE)
    for x, y, across, down, colour, share in _IRIS:
        spot = oval(x * (side if colour is _WHITE and x else 1), y, across, down)
        pen.fill(put(spot * size), mixed(who.eye_colour, colour, share))
    pen.fill(put(_LASH * size), INK, INK, 0.02)
    pen.stroke(put(_LOWER_LID * size), mixed(who.skin, INK, 0.75), 0.025)
    pen.stroke(put(_FOLD * size), mixed(who.skin, INK, 0.5), 0.02)


_MOUTHS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "smile": ((-0.26, 0.89, 0.2), (0.26, 0.89, 0.0)),
    "flat": ((-0.14, 0.94, 0.02), (0.14, 0.94, 0.0)),
    "frown": ((-0.16, 0.97, -0.2), (0.16, 0.97, 0.0)),
    "small": ((-0.09, 0.9, -0.1), (0.09, 0.9, -0.5)),
    "open": ((-0.17, 0.88, 0.03), (0.17, 0.88, -0.5)),
    "wide": ((-0.27, 0.85, 0.06), (0.27, 0.85, -0.52)),
}


def _draw_mouth(pen: Pen, who: Character, pose: Pose) -> None:
    corners, dark = _MOUTHS[pose.mouth], mixed(who.skin, INK, 0.78)
    if pose.mouth in ("smile", "flat", "frown"):
        pen.stroke(turned(bent(corners, closed=False), pose.turn), dark, 0.035)
        return
    pen.fill(turned(bent(corners), pose.turn), (150, 44, 56), dark, 0.03)
    width = corners[1][0]
    tongue = oval(0, corners[0][1] + width * 0.76, width * 0.5, width * 0.16)
    pen.fill(turned(tongue, pose.turn), (236, 130, 130))
