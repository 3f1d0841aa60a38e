"""How a character's few pictures compare with one another and with everybody else's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Thresholds, probabilities
from eyecatch.core.identity.prototypes import make_prototypes
from eyecatch.training.calibration import MAX_THRESHOLD
from eyecatch.training.enrolment.gallery import Roster

Reals = npt.NDArray[np.float64]

LEAST_PICTURES = 3
"""With fewer there is no telling how a character's pictures compare with one another."""

ODD = 0.25
"""A picture is odd that is recognised by the others with less than this share of the confidence
that is usual among them."""

GONE = -1e3
"""The logit of somebody who is left out of a comparison."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a bundle would say of some pictures of a character, and of everybody else.

    Attributes:
        own: float64 (n,) the confidence that each picture is of the character, by prototypes made
            of the others; empty where there are too few.
        others: float64 (m,) the confidence that each prototype of somebody else, whom the bundle
            does not know for once, is of the character.
    """

    own: Reals
    others: Reals

    @property
    def odd(self) -> list[int]:
        """Which of the pictures hardly look like the others."""
        usual = np.median(self.own) if len(self.own) else 0.0
        return np.flatnonzero(self.own < ODD * usual).tolist()


def compare(
    before: Roster, after: Roster, name: str, embeddings: npt.NDArray[np.floating]
) -> Likeness:
    """Compares the pictures by which a character was enrolled.

    Args:
        before: whom the bundle knew without them.
        after: whom it knows with them.
        name: of the character.
        embeddings: float (n, d), of the pictures.
    """
    place = after.place(name)
    own = []
    for k in range(len(embeddings) if len(embeddings) >= LEAST_PICTURES else 0):
        without = before.joined(name, *make_prototypes(np.delete(embeddings, k, axis=0)))
        own.append(_chances(without, embeddings[k : k + 1])[0, place])
    return Likeness(np.array(own, np.float64), _strangers(after, place))


def thresholds(likeness: Likeness, otherwise: Thresholds) -> Thresholds:
    """Thresholds of a character's own: higher ones, if somebody else would be mistaken for it.

    They are never lower: a character whose pictures differ much is named more rarely, and nobody
    else more often.

    Args:
        likeness: of its pictures.
        otherwise: the thresholds without them.
    """
    mistaken = min(float(likeness.others.max(initial=0.0)), MAX_THRESHOLD)
    return max(otherwise[0], mistaken), max(otherwise[1], mistaken)


def _strangers(roster: Roster, place: int) -> Reals:
    prototypes = roster.prototypes
    others = prototypes.owners != place
    logits = prototypes.logits(prototypes.vectors[others])
    logits[np.arange(len(logits)), prototypes.owners[others]] = GONE
    return np.asarray(probabilities(logits, roster.contents.calibration)[:, place])


def _chances(roster: Roster, embeddings: npt.NDArray[np.floating]) -> Reals:
    return probabilities(roster.prototypes.logits(embeddings), roster.contents.calibration)
