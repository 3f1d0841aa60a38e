"""Calibration of a bundle with prototypes: how alike is alike enough, measured on strangers.

Where do strangers come from when nobody has collected any? Every held-out face is one to a bundle
that lacks its character: so each is asked twice, once as it is, and once with its own character's
prototypes left out. Faces of the folder ``unknown`` are strangers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, Thresholds, log_probabilities, with_nobody
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.training.calibrate import HIGHEST, TEMPERATURES, lowest, lowest_threshold
from eyecatch.training.metrics import Answers

Logits = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

RIGHT = (0.95, 0.99)
"""Share of the known faces with a name that must have the right one, from each threshold on."""

MAYBE_LEAST, SURE_LEAST = 0.4, 0.8
"""No threshold is lower, however well everything went with the faces that are held out."""

LEAST = 20
"""Held-out faces from which on they say more than what the embedder was shipped with."""

OWN = 50
"""Strangers taken for a character from which on its own threshold weighs more than everyone's."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """What is assumed of faces that are nobody.

    Attributes:
        share: of the faces asked about.
        wrongly: share of them that may get a name, and a sure one.
    """

    share: float
    wrongly: tuple[float, float]


ENROLLED = Strangers(0.5, (0.05, 0.01))
"""Where a few characters are enrolled, anybody else is nobody."""

LEARNED = Strangers(0.1, (0.01, 0.002))
"""Where a cast is learned, faces of nobody are .04 and .12 of those in the episodes of two cartoons
(Scooby-Doo, the Flintstones). The strangers that it is calibrated with are the cast themselves,
whom the network learned to keep apart: of true ones .067 get a name then (docs/identity.md)."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How logits become answers.

    Attributes:
        calibration: of all.
        thresholds: of each name's own; None where the calibration's hold.
    """

    calibration: Calibration
    thresholds: tuple[Thresholds | None, ...]


def calibrate_open(
    logits: Logits,
    labels: Labels,
    names: Sequence[str | None],
    otherwise: Calibration,
    nobody: Strangers = LEARNED,
) -> Calibrated:
    """Fits temperature, the logit of nobody, and thresholds.

    Args:
        logits: (n, c) of held-out faces.
        labels: (n,) the true name of each, as a place in ``names``.
        names: of the c columns; None, the last, is of faces that are nobody.
        otherwise: the calibration where too few faces are held out.
        nobody: what is assumed of those that are nobody.
    """
    named = np.array([name is not None for name in names])
    known = named[labels]
    if known.sum() < LEAST or named.sum() < 2:
        return Calibrated(otherwise, (None,) * len(names))
    strangers = np.concatenate([without_own(logits[known], labels[known]), logits[~known]])
    plain = fit(logits[known], labels[known], strangers, named, nobody.share)
    mine, theirs = (Answers.of(some, names, plain) for some in (logits[known], strangers))
    right = (mine.guesses == labels[known])[mine.named]
    floors = [lowest_threshold(mine.confidence[mine.named], right, r) for r in RIGHT]
    maybe, sure = (
        _limits(theirs, wrong, floor, len(names))
        for wrong, floor in zip(nobody.wrongly, floors, strict=True)
    )
    pairs = [
        (max(low, MAYBE_LEAST), max(low, high, SURE_LEAST))
        for low, high in zip(maybe, sure, strict=True)
    ]
    calibration = replace(plain, maybe=pairs[-1][0], sure=pairs[-1][1])
    return Calibrated(calibration, tuple(pairs[:-1]))


def without_own(logits: Logits, labels: Labels) -> Logits:
    """Logits of known faces as if the bundle lacked their characters."""
    strangers = logits.copy()
    strangers[np.arange(len(labels)), labels] = -np.inf
    return strangers


def fit(
    known: Logits, labels: Labels, strangers: Logits, named: Bools, share: float
) -> Calibration:
    """Temperature and nobody's logit with the lowest negative log-likelihood.

    Strangers count for ``share``, however many there are. What a face is counts for
    (n + 1) / (n + 2), n being the known ones, and the rest for the other answer, after Platt
    (1999): a few faces that are all right would else ask for boundless confidence.

    Args:
        known: (n, c) logits, n at least 1.
        labels: (n,) their true columns.
        strangers: (m, c), m at least 1, of faces that are nobody.
        named: (c,) which columns have a name.
        share: of strangers among the faces asked about.

    Returns:
        A calibration whose thresholds keep nothing back.
    """
    doubt = 1 / (len(labels) + 2)

    def loss(temperature: float, nobody: float) -> float:
        calibration = Calibration(temperature, 0.0, 0.0, nobody)
        mine, theirs = (
            log_probabilities(with_nobody(some, calibration), temperature)
            for some in (known, strangers)
        )
        own = mine[np.arange(len(labels)), labels]
        names, none = np.append(named, False), np.append(~named, True)
        told = (1 - doubt) * own.mean() + doubt * np.logaddexp.reduce(mine[:, none], 1).mean()
        silent = np.logaddexp.reduce(theirs[:, none], 1), np.logaddexp.reduce(theirs[:, names], 1)
        kept = (1 - doubt) * silent[0].mean() + doubt * silent[1].mean()
        return float(-(1 - share) * told - share * kept)

    def best(temperature: float) -> float:
        return lowest(lambda nobody: loss(temperature, nobody), -SCALE, SCALE)

    low, high = np.log(TEMPERATURES)
    log = lowest(lambda t: loss(np.exp(t), best(np.exp(t))), low, high)
    return Calibration(float(np.exp(log)), 0.0, 0.0, best(np.exp(log)))


def _limits(strangers: Answers, share: float, floor: float, names: int) -> list[float]:
    """Confidence that no more than a share of the strangers reaches: each name's, then of all.

    A name's own is what the strangers who are taken for that character ask for; where these are
    few, it lies near that of all.
    """
    confidence = np.where(strangers.named, strangers.confidence, 0.0)
    all_ = _quantile(confidence, 1 - share)
    limits = []
    for k in range(names):
        mine = confidence[strangers.guesses == k]
        own = _quantile(mine, 1 - share) if len(mine) else all_
        limits.append((len(mine) * own + OWN * all_) / (len(mine) + OWN))
    return [float(np.clip(limit, floor, HIGHEST)) for limit in (*limits, all_)]


def _quantile(values: Reals, share: float) -> float:
    return float(np.nextafter(np.quantile(values, share, method="higher"), 1))
