"""Lettering over drawn pictures: titles, and credits that stand or roll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from eyecatch.core.synthetic.pen import DAY, Colour, Picture, lit

_INK: Colour = (30, 26, 50)
_WHITE: Colour = (250, 250, 252)
_ROLES = (
    "Storyboard", "Direction", "Script", "Key Animation", "Art", "Colour", "Music", "Sound",
    "Editing", "Production", "Animation Director", "In-between",
)  # fmt: skip
_SYLLABLES = (
    "ka", "mi", "sa", "to", "ri", "no", "ha", "shi", "mo", "yu", "ta", "ke", "na", "go", "wa",
)  # fmt: skip
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of text over some frames.

    Attributes:
        text: what it says, in ASCII.
        start, stop: numbers of its first frame, and of the first after it.
        x, y: left end of its base line, in widths and heights of the picture.
        tall: height of its capitals, in heights of the picture.
        rise: heights of the picture that it moves up in each frame.
    """

    text: str
    start: int
    stop: int
    x: float
    y: float
    tall: float = 0.05
    rise: float = 0.0


def lettered(picture: Picture, captions: Sequence[Caption], frame: int) -> Picture:
    """A picture with the captions of a frame; the very same array where it has none."""
    shown = [one for one in captions if one.start <= frame < one.stop]
    if not shown:
        return picture
    canvas = picture.copy()
    for one in shown:
        _write(canvas, one, one.y - one.rise * (frame - one.start))
    return canvas


def excerpted(captions: Sequence[Caption], start: int, stop: int) -> tuple[Caption, ...]:
    """The captions of the frames from ``start`` up to ``stop``, which is frame 0 of theirs."""
    kept = []
    for one in captions:
        first, last = max(one.start, start), min(one.stop, stop)
        if first < last:
            y = one.y - one.rise * (first - one.start)
            kept.append(replace(one, start=first - start, stop=last - start, y=y))
    return tuple(kept)


def standing(frames: int, every: int, rng: np.random.Generator) -> tuple[Caption, ...]:
    """An opening's credits: two lines at a time, now left, now right, another pair each while."""
    found = []
    for k, start in enumerate(range(0, frames, every)):
        x = 0.05 if k % 2 == 0 else 0.55
        stop = min(frames, start + every)
        found.append(Caption(_pick(rng, _ROLES), start, stop, x, 0.84, 0.032))
        found.append(Caption(_name(rng), start, stop, x, 0.92, 0.045))
    return tuple(found)


def rolling(frames: int, rate: float, rng: np.random.Generator) -> tuple[Caption, ...]:
    """An ending's credits: they roll up the right of the picture as long as it lasts."""
    rise, gap = 0.16 / rate, 0.13
    lines = int(frames * rise / gap) + 8
    found = []
    for k in range(lines):
        text = _name(rng) if k % 2 else _pick(rng, _ROLES)
        found.append(Caption(text, 0, frames, 0.66, 0.2 + k * gap, 0.036, rise))
    return tuple(found)


def fixed(text: str, frames: int) -> tuple[Caption, ...]:
    """Lines that stand on the left for all of the frames."""
    return tuple(
        Caption(line, 0, frames, 0.08, 0.3 + 0.14 * k, 0.06)
        for k, line in enumerate(text.split("\n"))
    )


def _pick(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(len(words)))]


def _name(rng: np.random.Generator) -> str:
    parts = ("".join(_pick(rng, _SYLLABLES) for _ in range(int(rng.integers(2, 4)))) for _ in "ab")
    return " ".join(part.capitalize() for part in parts)


def _write(picture: Picture, caption: Caption, y: float) -> None:
    height, width = picture.shape[:2]
    scale = caption.tall * height / 21.0  # capitals of this font are 21 pixels tall at scale 1
    at = (round(caption.x * width), round(y * height))
    line = max(1, round(scale * 1.6))
    for colour, thick in ((_INK, line + 2), (_WHITE, line)):
        cv2.putText(picture, caption.text, at, _FONT, scale, lit(colour, DAY), thick, cv2.LINE_AA)
