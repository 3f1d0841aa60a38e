"""What naming gains and loses at a threshold: how sure is sure enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.trust import MAX_THRESHOLD
from eyecatch.training.metrics import Answers, Logits, Reals

Bools = npt.NDArray[np.bool_]

SHRINKAGE: Final = 50
"""Number of faces at which what they say and what holds without them weigh the same."""

FEW: Final = 10
"""The same for the strangers who are taken for one character."""


@dataclass(frozen=True, slots=True)
class Level:
    """How sure is sure enough.

    Attributes:
        cost: of a wrong name, where a missing one costs 1.
        most: share of the strangers of a group that may get a name.
    """

    cost: float
    most: float


COSTS: Final[Mapping[str, Level]] = {
    "eager": Level(1.0, 0.2),
    "balanced": Level(3.0, 0.05),
    "high": Level(9.0, 0.01),
}
"""From the one that names most to the one that names least. What one level names, the level before
gives as sure; the strictest has a sure of its own."""

SUREST: Final = Level(24.0, 0.005)
"""From where on ``high`` gives a name as sure."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """A group of faces of nobody that the bundle knows.

    Attributes:
        logits: float32 (m, c).
        weights: float64 (m,), all together 1.
        promise: whether at most a share of them may be named.
    """

    logits: Logits
    weights: Reals
    promise: bool

    @classmethod
    def even(cls, logits: Logits, *, promise: bool) -> Strangers:
        """All of one weight."""
        return cls(logits, np.full(len(logits), 1 / max(1, len(logits))), promise)


@dataclass(frozen=True, slots=True)
class Risk:
    """What naming by a threshold gains and loses.

    Attributes:
        mine: answers to known faces.
        right: bool (n,), whether the first name is right.
        theirs: answers to the faces of each group.
        groups: of strangers.
        share: of strangers among all.
    """

    mine: Answers
    right: Bools
    theirs: tuple[Answers, ...]
    groups: tuple[Strangers, ...]
    share: float

    def threshold(self, level: Level) -> float:
        """From which confidence on a name is worth its risk, and keeps the level's promise."""
        n = len(self.right)
        fair = level.cost / (1 + level.cost)  # what it would be if each chance were exact
        best = (n * self._best(level.cost) + SHRINKAGE * fair) / (n + SHRINKAGE)
        caps = [
            weighted_quantile(_confidence(answers), group.weights, 1 - level.most)
            for answers, group in zip(self.theirs, self.groups, strict=True)
            if group.promise
        ]
        return float(np.clip(max([best, *caps]), 0, MAX_THRESHOLD))

    def limits(self, most: float, names: int) -> list[float]:
        """Of each name, see ``own_limit``."""
        found = []
        sure = [
            (answers.guesses, _confidence(answers))
            for answers, group in zip(self.theirs, self.groups, strict=True)
            if group.promise
        ]
        for name in range(names):
            mine = [confidence[guesses == name] for guesses, confidence in sure]
            found.append(own_limit(np.concatenate(mine) if mine else np.zeros(0), most))
        return found

    def _best(self, cost: float) -> float:
        """The threshold with the highest gain less cost on all these faces.

        Between two faces it is in the middle: a known face may be a little less sure than all of
        these.
        """
        n = len(self.right)
        confidence = [np.where(self.mine.named, self.mine.confidence, 0.0)]
        gains = [np.where(self.right, 1.0, -cost) * (1 - self.share) / n]
        for answers, group in zip(self.theirs, self.groups, strict=True):
            confidence.append(_confidence(answers))
            gains.append(-cost * group.weights * self.share / len(self.groups))
        level, gain = np.concatenate(confidence), np.concatenate(gains)
        order = np.argsort(-level, kind="stable")
        order = order[level[order] > 0]
        if not len(order):
            return 1.0
        best = int(np.cumsum(gain[order]).argmax())
        below = level[order[best + 1]] if best + 1 < len(order) else 0.0
        return float(level[order[best]] + below) / 2


def own_limit(strangers: Reals, most: float) -> float:
    """The threshold that at most a share of the strangers who are taken for somebody reach.

    Args:
        strangers: float64 (k,) the confidence of that name for each of them; 0 where nobody is
            likelier. Few say little: the limit is shrunk towards none.
        most: the share.
    """
    if not len(strangers):
        return 0.0
    reached = float(np.quantile(strangers, 1 - most, method="higher"))
    return min(len(strangers) * reached / (len(strangers) + FEW), MAX_THRESHOLD)


def _confidence(answers: Answers) -> Reals:
    """Of the first name; 0 where nobody is likelier."""
    return np.where(answers.named, answers.confidence, 0.0)


def weighted_quantile(values: Reals, weights: Reals, share: float) -> float:
    """The least number above which at most ``1 - share`` of the weight lies."""
    order = np.argsort(values)
    reached = np.searchsorted(np.cumsum(weights[order]), share * weights.sum() - 1e-9)
    return float(np.nextafter(values[order[min(reached, len(values) - 1)]], 2))
