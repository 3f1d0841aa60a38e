"""A whole character on a picture: body, head, hair and what is worn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eyecatch.core.drawn import face, hair
from eyecatch.core.drawn.character import Character, Pose
from eyecatch.core.drawn.pen import DAY, Light, Pen, Picture, bent, mixed, oval, smooth, turning
from eyecatch.core.faces import Box

_BROW_Y = -0.46  # the upper edge of a face's box: just above the brows
_BOX_HALF = 0.97  # half its width: the cheeks, without the ears
BOX_HEIGHT = face.CHIN_Y - _BROW_Y
"""Height of a face from brow to chin, in half widths of a face."""


class Figure(NamedTuple):
    """A character in a picture.

    Attributes:
        who: the character.
        pose: how it holds itself.
        at: pixel (x, y) of the middle of its face.
        height: pixels from brow to chin.
    """

    who: Character
    pose: Pose
    at: tuple[float, float]
    height: float


def draw(picture: Picture, figure: Figure, light: Light = DAY) -> Box:
    """Draw a character from the waist up.

    Args:
        picture: uint8 (h, w, 3) BGR, drawn on in place.
        figure: who, how and where.
        light: what falls on it.

    Returns:
        The box of its face, brow to chin, in pixels; it may reach outside the picture.
    """
    who, pose, at, height = figure
    scale = height / BOX_HEIGHT
    middle = scale * (face.CHIN_Y + _BROW_Y) / 2
    head_at = (at[0], at[1] - middle)
    head = Pen(picture, head_at, scale, turn=turning(pose.tilt, pose.flip), light=light)
    shoulders = (head_at[0], head_at[1] + 0.2 * scale)
    body = Pen(picture, shoulders, scale, turn=turning(0.2 * pose.tilt, pose.flip), light=light)
    hair.draw_back(head, who, pose)
    _draw_body(body, who)
    face.draw_head(head, who, pose)
    face.draw_features(head, who, pose)
    _draw_on_skin(head, who, pose)
    hair.draw_front(head, who, pose)
    face.draw_brows(head, who, pose)
    _draw_extras(head, who, pose)
    return _box(head, pose)


def _box(head: Pen, pose: Pose) -> Box:
    """The upright box about the face's middle; a slight tilt moves but doesn't widen it."""
    middle = np.array([[0.1 * pose.turn, (face.CHIN_Y + _BROW_Y) / 2]])
    x, y = head.pixels(middle)[0]
    half, tall = _BOX_HALF * head.scale, BOX_HEIGHT * head.scale
    return float(x - half), float(y - tall / 2), float(2 * half), float(tall)


def _draw_body(pen: Pen, who: Character) -> None:
    line, shade = mixed(who.outfit_colour, face.INK, 0.7), mixed(who.skin, (190, 90, 100), 0.3)
    pen.fill(smooth([(-1.5, 2.05), (0.0, 1.5), (1.5, 2.05), (2.05, 2.8), (2.25, 4.4), (2.3, 14.0),
                     (-2.3, 14.0), (-2.25, 4.4), (-2.05, 2.8)]), who.outfit_colour, line)  # fmt: skip
    for side in (-1, 1):
        arm = bent([(side * 1.45, 3.0, side * -0.04), (side * 1.5, 9.0, 0)], closed=False)
        pen.stroke(arm, line)
    neck = [(-0.36, 0.8, 0), (0.36, 0.8, 0.04), (0.42, 1.72, 0.2), (-0.42, 1.72, 0.04)]
    pen.fill(bent(neck), who.skin, mixed(who.skin, face.INK, 0.7))
    pen.fill(bent([(-0.36, 0.9, 0), (0.36, 0.9, 0), (0.38, 1.26, 0.14), (-0.38, 1.2, 0)]), shade)
    _draw_collar(pen, who)


def _draw_collar(pen: Pen, who: Character) -> None:
    line = mixed(who.trim, face.INK, 0.7)
    if who.outfit == "turtleneck":
        roll = [(-0.5, 1.22, 0.06), (0.5, 1.22, 0), (0.56, 1.84, 0.1), (-0.56, 1.84, 0)]
        pen.fill(bent(roll), who.trim, line)
        return
    if who.outfit == "hoodie":
        for side in (-1, 1):
            bow = side * 0.2
            hood = [(side * 0.38, 1.3, -bow), (side * 1.1, 1.9, -bow), (0, 2.3, bow / 2)]
            pen.fill(bent(hood), who.trim, line)
            pen.stroke(np.array([(bow, 2.2), (side * 0.24, 3.0)]), line, 0.05)
        return
    drop = 2.9 if who.outfit == "blazer" else 2.5
    inside = (248, 248, 248) if who.outfit == "blazer" else who.skin
    pen.fill(bent([(-0.42, 1.6, 0), (0.42, 1.6, 0), (0, drop, 0)]), inside)
    for side in (-1, 1):
        flap = [(side * 0.4, 1.45, 0), (side * 1.05, 1.95, 0), (side * 0.7, 2.5, 0), (0, drop, 0)]
        pen.fill(bent(flap), who.trim if who.outfit != "blazer" else who.outfit_colour, line)
    if who.outfit == "shirt":
        return
    ribbon = mixed(who.extra_colour, (200, 40, 60), 0.5) if who.outfit == "sailor" else who.trim
    knot = [(-0.14, -0.25), (0.14, -0.25), (0.26, 0.9), (0, 1.1), (-0.26, 0.9)]
    pen.fill(np.array(knot) + [0, drop], ribbon, mixed(ribbon, face.INK, 0.6))


def _draw_on_skin(pen: Pen, who: Character, pose: Pose) -> None:
    """What is on the skin, under the hair."""
    if "plaster" in who.extras:
        cheek = np.array([(0.42, 0.7), (0.78, 0.62), (0.8, 0.76), (0.44, 0.84)])
        pen.fill(
            face.turned(cheek, pose.turn),
            who.extra_colour,
            mixed(who.extra_colour, face.INK, 0.5),
            0.02,
        )
    if "freckles" in who.extras:
        for x, y in ((0.46, 0.62), (0.6, 0.66), (0.72, 0.61)):
            for side in (-1, 1):
                dot = face.turned(oval(side * x, y, 0.022, 0.022), pose.turn)
                pen.fill(dot, mixed(who.skin, (150, 80, 60), 0.6))


def _draw_extras(pen: Pen, who: Character, pose: Pose) -> None:
    """What is worn over hair and face."""
    line, ahead = mixed(who.extra_colour, face.INK, 0.65), np.array([0.1 * pose.turn, 0])
    for side in (-1, 1):
        if "ribbons" in who.extras:
            bow = [(side * 0.86, -0.86, 0), (side * 1.3, -1.3, 0.1), (side * 1.34, -0.72, 0),
                   (side * 0.86, -0.86, 0), (side * 0.62, -1.36, 0.1), (side * 0.5, -0.98, 0)]  # fmt: skip
            pen.fill(bent(bow) + ahead, who.extra_colour, line)
            pen.fill(oval(side * 0.88, -0.88, 0.11, 0.11) + ahead, who.extra_colour, line)
        if "glasses" in who.extras:
            frame = oval(side * face.EYE_X, face.EYE_Y + 0.08, 0.35, 0.36)
            pen.stroke(face.turned(frame, pose.turn), who.extra_colour, 0.025, closed=True)
        if "earrings" in who.extras:
            pen.fill(oval(side * 1.0, 0.66, 0.07, 0.12) - ahead, who.extra_colour, line)
    if "glasses" in who.extras:
        bridge = bent([(-0.12, 0.32, -0.2), (0.12, 0.32, 0)], closed=False)
        pen.stroke(face.turned(bridge, pose.turn), who.extra_colour, 0.025)
    if "hairband" in who.extras:
        band = [(-1.0, -0.62, -0.24), (0.0, -1.34, -0.24), (1.0, -0.62, 0), (0.88, -0.56, 0.22),
                (0.0, -1.14, 0.22), (-0.88, -0.56, 0)]  # fmt: skip
        pen.fill(bent(band) + ahead, who.extra_colour, line)
    if "headband" in who.extras:
        band = [(-1.06, -0.62, -0.16), (1.06, -0.62, 0), (1.04, -0.36, 0.16), (-1.04, -0.36, 0)]
        pen.fill(bent(band) + ahead, who.extra_colour, line)
    if "clip" in who.extras:
        round_it, reach = np.arange(10) * np.pi / 5, np.array([0.2, 0.09] * 5)
        star = np.stack([reach * np.sin(round_it), -reach * np.cos(round_it)], 1) + [-0.62, -0.5]
        pen.fill(star + ahead, who.extra_colour, line)
