"""Shots: who stands where before what, and how all of it is drawn frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from eyecatch.core.detections import Box
from eyecatch.core.synthetic.backdrop import LIGHTS, Place, paint
from eyecatch.core.synthetic.character import Character, Mouth, Pose
from eyecatch.core.synthetic.figure import Figure, draw
from eyecatch.core.synthetic.pen import DAY, Picture
from eyecatch.core.synthetic.title_card import paint_card

_TALK: tuple[Mouth, ...] = ("flat", "open", "small", "open", "smile", "wide")
_BLINK = 20  # drawings between two blinks: about two seconds on twos
_GUST = 5  # drawings for which blown hair keeps its place


@dataclass(frozen=True, slots=True)
class Actor:
    """A character in a shot.

    Attributes:
        who: the character.
        start, stop: where the middle of its face is when the shot begins and ends, in widths and
            heights of the picture; a camera that pans looks elsewhere.
        height: brow to chin, in heights of the picture.
        pose: what its pose is made from.
        talks: its mouth moves.
        walks: it bobs up and down.
        seed: its blinks, words and hair follow from it.
    """

    who: Character
    start: tuple[float, float]
    stop: tuple[float, float]
    height: float
    pose: Pose = field(default_factory=Pose)
    talks: bool = False
    walks: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Shot:
    """What is seen between two cuts.

    Attributes:
        frames: how many.
        place: what it plays before, or None for the card with the show's name.
        actors: from the back to the front.
        step: frames for which a drawing of the actors is held: 2 is "on twos".
        pan: widths of the picture that the camera moves to the right over the shot (on ones).
        title: the name on the card.
        seed: the background follows from it.
        first: of an excerpt, the number of its first frame in the whole shot.
        whole: of an excerpt, how many frames the whole shot has; 0 where this is all of it.
    """

    frames: int
    place: Place | None
    actors: tuple[Actor, ...] = ()
    step: int = 2
    pan: float = 0.0
    title: str = ""
    seed: int = 0
    first: int = 0
    whole: int = 0


class Face(NamedTuple):
    """A face in a frame: its character's label, and its box in pixels, inside the picture."""

    label: str
    box: Box


class DrawnFrame(NamedTuple):
    """One frame.

    Attributes:
        picture: uint8 (h, w, 3) BGR; the very same array as before where ``fresh`` is False.
        faces: every face of it of which at least half is seen.
        fresh: whether it is another drawing than the frame before.
    """

    picture: Picture
    faces: tuple[Face, ...]
    fresh: bool


def excerpt(shots: Sequence[Shot], start: int, stop: int) -> list[Shot]:
    """Shots that show exactly the frames from ``start`` up to ``stop`` of those given."""
    found, begins = [], 0
    for shot in shots:
        first, last = max(start - begins, 0), min(stop - begins, shot.frames)
        if last - first == shot.frames:
            found.append(shot)
        elif first < last:
            at, whole = shot.first + first, shot.whole or shot.frames
            found.append(replace(shot, frames=last - first, first=at, whole=whole))
        begins += shot.frames
    return found


def play(shots: Sequence[Shot], size: tuple[int, int]) -> Iterator[DrawnFrame]:
    """Every frame of the shots, one after the other.

    Args:
        shots: in order.
        size: width and height in pixels.
    """
    for shot in shots:
        yield from _play_shot(shot, size)


def _play_shot(shot: Shot, size: tuple[int, int]) -> Iterator[DrawnFrame]:
    stage = _stage(shot, size)
    light = LIGHTS[shot.place] if shot.place else DAY
    before, picture = None, stage
    faces: tuple[Face, ...] = ()
    for frame in range(shot.first, shot.first + shot.frames):
        drawing = _drawing(shot, frame, size)
        fresh = drawing != before
        if fresh:
            left, figures = before = drawing
            picture = stage[:, left : left + size[0]].copy()
            boxes = [draw(picture, f, light) for f in figures]
            faces = tuple(_seen(figures, boxes, size))
        yield DrawnFrame(picture, faces, fresh)


def _stage(shot: Shot, size: tuple[int, int]) -> Picture:
    """The background, as wide as the camera will see of it."""
    if shot.place is None:
        return paint_card(shot.title, *size)
    wide = round(size[0] * (1 + abs(shot.pan)))
    return paint(shot.place, wide, size[1], np.random.default_rng((shot.seed, 1)))


def _drawing(shot: Shot, frame: int, size: tuple[int, int]) -> tuple[int, tuple[Figure, ...]]:
    """What a drawing depends on: the camera's left edge on the stage in pixels, and the figures."""
    held, last = frame - frame % shot.step, max(1, (shot.whole or shot.frames) - 1)
    along = frame / last
    camera = max(0.0, -shot.pan) + shot.pan * along
    left = min(round(camera * size[0]), round(size[0] * (1 + abs(shot.pan))) - size[0])
    done = held / last
    return left, tuple(_figure(a, held // shot.step, done, left, size) for a in shot.actors)


def _figure(actor: Actor, drawing: int, done: float, left: int, size: tuple[int, int]) -> Figure:
    x = actor.start[0] + (actor.stop[0] - actor.start[0]) * done
    y = actor.start[1] + (actor.stop[1] - actor.start[1]) * done
    if actor.walks:
        y += 0.012 * float(np.sin(drawing * 0.9))
    return Figure(
        actor.who, _pose(actor, drawing), (x * size[0] - left, y * size[1]), actor.height * size[1]
    )


def _pose(actor: Actor, drawing: int) -> Pose:
    pose = actor.pose
    blink = (drawing + actor.seed) % _BLINK
    if blink < 3:
        pose = replace(pose, eyes=min(pose.eyes, (0.5, 0.0, 0.5)[blink]))
    if actor.talks:
        words = np.random.default_rng((actor.seed, drawing))
        pose = replace(pose, mouth=_TALK[int(words.integers(len(_TALK)))])
    sway = pose.sway + 0.5 * float(np.sin((drawing // _GUST) * 1.3 + actor.seed))
    return replace(pose, sway=sway)


def _seen(figures: Sequence[Figure], boxes: Sequence[Box], size: tuple[int, int]) -> Iterator[Face]:
    for (who, *_), (x, y, w, h) in zip(figures, boxes, strict=True):
        left, top = max(x, 0.0), max(y, 0.0)
        across, down = min(x + w, size[0]) - left, min(y + h, size[1]) - top
        if min(across, down) > 0 and across * down >= w * h / 2:
            yield Face(who.name, (left, top, across, down))
