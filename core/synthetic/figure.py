"""A whole character on a picture: body, head, hair and what is worn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eyecatch.core.detections import Box
from eyecatch.core.synthetic import extras, face, hair
from eyecatch.core.synthetic.body import draw_body
from eyecatch.core.synthetic.character import Character, Pose
from eyecatch.core.synthetic.pen import DAY, Light, Pen, Picture, turning

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
    draw_body(body, who)
    face.draw_head(head, who, pose)
    face.draw_features(head, who, pose)
    extras.draw_under_hair(head, who, pose)
    hair.draw_front(head, who, pose)
    face.draw_brows(head, who, pose)
    extras.draw_over_hair(head, who, pose)
    return _box(head, pose)


def _box(head: Pen, pose: Pose) -> Box:
    """The upright box about the face's middle; a slight tilt moves but doesn't widen it."""
    middle = np.array([[0.1 * pose.turn, (face.CHIN_Y + _BROW_Y) / 2]])
    x, y = head.pixels(middle)[0]
    half, tall = _BOX_HALF * head.scale, BOX_HEIGHT * head.scale
    return float(x - half), float(y - tall / 2), float(2 * half), float(tall)
