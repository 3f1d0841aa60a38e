"""Drawn pictures to learn from: invented people before invented places, any number of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import get_args

import numpy as np

from eyecatch.core.synthetic.backdrop import Place
from eyecatch.core.synthetic.character import UNKNOWN, Character, Extra, Hair, Mouth, Outfit, Pose
from eyecatch.core.synthetic.pen import Colour
from eyecatch.core.synthetic.scene import Actor, Shot, play
from eyecatch.training.detector.dataset import Boxes, Labelled

_SIZE = (480, 270)


def invented(count: int, seed: int) -> list[Labelled]:
    """``count`` pictures of 480x270 with 0 to 4 faces each, boxed by the program that drew them."""
    chance = np.random.default_rng(seed)
    return list(islice(_pictures(chance), count))


def _pictures(chance: np.random.Generator) -> Iterator[Labelled]:
    while True:
        actors = tuple(_actor(chance) for _ in range(int(chance.choice([0, 1, 2, 3, 4]))))
        place = chance.choice(get_args(Place))
        shot = Shot(1, place, actors, seed=int(chance.integers(1 << 30)))
        for frame in play([shot], _SIZE):
            boxes = np.array([face.box for face in frame.faces], np.float32).reshape(-1, 4)
            free = np.array([not _hidden(i, boxes) for i in range(len(boxes))], bool)
            yield Labelled("", np.ascontiguousarray(frame.picture), boxes[free], boxes[~free])


def _hidden(place: int, boxes: Boxes) -> bool:
    """Whether somebody nearer stands before a third of the face; faces go from back to front."""
    x, y, w, h = boxes[place]
    for left, top, across, down in boxes[place + 1 :]:
        low, high = left - across / 2, left + across * 1.5  # the hair and the shoulders
        wide = min(x + w, high) - max(x, low)
        deep = y + h - max(y, top - down / 2)
        if wide > 0 and deep > 0 and wide * min(deep, h) > w * h / 3:
            return True
    return False


def _actor(chance: np.random.Generator) -> Actor:
    where = (float(chance.uniform(0, 1)), float(chance.uniform(0.2, 0.8)))
    pose = Pose(
        eyes=float(chance.choice([0, 0.5, 1, 1])),
        mouth=chance.choice(get_args(Mouth)),
        turn=float(chance.uniform(-1, 1)),
        tilt=float(chance.normal(0, 10)),
        flip=bool(chance.random() < 0.5),
        sway=float(chance.uniform(-1, 1)),
    )
    height = float(np.exp(chance.uniform(np.log(0.06), np.log(0.7))))
    return Actor(_character(chance), where, where, height, pose, seed=int(chance.integers(5, 15)))


def _character(chance: np.random.Generator) -> Character:
    extras = [extra for extra in get_args(Extra) if chance.random() < 0.2]
    return Character(
        UNKNOWN,
        chance.choice(get_args(Hair)),
        _colour(chance),
        _colour(chance),
        chance.choice(get_args(Outfit)),
        _colour(chance),
        _colour(chance),
        tuple(extras),
        _colour(chance),
        skin=_skin(chance),
        eye_height=float(chance.uniform(0.25, 0.65)),
        eye_slant=float(chance.uniform(-0.08, 0.12)),
        jaw=float(chance.uniform(0.6, 0.95)),
        brows=float(chance.uniform(0.03, 0.1)),
    )


def _colour(chance: np.random.Generator) -> Colour:
    red, green, blue = (int(n) for n in chance.integers(20, 250, 3))
    return red, green, blue


def _skin(chance: np.random.Generator) -> Colour:
    """From pale to dark brown; now and then any colour at all."""
    if chance.random() < 0.1:
        return _colour(chance)
    light = chance.uniform(0.35, 1.0)
    red, green, blue = (round(n * light**p) for n, p in ((255, 0.8), (226, 1.0), (205, 1.2)))
    return red, green, blue
