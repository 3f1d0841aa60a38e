"""Synthetic pictures: random people before random places, drawn and boxed by program."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import get_args

import numpy as np

from eyecatch.core.synthetic.backdrop import Place
from eyecatch.core.synthetic.character import UNKNOWN, Character, Extra, Hair, Mouth, Outfit, Pose
from eyecatch.core.synthetic.pen import Colour
from eyecatch.core.synthetic.scene import Actor, Shot, play
from eyecatch.training.detector.dataset import Boxes, LabelledPicture

_SIZE = (480, 270)


def synthetic_pictures(count: int, seed: int) -> list[LabelledPicture]:
    """``count`` pictures of 480x270 with 0 to 4 faces each; covered faces are ignored."""
    rng = np.random.default_rng(seed)
    return list(islice(_pictures(rng), count))


def _pictures(rng: np.random.Generator) -> Iterator[LabelledPicture]:
    while True:
        actors = tuple(_actor(rng) for _ in range(int(rng.choice([0, 1, 2, 3, 4]))))
        place = rng.choice(get_args(Place))
        shot = Shot(1, place, actors, seed=int(rng.integers(1 << 30)))
        for frame in play([shot], _SIZE):
            boxes = np.array([face.box for face in frame.faces], np.float32).reshape(-1, 4)
            free = np.array([not _is_covered(i, boxes) for i in range(len(boxes))], bool)
            yield LabelledPicture(
                "", np.ascontiguousarray(frame.picture), boxes[free], boxes[~free]
            )


def _is_covered(place: int, boxes: Boxes) -> bool:
    """Whether people nearer cover more than a third of a face; boxes go from back to front."""
    x, y, w, h = boxes[place]
    for left, top, across, down in boxes[place + 1 :]:
        low, high = left - across / 2, left + across * 1.5  # the hair and the shoulders
        wide = min(x + w, high) - max(x, low)
        deep = y + h - max(y, top - down / 2)
        if wide > 0 and deep > 0 and wide * min(deep, h) > w * h / 3:
            return True
    return False


def _actor(rng: np.random.Generator) -> Actor:
    where = (float(rng.uniform(0, 1)), float(rng.uniform(0.2, 0.8)))
    pose = Pose(
        eyes=float(rng.choice([0, 0.5, 1, 1])),
        mouth=rng.choice(get_args(Mouth)),
        turn=float(rng.uniform(-1, 1)),
        tilt=float(rng.normal(0, 10)),
        flip=bool(rng.random() < 0.5),
        sway=float(rng.uniform(-1, 1)),
    )
    height = float(np.exp(rng.uniform(np.log(0.06), np.log(0.7))))
    return Actor(random_character(rng), where, where, height, pose, seed=int(rng.integers(5, 15)))


def random_character(rng: np.random.Generator) -> Character:
    """Somebody of the drawn kind; every trait is left to chance."""
    extras = [extra for extra in get_args(Extra) if rng.random() < 0.2]
    return Character(
        UNKNOWN,
        rng.choice(get_args(Hair)),
        random_colour(rng),
        random_colour(rng),
        rng.choice(get_args(Outfit)),
        random_colour(rng),
        random_colour(rng),
        tuple(extras),
        random_colour(rng),
        skin=_skin(rng),
        eye_height=float(rng.uniform(0.25, 0.65)),
        eye_slant=float(rng.uniform(-0.08, 0.12)),
        jaw=float(rng.uniform(0.6, 0.95)),
        brows=float(rng.uniform(0.03, 0.1)),
    )


def random_colour(rng: np.random.Generator) -> Colour:
    """Any colour but the darkest and the brightest."""
    red, green, blue = (int(n) for n in rng.integers(20, 250, 3))
    return red, green, blue


def _skin(rng: np.random.Generator) -> Colour:
    """From pale to dark brown; now and then any colour at all."""
    if rng.random() < 0.1:
        return random_colour(rng)
    light = rng.uniform(0.35, 1.0)
    red, green, blue = (round(n * light**p) for n, p in ((255, 0.8), (226, 1.0), (205, 1.2)))
    return red, green, blue
