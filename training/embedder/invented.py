"""People who were never drawn before: faces by the house's own generator, every trait by chance.

Pictures of real characters come from a few studios, whose people differ most by the colour of
their hair. Invented ones differ in any trait there is, and every second one differs from the one
before in a single trait, so that no trait alone decides who somebody is (domain randomisation,
Tobin et al. 2017, with hard pairs).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, get_args

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.synthetic.cartoon_head import Head
from eyecatch.core.synthetic.cartoon_pen import CartoonPen
from eyecatch.core.synthetic.cartoons import paint_ground
from eyecatch.core.synthetic.character import Character, Extra, Hair
from eyecatch.core.synthetic.portraits import draw_portrait, jittered
from eyecatch.training.detector.synthetic import random_character, random_colour

Pictures = npt.NDArray[np.uint8]
Generator = np.random.Generator

_CANVAS: Final = 400
"""Pixels of a side of a cartoon before it is shrunk by two, which smooths its lines."""

_CARTOON_HEIGHTS: Final = (60, 190)
"""Of a cartoon's face on that canvas, brow to chin."""


def invent_people(count: int, each: int, seed: int) -> Pictures:
    """Faces as a classifier gets them, of people half of whom are anime and half cartoon.

    Args:
        count: how many people.
        each: pictures of each of them.
        seed: of every choice.

    Returns:
        uint8 (count, each, CROP_SIZE, CROP_SIZE, 3) BGR.
    """
    rng = np.random.default_rng(seed)
    pictures = np.empty((count, each, crops.CROP_SIZE, crops.CROP_SIZE, 3), np.uint8)
    who = random_character(rng)
    for person in range(count):
        if person % 2:
            traits = int(rng.integers(1 << 62))
            for k in range(each):
                pictures[person, k] = _cartoon(traits, rng)
        else:
            who = _sibling(who, rng) if person % 4 else random_character(rng)
            for k in range(each):
                pictures[person, k] = draw_portrait(who, rng)
    return pictures


def _sibling(who: Character, rng: Generator) -> Character:
    """Somebody who differs in one trait only."""
    changes: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: {"hair": rng.choice([h for h in get_args(Hair) if h != who.hair])},
        lambda: {"hair_colour": random_colour(rng)},
        lambda: {"eye_colour": random_colour(rng)},
        lambda: {"extras": (rng.choice([e for e in get_args(Extra) if e not in who.extras]),)},
        lambda: {"eye_height": 0.9 - who.eye_height, "eye_slant": 0.04 - who.eye_slant},
        lambda: {"jaw": 1.55 - who.jaw, "brows": 0.13 - who.brows},
        lambda: {"skin": random_character(rng).skin},
    )
    return replace(who, **changes[int(rng.integers(len(changes)))]())


def _cartoon(traits: int, rng: Generator) -> Pictures:
    """A cartoon head: all that it is follows from ``traits``, its pose and place from ``rng``."""
    chance = np.random.default_rng(traits)
    middle = np.array([_CANVAS / 2, _CANVAS / 2])
    size = float(np.exp(rng.uniform(*np.log(_CARTOON_HEIGHTS))))
    head = Head.by(chance, middle, size)
    head.turn, head.tilt = float(rng.uniform(-0.7, 0.7)), float(rng.normal(0, 0.15))
    head.mien = rng
    canvas = paint_ground(_CANVAS, _CANVAS, rng)
    head.draw(CartoonPen(canvas, np.random.default_rng(traits)), faceless=False)
    small = np.asarray(cv2.resize(canvas, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    x, y, w, h = (float(v) / 2 for v in head.box())
    return crops.cut(small.astype(np.uint8), jittered((x, y, w, h), rng))
