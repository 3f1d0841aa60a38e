"""The face itself: head, eyes, brows, nose and mouth."""

from __future__ import annotations

import numpy as np

from eyecatch.core.drawn.character import Character, Pose
from eyecatch.core.drawn.pen import Colour, Pen, Points, bent, mixed, oval, smooth

INK: Colour = (52, 30, 44)
_WHITE: Colour = (255, 255, 255)
EYE_X, EYE_Y = 0.47, 0.24
"""Where an eye's centre lies, in half widths of a face from the face's centre."""
CHIN_Y = 1.1
"""Where the chin ends."""


def turned(points: Points, turn: float, depth: float = 0.2) -> Points:
    """Points of the face after a turn of the head; ``depth`` is how far out of the head they are."""
    moved = points.copy()
    moved[:, 0] = points[:, 0] * (1 - 0.1 * abs(turn)) + depth * turn
    return moved


def _outline(who: Character, turn: float) -> Points:
    half = [(0.97, -0.55), (0.99, 0.05), (0.93, 0.45), (who.jaw, 0.78), (0.24, 1.06)]
    right = [(x + 0.06 * turn * max(y, 0), y) for x, y in half]
    left = [(-x + 0.16 * turn * max(y, 0), y) for x, y in reversed(half)]
    return smooth([(0.0, -1.12), *right, (0.13 * turn, CHIN_Y), *left])


def draw_head(pen: Pen, who: Character, pose: Pose) -> None:
    """Ears, the outline of the face, the shadow of the hair, and blush."""
    line, shade = mixed(who.skin, INK, 0.7), mixed(who.skin, (190, 90, 100), 0.26)
    for side in (-1, 1):
        pen.fill(oval(side * 1.0 - 0.1 * pose.turn, 0.28, 0.13, 0.24), who.skin, line)
    pen.fill(_outline(who, pose.turn), who.skin, line, 0.035)
    pen.fill(bent([(-0.93, 0.1, -0.1), (-0.86, -0.6, -0.2), (0.86, -0.6, -0.1), (0.93, 0.1, 0.1),
                   (0.5, 0.02, -0.05), (0.0, -0.1, -0.05), (-0.5, 0.02, 0.1)]), shade)  # fmt: skip
    blush = mixed(who.skin, (244, 110, 110), 0.32)
    for side in (-1, 1):
        pen.fill(turned(oval(side * 0.6, 0.62, 0.17, 0.075), pose.turn), blush)


def draw_features(pen: Pen, who: Character, pose: Pose) -> None:
    """Eyes, nose and mouth."""
    for side in (-1, 1):
        _draw_eye(pen, who, pose, side)
    nose = bent([(0.02 + 0.06 * pose.turn, 0.5, 0.12), (-0.02 + 0.08 * pose.turn, 0.58, 0)], False)
    pen.stroke(turned(nose, pose.turn), mixed(who.skin, INK, 0.6), 0.028)
    _draw_mouth(pen, who, pose)


def draw_brows(pen: Pen, who: Character, pose: Pose) -> None:
    """Eyebrows; drawn last, as they show through a fringe."""
    colour = mixed(who.hair_colour, INK, 0.6)
    for side in (-1, 1):
        y = EYE_Y - who.eye_height / 2 - 0.2 - 0.07 * pose.mood
        inner, outer = -0.1 * min(pose.mood, 0) + 0.02, 0.03 - who.eye_slant
        brow = [(side * 0.26, y + inner), (side * 0.48, y - 0.05), (side * 0.72, y + outer)]
        pen.stroke(turned(smooth(brow, closed=False), pose.turn), colour, who.brows)


def _draw_eye(pen: Pen, who: Character, pose: Pose, side: int) -> None:
    """One eye, drawn as the right of the picture has it and mirrored for the left."""
    far = 1 - 0.22 * max(0.0, side * pose.turn)
    place = np.array([side * EYE_X, EYE_Y])
    half, tall = 0.245 * far, who.eye_height / 2 * max(pose.eyes, 0.3)
    low = who.eye_height / 2 - tall  # a lid comes down: the eye closes towards its lower edge

    def put(points: Points) -> Points:
        lifted = points * [1.0, 1.0] + [0.0, low * 0.8]
        lifted[:, 1] -= who.eye_slant * points[:, 0] / half * 0.5
        return turned(lifted * [side, 1.0] + place, pose.turn)

    if pose.eyes < 0.2:
        lid = [(-half, 0.02, -0.24 if pose.mouth in ("smile", "wide") else 0.2), (half * 1.2, 0.0, 0)]
        pen.stroke(put(bent(lid, closed=False)), INK, 0.07)
        return
    upper = [(-half, tall * 0.1), (-half * 0.6, -tall * 0.8), (half * 0.2, -tall), (half, -tall * 0.35)]
    lower = [(half * 0.82, tall * 0.5), (half * 0.2, tall), (-half * 0.65, tall * 0.8)]
    pen.fill(put(smooth([*upper, *lower])), _WHITE)
    _draw_iris(pen, who, put, half, tall, side)
    lash = [*upper, (half * 1.3, -tall * 0.62), (half * 0.98, -tall * 0.9), (half * 0.2, -tall * 1.22),
            (-half * 0.7, -tall * 0.98)]  # fmt: skip
    pen.fill(put(smooth(lash)), INK, INK, 0.02)
    pen.stroke(put(smooth(lower, closed=False)), mixed(who.skin, INK, 0.75), 0.025)
    fold = [(-half * 0.6, -tall * 1.38, -0.12), (half * 0.75, -tall * 1.3, 0)]
    pen.stroke(put(bent(fold, closed=False)), mixed(who.skin, INK, 0.5), 0.02)


def _draw_iris(pen: Pen, who: Character, put: "Put", half: float, tall: float, side: int) -> None:
    across, down = half * 0.74, tall * 0.95
    pen.fill(put(oval(0, 0, across, down)), mixed(who.eye_colour, INK, 0.72))
    pen.fill(put(oval(0, 0.02, across * 0.86, down * 0.88)), who.eye_colour)
    pen.fill(put(oval(0, -down * 0.34, across * 0.8, down * 0.52)), mixed(who.eye_colour, INK, 0.55))
    pen.fill(put(oval(0, 0.0, across * 0.42, down * 0.46)), mixed(who.eye_colour, INK, 0.88))
    pen.fill(put(oval(0, down * 0.6, across * 0.5, down * 0.22)), mixed(who.eye_colour, _WHITE, 0.5))
    pen.fill(put(oval(-side * across * 0.36, -down * 0.42, across * 0.36, down * 0.3)), _WHITE)
    pen.fill(put(oval(side * across * 0.42, down * 0.42, across * 0.18, down * 0.14)), _WHITE)


_MOUTHS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "smile": ((-0.2, 0.76, 0.2), (0.2, 0.76, 0.0)),
    "flat": ((-0.14, 0.8, 0.02), (0.14, 0.8, 0.0)),
    "frown": ((-0.16, 0.84, -0.2), (0.16, 0.84, 0.0)),
    "small": ((-0.09, 0.77, -0.1), (0.09, 0.77, -0.5)),
    "open": ((-0.17, 0.74, 0.03), (0.17, 0.74, -0.5)),
    "wide": ((-0.27, 0.7, 0.06), (0.27, 0.7, -0.52)),
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
