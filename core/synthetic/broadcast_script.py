"""Writing a season as it is broadcast: the passages of each of its episodes, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from eyecatch.core.segments.kinds import ENDING, EYECATCH, OPENING, PREVIEW, RECAP, REUSED, STORY
from eyecatch.core.synthetic.captions import Caption, fixed, rolling, standing
from eyecatch.core.synthetic.cast import CAST, SHOW, STRANGERS
from eyecatch.core.synthetic.character import Character
from eyecatch.core.synthetic.excerpts import Excerpts
from eyecatch.core.synthetic.passages import BLACK, Passage, inserted, joined, muted, spoken
from eyecatch.core.synthetic.programme import BroadcastOptions, Programme, programmes
from eyecatch.core.synthetic.scene import Shot
from eyecatch.core.synthetic.script import Writer
from eyecatch.core.synthetic.soundtrack import Sound

_COLD = 0.2  # share of the story that comes before the opening where some does
_SPONSOR = 2.5  # seconds of the card; real ones have five to ten
_STOCK = 3.0  # seconds of the shot that several episodes show
_CREDITS = 2.0  # seconds that a name stands
_RECAP, _PREVIEW = 4, 3  # excerpts of each
# What a generator of random numbers is for
_STORY, _MONTAGE, _CARDS, _STOCK_SHOT, _EXCERPTS, _PLAN, _NAMES = range(1, 8)
_SOUNDS = 16  # songs of a season: openings 0 and 1, ending 2, cards 3 and 4
_AFTER = 1000.0  # seconds into an episode's sound at which none of its story is: for stock shots
_SPONSORS = "BROUGHT TO YOU BY\nTanaka Rice\nKoi Pencils\nHoshi Railways"


@dataclass(slots=True)
class SeasonWriter:
    """Writes a season; the same fields, the same passages.

    Attributes:
        episodes: how many.
        seconds: length of each one's story.
        rate: frames a second.
        aspect: width of the picture over its height.
        seed: of everything.
        options: what there is beside the story.
        dark: share of the story's shots that play at night.
    """

    episodes: int
    seconds: float
    rate: float
    aspect: float
    seed: int
    options: BroadcastOptions
    dark: float = 0.12
    _stories: list[list[Passage]] = field(default_factory=list)  # as written: excerpts' sources
    _sections: list[list[list[Passage]]] = field(default_factory=list)  # as shown
    _excerpts: Excerpts = field(init=False)

    def __post_init__(self) -> None:
        self._excerpts = Excerpts(self.rate, self._rng(_EXCERPTS))

    def write(self) -> list[list[Passage]]:
        """The passages of every episode."""
        rng = self._rng(_PLAN)
        plans = programmes(self.episodes, self.options, rng)
        openings = [self._montage(OPENING, self.options.opening, k) for k in range(2)]
        ending = self._montage(ENDING, self.options.ending, 2)
        self._stories = [self._story(k, plan) for k, plan in enumerate(plans)]
        heads = [self._recap(k, plan) for k, plan in enumerate(plans)]
        tails = [self._preview(k, plan) for k, plan in enumerate(plans)]
        self._sections = [
            [[one] for one in (self._clips(k) if plan.clip_show else self._stories[k])]
            for k, plan in enumerate(plans)
        ]
        if self.options.reused:
            self._reuse(rng, plans)
        bodies = [self._body(k, plan, openings, ending) for k, plan in enumerate(plans)]
        return [
            [spoken(one, int(k in self.options.dubbed)) for one in self._spaced(passages)]
            for k, passages in enumerate(
                head + body + tail for head, body, tail in zip(heads, bodies, tails, strict=True)
            )
        ]

    def _body(
        self, k: int, plan: Programme, openings: Sequence[Passage], ending: Passage
    ) -> list[Passage]:
        passages, (*before, second) = list[Passage](), self._sections[k]
        rng = self._rng(_NAMES, k)
        if plan.cold_open:
            passages += before.pop(0)
        if plan.opening is not None:
            passages.append(self._opening(openings[plan.opening], plan, rng))
        if plan.sponsors:
            passages.append(self._sponsors())
        passages += [*(one for section in before for one in section), *self._cards(), *second]
        if plan.ending:
            source = openings[0] if plan.opening_as_ending else ending
            names = rolling(source.frames, self.rate, rng) if self.options.credits else ()
            passages.append(replace(source, kind=ENDING, captions=names))
        return passages

    def _rng(self, purpose: int, number: int = 0) -> np.random.Generator:
        return np.random.default_rng((self.seed, purpose, number + 1))  # NumPy ignores a last 0

    def _writer(self, cast: Sequence[Character], purpose: int, number: int = 0) -> Writer:
        strangers = STRANGERS if len(cast) < len(CAST) else ()
        rng = self._rng(purpose, number)
        return Writer(cast, strangers, self.rate, self.aspect, self.dark, 3, rng)

    def _frames(self, seconds: float) -> int:
        return round(seconds * self.rate)

    def _song(self, number: int, frames: int) -> Sound:
        return Sound("song", self.seed * _SOUNDS + number, 0.0, frames / self.rate)

    def _montage(self, kind: str, seconds: float, number: int) -> Passage:
        frames = self._frames(seconds)
        each = 1.3 if kind == OPENING else 2.2
        shots = self._writer(CAST, _MONTAGE, number).montage(frames, max(5, round(seconds / each)))
        return Passage(kind, tuple(s for s in shots if s.frames), (self._song(number, frames),))

    def _opening(self, whole: Passage, plan: Programme, rng: np.random.Generator) -> Passage:
        start, stop = round(0.25 * whole.frames), round(0.5 * whole.frames)
        lines = [Caption(SHOW.upper(), start, stop, 0.12, 0.55, 0.09)]
        if self.options.credits:
            lines += standing(whole.frames, self._frames(_CREDITS), rng)
        shown = replace(whole, captions=tuple(lines))
        shown = shown.part(0, round(plan.shown * whole.frames), self.rate)
        return muted(shown) if plan.silent else shown

    def _sponsors(self) -> Passage:
        frames = self._frames(_SPONSOR)
        shot = Shot(frames, "sunset", step=frames, seed=self.seed)
        return Passage(EYECATCH, (shot,), (self._song(3, frames),), fixed(_SPONSORS, frames))

    def _cards(self) -> list[Passage]:
        frames = self._frames(self.options.eyecatch)
        if not frames:
            return []
        writer = self._writer(CAST, _CARDS)
        shots = (Shot(frames, None, title=SHOW), *writer.montage(frames, 1))
        song = self._song(4, 2 * frames)
        return [Passage(EYECATCH, shots, (song,))]

    def _story(self, k: int, plan: Programme) -> list[Passage]:
        """A cold open, if there is one, and the two halves."""
        absent = CAST[(self.seed + 2 * k) % len(CAST)]
        writer = self._writer([c for c in CAST if c is not absent], _STORY, k)
        deck, whole = writer.deck(), self._frames(self.seconds)
        shares = (_COLD, 0.5 - _COLD, 0.5) if plan.cold_open else (0.5, 0.5)
        edges = np.cumsum([0.0, *shares]) * whole
        found = []
        for start, stop in zip(edges[:-1].round(), edges[1:].round(), strict=True):
            shots = writer.part(int(stop - start), deck)
            sound = self._voices(k).part(float(start) / self.rate, float(stop) / self.rate)
            found.append(Passage(STORY, tuple(shots), (sound,)))
        return found

    def _voices(self, k: int) -> Sound:
        score = self.seed if self.options.music else None
        return Sound("story", self.seed * 1000 + k, score=score)

    def _recap(self, k: int, plan: Programme) -> list[Passage]:
        if not plan.recap:
            return []
        return [joined(RECAP, self._excerpts.take(k - 1, self._stories[k - 1], _RECAP))]

    def _preview(self, k: int, plan: Programme) -> list[Passage]:
        if not plan.preview:
            return []
        return [joined(PREVIEW, self._excerpts.take(k + 1, self._stories[k + 1], _PREVIEW))]

    def _clips(self, k: int) -> list[Passage]:
        """Two halves of excerpts of earlier episodes, in turns."""
        wanted, found = self._frames(self.seconds), list[Passage]()
        for _ in range(20):
            for other in range(k):
                found += self._excerpts.take(other, self._stories[other], 1, longest=6.0)
                if sum(one.frames for one in found) >= wanted:
                    half = len(found) // 2
                    return [joined(RECAP, found[:half]), joined(RECAP, found[half:])]
        half = max(1, len(found) // 2)  # short stories have no more to give
        return [joined(RECAP, found[:half]), joined(RECAP, found[half:])]

    def _reuse(self, rng: np.random.Generator, plans: Sequence[Programme]) -> None:
        """A stock shot in every third episode, and a flashback in some of the others."""
        stock = self._writer(CAST, _STOCK_SHOT).montage(self._frames(_STOCK), 1)
        seconds = self._frames(_STOCK) / self.rate
        plain = [k for k, plan in enumerate(plans) if not plan.clip_show]
        for number, k in enumerate(plain[::3]):
            sound = self._voices(k).part(_AFTER, _AFTER + seconds)
            self._insert(rng, k, Passage(REUSED if number else STORY, tuple(stock), (sound,)))
        for k in plain[2::3]:
            for other in rng.permutation([one for one in plain if one < k]):
                if found := self._excerpts.take(int(other), self._stories[other], 1, longest=5.0):
                    self._insert(rng, k, replace(found[0], kind=REUSED))
                    break

    def _insert(self, rng: np.random.Generator, k: int, what: Passage) -> None:
        """Into an episode's story, at a cut."""
        places = [
            (section, number, at)
            for section in self._sections[k]
            for number, one in enumerate(section)
            for at in one.cuts()
            if one.kind == STORY
        ]
        if places:
            section, number, at = places[int(rng.integers(len(places)))]
            section[number : number + 1] = inserted(section[number], what, at, self.rate)

    def _spaced(self, passages: Sequence[Passage]) -> list[Passage]:
        """With black between parts, if it is wished for; never within the story."""
        frames, found = self._frames(self.options.black), list[Passage]()
        silence = Sound("silence", seconds=frames / self.rate)
        for one in passages:
            within = found and {found[-1].kind, one.kind} <= {STORY, REUSED}
            if found and frames and not within:
                found.append(Passage(BLACK, (Shot(frames, "black", step=frames),), (silence,)))
            found.append(one)
        return found
