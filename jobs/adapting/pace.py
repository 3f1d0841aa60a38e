"""How far an adaptation is, and how long the rest will take at the pace so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eyecatch.core.text import clock

STAGES: Final = {
    "sample": "sampling frames",
    "time": "timing this machine",
    "draw": "drawing people",
    "look": "looking at frames",
    "learn": "learning",
    "judge": "judging",
}
"""What is done, in order, and how people are told of it."""

_PRIOR: Final = {
    "sample": 0.15,
    "time": 1.0,
    "draw": 0.01,
    "look": 0.04,
    "learn": 0.25,
    "judge": 0.01,
}
"""Seconds that a frame or a step takes on two cores, until some of them have been timed."""


@dataclass(frozen=True, slots=True)
class AdaptProgress:
    """How far an adaptation is.

    Attributes:
        stage: a key of STAGES.
        round, rounds: the round at work, from 1, of how many; both 0 before the first.
        done, total: frames or steps of the stage.
        left: seconds until all is done, at the pace so far.
    """

    stage: str
    round: int
    rounds: int
    done: int
    total: int
    left: float

    def line(self) -> str:
        """All of it in one line."""
        of_round = f"round {self.round}/{self.rounds}: " if self.rounds else ""
        left = f" | {clock(self.left)} left" if self.left >= 1 else ""
        return f"{of_round}{STAGES[self.stage]} {self.done}/{self.total}{left}"


AdaptListener = Callable[[AdaptProgress], None]
"""Called after every step of an adaptation."""


def unheard(_: AdaptProgress) -> None:
    """A listener that does nothing."""


class Pace:
    """Times the stages of an adaptation, and tells a listener how long the rest will take.

    Args:
        listener: is told.
        units: how many frames or steps each stage has, of all rounds together.
        rounds: how many rounds there will be.
    """

    def __init__(self, listener: AdaptListener, units: dict[str, int], rounds: int) -> None:
        self._listener, self._units, self._rounds = listener, dict(units), rounds
        self._done = dict.fromkeys(STAGES, 0)
        self._rates = dict(_PRIOR)
        self._at: tuple[str, int, int, float] | None = None

    def expect(self, stage: str, units: int, rounds: int) -> None:
        """There will be so many frames or steps of a stage, in so many rounds together."""
        self._units[stage], self._rounds = units, rounds

    def step(self, stage: str, done: int, total: int, round_: int = 0) -> None:
        """So many of the frames or steps of a stage, in this round, are done."""
        now = time.monotonic()
        if self._at is not None and self._at[:2] == (stage, round_) and done > self._at[2]:
            rate = (now - self._at[3]) / (done - self._at[2])
            self._rates[stage] += 0.1 * (rate - self._rates[stage])  # of the last ten or so
        self._at = stage, round_, done, now
        before = (round_ - 1) * total if round_ else 0
        self._done[stage] = before + done
        rounds = self._rounds if round_ else 0
        self._listener(AdaptProgress(stage, round_, rounds, done, total, self._left(stage)))

    def _left(self, stage: str) -> float:
        over = list(STAGES)[: list(STAGES).index(stage)] if not self._done["look"] else ["sample"]
        return sum(
            max(0, units - self._done[one]) * self._rates[one]
            for one, units in self._units.items()
            if one not in over
        )
