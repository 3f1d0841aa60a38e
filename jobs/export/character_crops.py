"""Pictures round a character, in the sizes in which trainers of image models take them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

STEP: Final = 64
"""Sides of a picture are multiples of this, as the trainers' buckets are: nothing is cut off."""

LEAST_SIDE: Final = 256
"""Pixels of a side, at least: that of the smallest bucket of sd-scripts."""

MOST_SIDE: Final = 8192
"""Pixels of the square that is learned on, at most: what is larger fits into no memory."""

REACH: Final = {"head": (1.05, 0.75, 1.35), "bust": (1.6, 0.8, 3.2)}
"""How far a head and a bust reach from the middle of a face (brow to chin) to the sides, from its
brow upwards, and from its brow downwards, in heights of the face: hair above, shoulders below."""

FULL_WIDTH: Final = 2 / 3
"""Width of a picture of full height, of its height: a portrait of 832 x 1216 at most."""

SHOWN: Final = 0.8
"""How much of a head or a bust has to be in the picture, so that it is one."""

WHOLE: Final = 0.8
"""From this part of the picture on a crop is the whole picture once more."""

CROPS: Final = ("whole", "full", "bust", "head")
"""What can be cut out: the picture, its full height round a character, its bust, its head."""

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels of the video."""


class Room(NamedTuple):
    """What a crop is cut out of, and how large it may become.

    Attributes:
        width, height: of the picture.
        pixel_aspect: width of its pixels over their height; those of a crop are square.
        resolution: side of a square that has as many pixels as a crop at most.
        enlarge: how many times as large as in the video a crop becomes at most.
    """

    width: int
    height: int
    pixel_aspect: Fraction
    resolution: int
    enlarge: float


class CropPlan(NamedTuple):
    """What is cut out of a picture, and how large it becomes.

    Attributes:
        kind: one of ``CROPS``.
        box: whole pixels of the video.
        size: width and height of what it becomes.
    """

    kind: str
    box: tuple[int, int, int, int]
    size: tuple[int, int]

    def holds(self, face: Box) -> bool:
        """Whether the middle of a face is in it."""
        left, top, width, height = self.box
        x, y = face[0] + face[2] / 2, face[1] + face[3] / 2
        return left <= x < left + width and top <= y < top + height


def planned(kind: str, face: Box, others: Sequence[Box], room: Room) -> CropPlan | None:
    """A crop of a kind round a face; None where there is none.

    Args:
        kind: one of ``CROPS``.
        face: of the character.
        others: the other faces: none is in a head.
        room: for it.
    """
    region = _region(kind, face, room)
    fitted = None if region is None else _fitted(region, room)
    if fitted is None:
        return None
    plan = CropPlan(kind, *fitted)
    return None if kind == "head" and any(map(plan.holds, others)) else plan


def _region(kind: str, face: Box, room: Room) -> Box | None:
    """What a crop shows, within the picture."""
    width, height, aspect = room.width, room.height, float(room.pixel_aspect)
    if kind == "whole":
        return 0, 0, width, height
    x, y, w, h = face
    middle = x + w / 2
    if kind == "full":
        wide = height * FULL_WIDTH / aspect
        left = min(max(middle - wide / 2, 0), width - wide)
        _, up, down = REACH["bust"]  # in a close-up it would be no more than a bust
        return (
            (left, 0, wide, height) if wide < WHOLE * width and (up + down) * h < height else None
        )
    side, up, down = (reach * h for reach in REACH[kind])
    side /= aspect
    left, top = max(middle - side, 0), max(y - up, 0)
    right, bottom = min(middle + side, width), min(y + down, height)
    shown = max(right - left, 0) * max(bottom - top, 0)
    if shown < SHOWN * 2 * side * (up + down) or shown > WHOLE * width * height:
        return None
    return left, top, right - left, bottom - top


def _fitted(region: Box, room: Room) -> tuple[tuple[int, int, int, int], tuple[int, int]] | None:
    """A region cut down to the form of a bucket, and the bucket; None where that is too small."""
    left, top, w, h = region
    aspect = float(room.pixel_aspect)
    scale = min(room.enlarge, room.resolution / math.sqrt(w * aspect * h))
    size = [int(side * scale + 1e-6) // STEP * STEP for side in (w * aspect, h)]
    if min(size) < LEAST_SIDE:
        return None
    wide, high = min(w, h * size[0] / size[1] / aspect), min(h, w * aspect * size[1] / size[0])
    # Where height is lost, the head of a figure stays; of width, both sides lose alike.
    box = round(left + (w - wide) / 2), round(top + (h - high) / 3), round(wide), round(high)
    return box, (size[0], size[1])
