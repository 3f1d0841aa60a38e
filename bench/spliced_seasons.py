"""Seasons of real footage: shows' episodes as story, other shows and clips as all the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from splicing import RATE, Footage, Stretch, silent, splice

from eyecatch.core.files import atomic_folder
from eyecatch.core.segments.kinds import (
    ENDING,
    EYECATCH,
    KINDS,
    OPENING,
    PREVIEW,
    RECAP,
    REUSED,
    STORY,
)
from eyecatch.core.synthetic.encode import Encoding
from eyecatch.core.synthetic.excerpts import Excerpts
from eyecatch.core.synthetic.passages import TrueSegment
from eyecatch.core.synthetic.programme import BroadcastOptions, Programme, programmes
from eyecatch.core.synthetic.season import write_rows

_ENCODINGS = (
    Encoding(),
    Encoding(options={"preset": "superfast", "crf": 31, "g": 120}),
    Encoding("mpeg4", "yuv420p", {"qscale:v": 5, "g": 48}, sound="libmp3lame"),
    Encoding(
        "libx265", options={"preset": "ultrafast", "crf": 27, "x265-params": "log-level=none"}
    ),
)  # fmt: skip
_SIZES = ((320, 240), (480, 360))


Place = tuple[str, int, float, float] | str
"""Show, episode from 1, first second and seconds; or the name of a clip, which is taken whole."""


@dataclass(frozen=True)
class Recipe:
    """What a season is made of.

    Attributes:
        name: of its folder.
        show: whose episodes are the story.
        episodes: how many the show's four are cut into.
        openings: two.
        ending: one.
        card: name of the clip that is the eyecatch.
        seed: of which episode has what.
        options: the same.
    """

    name: str
    show: str
    episodes: int
    openings: tuple[Place, Place]
    ending: Place
    card: str
    seed: int
    options: BroadcastOptions


RECIPES = (
    Recipe(
        "scooby", "scooby", 8, (("louie", 1, 12.0, 24.0), ("louie", 3, 40.0, 20.0)),
        ("flint", 2, 30.0, 18.0), "onepiece_demo.mp4", 1, BroadcastOptions(),
    ),
    Recipe(
        "louie", "louie", 10, (("flint", 1, 20.0, 15.0), ("scooby", 4, 10.0, 22.0)),
        ("scooby", 2, 50.0, 15.0), "csm_food_stall.mp4", 2, BroadcastOptions(),
    ),
    # Its opening and its ending are of its own footage, as openings often are
    Recipe(
        "flint", "flint", 8, (("flint", 4, 0.5, 30.0), ("flint", 4, 31.0, 25.0)),
        ("flint", 4, 60.0, 20.0), "saber_chibi.mp4", 3, BroadcastOptions(no_opening=False),
    ),
    # All that is no story is short
    Recipe(
        "short", "louie", 12, ("onepiece_demo.mp4", ("flint", 3, 5.0, 8.0)), "saber_chibi.mp4",
        "csm_food_stall.mp4", 4, BroadcastOptions(clip_show=False),
    ),
)  # fmt: skip


def splice_seasons(data: Path, folder: Path, only: int | None, seed: int) -> Iterator[Path]:
    """The folders of the seasons, which are made where they are lacking.

    Args:
        data: has ``shows`` and ``clips``.
        folder: for a folder a season.
        only: number of the one that is wanted, from 1; None for all.
        seed: is added to those of the recipes.
    """
    for number, recipe in enumerate(RECIPES, 1):
        if only in {None, number}:
            season = folder / f"{recipe.name}{seed or ''}"
            if not season.exists():
                began = time.perf_counter()
                with atomic_folder(season) as part:
                    _Splicer(data, replace(recipe, seed=recipe.seed + seed)).write(part)
                print(f"{season.name}: made in {time.perf_counter() - began:.0f} s", flush=True)
            yield season


class _Splicer:
    def __init__(self, data: Path, recipe: Recipe) -> None:
        self._data, self._recipe = data, recipe
        rng = np.random.default_rng((recipe.seed, 1))
        self._excerpts = Excerpts(RATE, rng)
        self._plans = programmes(recipe.episodes, recipe.options, rng)
        self._stories = self._cut_story()

    def write(self, folder: Path) -> None:
        rows: list[TrueSegment] = []
        count = len(self._plans)
        ends = [(self._recap(k), self._preview(k)) for k in range(count)]
        back = self._flashback()
        last = max(k for k, plan in enumerate(self._plans) if not plan.clip_show)
        for k, (head, tail) in enumerate(ends):
            path = folder / f"{self._recipe.show}_S01E{k + 1:02}.mkv"
            stretches = [*head, *self._body(k, back if k == last else []), *tail]
            splice(
                path, stretches, size=_SIZES[k % 2],
                encoding=_ENCODINGS[(k + self._recipe.seed) % len(_ENCODINGS)],
            )  # fmt: skip
            rows += _true(path.name, stretches)
        write_rows(folder / "segments.csv", TrueSegment._fields, rows)

    def _taken(self, kind: str, place: Place) -> Stretch:
        if isinstance(place, str):
            return self._clip(kind, place)
        show, episode, start, seconds = place
        path = self._episode(show, episode)
        return Stretch(kind, (Footage(path, round(start * RATE), round(seconds * RATE)),))

    def _episode(self, show: str, number: int) -> Path:
        return self._data / "shows" / show / f"{show}_s01e{number:02}.mkv"

    def _cut_story(self) -> list[list[Stretch]]:
        """Of each episode two halves of story, none of which is shown anywhere else."""
        recipe = self._recipe
        places = [one for one in (*recipe.openings, recipe.ending) if not isinstance(one, str)]
        used = {episode for show, episode, *_ in places if show == recipe.show}
        paths = [self._episode(recipe.show, n) for n in range(1, 5) if n not in used]
        each = -(-2 * recipe.episodes // len(paths))
        halves = []
        for path in paths:
            edges = np.linspace(1, _frames(path) - 4, each + 1).astype(int)
            halves += [
                Stretch(STORY, (Footage(path, int(a), int(b - a)),)) for a, b in pairwise(edges)
            ]
        return [halves[2 * k : 2 * k + 2] for k in range(recipe.episodes)]

    def _recap(self, k: int) -> list[Stretch]:
        if not self._plans[k].recap:
            return []
        return [_joined(RECAP, self._excerpts.take(k - 1, self._stories[k - 1], 4))]

    def _preview(self, k: int) -> list[Stretch]:
        if not self._plans[k].preview:
            return []
        return [_joined(PREVIEW, self._excerpts.take(k + 1, self._stories[k + 1], 3))]

    def _flashback(self) -> list[Stretch]:
        return [_joined(REUSED, self._excerpts.take(0, self._stories[0], 1, longest=5.0))]

    def _clips(self, k: int) -> list[Stretch]:
        found = [
            one
            for _ in range(2)
            for other in range(k)
            for one in self._excerpts.take(other, self._stories[other], 2, longest=6.0)
        ]
        half = len(found) // 2
        return [_joined(RECAP, found[:half]), _joined(RECAP, found[half:])]

    def _body(self, k: int, back: Sequence[Stretch]) -> list[Stretch]:
        plan, found = self._plans[k], list[Stretch]()
        first, second = self._clips(k) if plan.clip_show else self._stories[k]
        if plan.cold_open:
            at = round(0.4 * first.frames)
            found.append(first.part(0, at))
            first = first.part(at, first.frames)
        found += self._opening(plan)
        middle = second.frames // 2
        halves = [second.part(0, middle), *back, second.part(middle, second.frames)]
        found += [first, self._clip(EYECATCH, self._recipe.card), *(halves if back else [second])]
        if plan.ending:
            place = self._recipe.openings[0] if plan.opening_as_ending else self._recipe.ending
            found.append(self._taken(ENDING, place))
        return found

    def _opening(self, plan: Programme) -> list[Stretch]:
        if plan.opening is None:
            return []
        whole = self._taken(OPENING, self._recipe.openings[plan.opening])
        shown = whole.part(0, round(plan.shown * whole.frames))
        return [silent(shown) if plan.silent else shown]

    def _clip(self, kind: str, name: str) -> Stretch:
        """The whole clip; one without sound of its own has that of another show's episode."""
        path = self._data / "clips" / name
        with av.open(str(path)) as file:
            mute, seconds = not file.streams.audio, float(file.streams.video[0].duration or 0)
            seconds *= float(file.streams.video[0].time_base or Fraction(1))
        show = "scooby" if self._recipe.show != "scooby" else "louie"
        sound = self._episode(show, 2 if kind == EYECATCH else 1)
        whole = Footage(path, 0, int(seconds * RATE) - 1)
        return Stretch(kind, (replace(whole, sound=sound) if mute else whole,))


def _frames(path: Path) -> int:
    with av.open(str(path)) as file:
        return int((file.duration or 0) / 1e6 * RATE)


def _joined(kind: str, stretches: Sequence[Stretch]) -> Stretch:
    return Stretch(kind, tuple(one for stretch in stretches for one in stretch.footage))


def _true(episode: str, stretches: Sequence[Stretch]) -> list[TrueSegment]:
    found, first = [], 0
    for stretch in stretches:
        last = first + stretch.frames
        if stretch.kind in KINDS:
            start, stop = round(first / RATE, 4), round(last / RATE, 4)
            found.append(TrueSegment(episode, stretch.kind, start, stop, first, last))
        first = last
    return found
