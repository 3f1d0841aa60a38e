"""Excerpts of stories: what recaps, previews, flashbacks and clip shows are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol, Self, TypeVar

import numpy as np

from eyecatch.core.segments.kinds import STORY

_SHORTEST, _LONGEST = 2.0, 4.0  # seconds of one
_CLEAR = 0.5  # seconds that an end keeps from a cut on which it does not lie
_AT_CUT = 0.6  # how often an excerpt begins at a cut; else within a shot
_TRIES = 60


class Excerptible(Protocol):
    """Frames on end, as ``core.synthetic.passages.Passage`` has them."""

    @property
    def kind(self) -> str:
        """What it is; excerpts are taken of stories alone."""

    @property
    def frames(self) -> int:
        """How many."""

    def part(self, start: int, stop: int, rate: float) -> Self:
        """Its frames from ``start`` up to ``stop``, at ``rate`` a second."""

    def cuts(self) -> list[int]:
        """Numbers of the frames on which a new shot begins, without the first."""


_Some = TypeVar("_Some", bound=Excerptible)


class Excerpts:
    """Takes excerpts; no frame is taken twice.

    Args:
        rate: frames a second.
        rng: every choice follows from it.
    """

    def __init__(self, rate: float, rng: np.random.Generator) -> None:
        self._rate, self._rng = rate, rng
        self._taken: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)

    def take(
        self, episode: int, story: Sequence[_Some], count: int, longest: float = _LONGEST
    ) -> list[_Some]:
        """So many excerpts of an episode's story in their order; fewer where no more is left.

        Args:
            episode: its number, by which it is known what was taken.
            story: its passages, those of other kinds are passed over.
            count: how many.
            longest: seconds.
        """
        found: list[tuple[int, int, int]] = []
        for _ in range(_TRIES * count):
            if len(found) == count:
                break
            place = int(self._rng.integers(len(story)))
            span = self._span(story[place], longest)
            if span and self._is_free(episode, place, span):
                self._taken[episode, place].append(span)
                found.append((place, *span))
        return [story[place].part(a, b, self._rate) for place, a, b in sorted(found)]

    def _span(self, passage: Excerptible, longest: float) -> tuple[int, int] | None:
        frames = round(float(self._rng.uniform(_SHORTEST, longest)) * self._rate)
        if passage.kind != STORY or passage.frames < frames:
            return None
        cuts = [0, *passage.cuts()]
        start = int(self._rng.integers(passage.frames - frames + 1))
        if self._rng.random() < _AT_CUT:
            start = max(cut for cut in cuts if cut <= start)
        span = start, start + frames
        clear = _CLEAR * self._rate
        return span if all(abs(at - cut) >= clear or at == cut for at in span for cut in cuts
                           ) else None  # fmt: skip

    def _is_free(self, episode: int, place: int, span: tuple[int, int]) -> bool:
        return all(
            span[1] <= start or stop <= span[0] for start, stop in self._taken[episode, place]
        )
