"""Writing an episode: which shots it has and who is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from eyecatch.core.synthetic.backdrop import Place
from eyecatch.core.synthetic.cast import SHOW
from eyecatch.core.synthetic.character import Character, Mouth, Pose
from eyecatch.core.synthetic.scene import Actor, Shot

_DAY_PLACES: tuple[Place, ...] = ("sky", "street", "room", "park", "classroom", "sunset")
_SHORTEST, _LONGEST = 1.3, 3.6  # seconds of a shot; TV anime averages three to four
_CARD = 1.5  # seconds of the card; a real one has two to five
_STRANGERS = 0.14  # how often somebody without a name comes before the next of the cast
_MOUTHS: tuple[Mouth, ...] = ("smile", "smile", "flat", "small", "frown", "open")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes shots.

    Attributes:
        cast: who appears; each as often as the others.
        strangers: who passes through; may be empty.
        rate: frames a second.
        aspect: width of the picture over its height.
        dark: share of the shots that play at night.
        max_faces: most faces in a shot, 0 to 3.
        rng: every choice follows from it.
    """

    cast: Sequence[Character]
    strangers: Sequence[Character]
    rate: float
    aspect: float
    dark: float
    max_faces: int
    rng: np.random.Generator

    def write(self, frames: int) -> list[Shot]:
        """Shots of ``frames`` frames in all, with the card in the middle of a longer episode."""
        card, deck = round(_CARD * self.rate), self.deck()
        if frames < 6 * card:
            return self.part(frames, deck)
        first = (frames - card) // 2
        middle = Shot(card, None, title=SHOW)
        return [*self.part(first, deck), middle, *self.part(frames - card - first, deck)]

    def deck(self) -> Iterator[Character]:
        """An endless sequence: the cast, shuffled anew each time, with strangers in between."""
        regulars, strangers = self.cast or self.strangers, self.strangers
        while True:
            for k in self.rng.permutation(len(regulars)):
                if strangers and self.rng.random() < _STRANGERS:
                    yield strangers[int(self.rng.integers(len(strangers)))]
                yield regulars[int(k)]

    def part(self, frames: int, deck: Iterator[Character]) -> list[Shot]:
        """Shots of ``frames`` frames in all, in which those come who are next in the deck."""
        shots: list[Shot] = []
        shortest = round(_SHORTEST * self.rate)
        while frames > 0:
            length = round(self.rng.uniform(_SHORTEST, _LONGEST) * self.rate)
            length = frames if frames < length + shortest else length
            shots.append(self._shot(length, deck, opens=not shots))
            frames -= length
        return shots

    def montage(self, frames: int, shots: int) -> list[Shot]:
        """So many shots of much the same length, in all of which something moves.

        Everybody of a cast of eight is seen in any five of them.
        """
        deck, edges = self.deck(), np.linspace(0, frames, shots + 1).round().astype(int)
        found = []
        for k, length in enumerate(np.diff(edges)):
            stage, faces = _MOVING[k % len(_MOVING)]
            place = _DAY_PLACES[int(self.rng.integers(len(_DAY_PLACES)))]
            slate = _Slate(int(length), place, int(self.rng.integers(1 << 16)))
            found.append(stage(self, slate, _meet(deck, faces)))
        return found

    def _shot(self, frames: int, deck: Iterator[Character], opens: bool) -> Shot:
        dark = self.rng.random() < self.dark
        place: Place = "night" if dark else _DAY_PLACES[int(self.rng.integers(len(_DAY_PLACES)))]
        max_faces = min(self.max_faces, len(self.cast or self.strangers))
        min_faces = min(max_faces, 1) if opens else 0  # even the shortest episode shows somebody
        kinds = [kind for kind in _KINDS if min_faces <= kind.faces <= max_faces]
        odds = np.array([kind.weight for kind in kinds])
        kind = kinds[int(self.rng.choice(len(kinds), p=odds / odds.sum()))]
        slate = _Slate(frames, place, int(self.rng.integers(1 << 16)))
        return kind.stage(self, slate, _meet(deck, kind.faces))


class _Slate(NamedTuple):
    frames: int
    place: Place
    seed: int

    def shot(self, *actors: Actor, step: int = 2, pan: float = 0.0) -> Shot:
        return Shot(self.frames, self.place, actors, step, pan, seed=self.seed)


class _Kind(NamedTuple):
    stage: Callable[[Writer, _Slate, list[Character]], Shot]
    faces: int
    weight: float  # how often, relative to the others


def cuts(shots: Sequence[Shot]) -> list[int]:
    """The numbers of the frames on which a new shot begins, without the first."""
    return [int(n) for n in np.cumsum([s.frames for s in shots])[:-1]]


def _meet(deck: Iterator[Character], faces: int) -> list[Character]:
    """The next so many people, none of them twice."""
    people: list[Character] = []
    while len(people) < faces:
        who = next(deck)
        if who not in people:
            people.append(who)
    return people


def _actor(w: Writer, who: Character, x: float, height: float, talks: bool = False) -> Actor:
    """Somebody at ``x`` (0..1 of the picture's width), with a random expression."""
    at = (x, float(w.rng.uniform(0.47, 0.56)))
    to = (x + float(w.rng.uniform(-0.03, 0.03)), at[1])
    pose = Pose(
        mouth=_MOUTHS[int(w.rng.integers(len(_MOUTHS)))],
        turn=float(w.rng.uniform(-0.5, 0.5)),
        tilt=float(w.rng.uniform(-5, 5)),
        flip=bool(w.rng.random() < 0.25),
        mood=float(w.rng.uniform(-1, 1)),
    )
    tall = height * min(1.0, w.aspect / 1.6)  # a narrow picture has room for smaller heads only
    return Actor(who, at, to, tall, pose, talks, seed=int(w.rng.integers(1 << 16)))


def _step(w: Writer) -> int:
    return 3 if w.rng.random() < 0.3 else 2


def _view(w: Writer, slate: _Slate, _: list[Character]) -> Shot:
    return slate.shot(pan=float(w.rng.choice([-0.3, 0.0, 0.3])))


def _sweep(w: Writer, slate: _Slate, _: list[Character]) -> Shot:
    return slate.shot(pan=float(w.rng.choice([-0.4, 0.4])))


def _close(w: Writer, slate: _Slate, who: list[Character]) -> Shot:
    x, height = float(w.rng.uniform(0.36, 0.64)), float(w.rng.uniform(0.28, 0.42))
    return slate.shot(_actor(w, who[0], x, height, bool(w.rng.random() < 0.75)), step=_step(w))


def _still(w: Writer, slate: _Slate, who: list[Character]) -> Shot:
    return replace(_close(w, slate, who), step=slate.frames)


def _walk(w: Writer, slate: _Slate, who: list[Character]) -> Shot:
    actor, way = _actor(w, who[0], 0.5, float(w.rng.uniform(0.2, 0.3))), w.rng.choice([-1.0, 1.0])
    start, stop = ((0.5 - side * 0.32 * float(way), actor.start[1]) for side in (1, -1))
    pose = replace(actor.pose, turn=0.5 * float(way), flip=False)
    return slate.shot(replace(actor, start=start, stop=stop, pose=pose, walks=True), step=_step(w))


def _pair(w: Writer, slate: _Slate, who: list[Character]) -> Shot:
    height, first = float(w.rng.uniform(0.22, 0.32)), bool(w.rng.random() < 0.5)
    left = _actor(w, who[0], float(w.rng.uniform(0.25, 0.31)), height, first)
    right = _actor(w, who[1], float(w.rng.uniform(0.69, 0.75)), height, not first)
    return slate.shot(left, right, step=_step(w))


def _pan(w: Writer, slate: _Slate, who: list[Character]) -> Shot:
    height, pan = float(w.rng.uniform(0.22, 0.3)), float(w.rng.choice([-0.35, 0.35]))
    left, right = _actor(w, who[0], 0.46, height), _actor(w, who[1], 0.9, height, True)
    return slate.shot(left, right, pan=pan, step=_step(w))


def _trio(w: Writer, slate: _Slate, who: list[Character]) -> Shot:
    height, speaker = float(w.rng.uniform(0.17, 0.22)), int(w.rng.integers(3))
    places = zip(who, (0.2, 0.5, 0.8), strict=True)
    actors = [_actor(w, c, x, height, k == speaker) for k, (c, x) in enumerate(places)]
    return slate.shot(*actors, step=_step(w))


_KINDS = (
    _Kind(_view, 0, 0.6),
    _Kind(_still, 1, 0.7),
    _Kind(_close, 1, 2.5),
    _Kind(_walk, 1, 1.2),
    _Kind(_pair, 2, 2.0),
    _Kind(_pan, 2, 1.2),
    _Kind(_trio, 3, 1.0),
)

# Shots of an opening, in turns: how they are staged, and how many are seen.
_MOVING = ((_pan, 2), (_trio, 3), (_walk, 1), (_sweep, 0), (_pair, 2))
