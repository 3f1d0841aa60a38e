"""Faces of the cast to train with, drawn apart from any episode."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from eyecatch.core import crops
from eyecatch.core.detections import Box
from eyecatch.core.errors import MediaError
from eyecatch.core.synthetic import figure
from eyecatch.core.synthetic.backdrop import LIGHTS, Place, paint
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.character import Character, Mouth, Pose
from eyecatch.core.synthetic.pen import Light, Picture

_PLACES: tuple[Place, ...] = ("sky", "street", "room", "park", "classroom", "sunset", "night")
_MOUTHS: tuple[Mouth, ...] = ("smile", "flat", "small", "open", "wide", "frown")
_SIZE = (480, 400)  # of the picture around a face: room for the tallest hair
_HEIGHTS = (36, 180)  # brow to chin in pixels: at 540 lines from far away to a close-up
_BOX_SCALE = (1.0, 1.6)  # side of a detector's box over the face's; the cascade's are 1.5 times
_BOX_SHIFT = 0.06  # how far its middle strays, in heights of the face (standard deviation)
_DIGITS = 4


def draw_faces(folder: Path, per_character: int = 60, seed: int = 1) -> tuple[Path, ...]:
    """Draw training faces: ``folder/<character>/0000.png`` ….

    Each is cut by ``core.crops.cut`` from a picture of its own with another mien, background, size
    and light, at a box that is off as much as a detector's is. None of them is in an episode.

    Args:
        folder: where the characters' folders go.
        per_character: how many pictures of each of the cast.
        seed: of every choice.

    Returns:
        The characters' folders, in the order of the cast.

    Raises:
        MediaError: a picture can't be written.
    """
    rng = np.random.default_rng((seed, 3))
    folders = tuple(folder / who.name for who in CAST)
    for who, into in zip(CAST, folders, strict=True):
        into.mkdir(parents=True, exist_ok=True)
        for k in range(per_character):
            path = into / f"{k:0{_DIGITS}}.png"
            if not cv2.imwrite(str(path), draw_portrait(who, rng)):
                raise MediaError(str(path), "the picture could not be written")
    return folders


def draw_portrait(who: Character, rng: np.random.Generator) -> Picture:
    """One face as the classifier gets it: uint8 (128, 128, 3) BGR."""
    place = _PLACES[int(rng.integers(len(_PLACES)))]
    picture = paint(place, *_SIZE, rng)
    height = float(np.exp(rng.uniform(*np.log(_HEIGHTS))))
    at = (_SIZE[0] / 2 + float(rng.uniform(-20, 20)), _SIZE[1] / 2 + float(rng.uniform(-20, 20)))
    shown = figure.Figure(who, _random_pose(rng), at, height)
    box = figure.draw(picture, shown, _random_light(LIGHTS[place], rng))
    return crops.cut(_compressed(picture, rng), jittered(box, rng))


def _random_pose(rng: np.random.Generator) -> Pose:
    return Pose(
        eyes=float(rng.choice([1.0, 1.0, 1.0, 0.6, 0.0])),
        mouth=_MOUTHS[int(rng.integers(len(_MOUTHS)))],
        turn=float(rng.uniform(-0.7, 0.7)),
        tilt=float(rng.uniform(-10, 10)),
        flip=bool(rng.random() < 0.3),
        sway=float(rng.uniform(-1, 1)),
        mood=float(rng.uniform(-1, 1)),
    )


def _random_light(light: Light, rng: np.random.Generator) -> Light:
    share = float(rng.uniform(0.85, 1.05))
    return light[0] * share, light[1] * share, light[2] * share


def jittered(box: Box, rng: np.random.Generator) -> Box:
    """A face's box as a detector would give it: larger, and a little off."""
    x, y, w, h = box
    side = max(w, h) * float(rng.uniform(*_BOX_SCALE))
    dx, dy = (float(v) * h for v in rng.normal(0, _BOX_SHIFT, 2))
    return x + w / 2 + dx - side / 2, y + h / 2 + dy - side / 2, side, side


def _compressed(picture: Picture, rng: np.random.Generator) -> Picture:
    """The picture after the losses of a video: a JPEG's are of the same kind."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))]
    _, content = cv2.imencode(".jpg", picture, quality)
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)
