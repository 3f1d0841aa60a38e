"""Calibration: from a network's logits to a temperature, a logit of "nobody", and thresholds.

Two methods, both fitted on faces that were held out of training:

- ``calibrate_closed_set`` for networks with a fixed set of classes (``study``): temperature
  scaling.
- ``calibrate_open_set`` for bundles with prototypes, which have to reject strangers as well. No
  strangers need to be collected: every held-out face is also asked about as if its character were
  not in the bundle, by leaving out that character's logit. Faces of the folder ``unknown`` are
  strangers too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, Thresholds, log_probabilities, with_nobody
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.core.identity.trust import MAX_THRESHOLD
from eyecatch.training.metrics import Answers

Logits = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MIN_PRECISION = (0.95, 0.99)
"""Share of the named faces whose name must be right, above the thresholds ``maybe`` and
``sure``."""

CLOSED_SET_FLOORS = (0.5, 0.8)
"""Lowest ``maybe`` and ``sure`` of a closed set: held-out faces are of known characters, and say
too little of strangers."""

OPEN_SET_FLOORS = (0.4, 0.8)
"""Lowest ``maybe`` and ``sure`` of an open set, however well the held-out faces went."""

TEMPERATURES = (0.05, 20.0)
"""Bounds of the search."""

MIN_FACES = 20
"""With fewer held-out faces of known characters the calibration of the base embedder is kept."""

SHRINKAGE = 50
"""Number of strangers predicted as a character at which the character's own quantile and that of
all strangers weigh the same in its threshold."""


@dataclass(frozen=True, slots=True)
class StrangerPrior:
    """What is assumed of faces whose character is not in the bundle.

    Attributes:
        share: of all faces that are asked about.
        max_named: largest share of strangers that may get a name, and that may get a sure name.
    """

    share: float
    max_named: tuple[float, float]


ENROLLED = StrangerPrior(0.5, (0.05, 0.01))
"""For bundles of a few enrolled characters: most other faces are strangers."""

LEARNED = StrangerPrior(0.1, (0.01, 0.002))
"""For a whole cast that was trained on. Strangers are .04 and .12 of the faces in the episodes of
two cartoons (Scooby-Doo, the Flintstones). The limits are strict because the strangers they are
fitted on are the cast themselves, whom the network learned to keep apart: of real strangers .067
get a name with them (docs/identity.md)."""


@dataclass(frozen=True, slots=True)
class FittedCalibration:
    """How logits become answers.

    Attributes:
        calibration: of all names.
        thresholds: of each name; None where the calibration's hold.
    """

    calibration: Calibration
    thresholds: tuple[Thresholds | None, ...]


def calibrate_closed_set(
    logits: Logits, labels: Labels, names: Sequence[str | None]
) -> Calibration:
    """Fits temperature and thresholds of a network with a fixed set of classes.

    Args:
        logits: float32 (n, c) of held-out faces; with n = 0 the default calibration is returned.
        labels: int64 (n,) the true class of each.
        names: of the c classes; None is the class of the folder ``unknown``.
    """
    if not len(labels):
        return Calibration()
    temperature = fit_temperature(logits, labels)
    named = np.array([name is not None for name in names])
    chances = np.exp(log_probabilities(logits, temperature))
    guesses = np.where(named, chances, -1).argmax(axis=1)
    # A face for which the class of nobody wins gets no name, whatever the threshold.
    considered = named[chances.argmax(axis=1)]
    confidence = chances[np.arange(len(labels)), guesses][considered]
    right = (guesses == labels)[considered]
    limits = [lowest_threshold(confidence, right, precision) for precision in MIN_PRECISION]
    maybe = max(CLOSED_SET_FLOORS[0], limits[0])
    sure = max(CLOSED_SET_FLOORS[1], maybe, limits[1])
    return Calibration(temperature, min(maybe, MAX_THRESHOLD), min(sure, MAX_THRESHOLD))


def calibrate_open_set(
    logits: Logits,
    labels: Labels,
    names: Sequence[str | None],
    default: Calibration,
    prior: StrangerPrior = LEARNED,
) -> FittedCalibration:
    """Fits temperature, the logit of nobody, and thresholds of a bundle with prototypes.

    Args:
        logits: float32 (n, c) of held-out faces.
        labels: int64 (n,) the true name of each, as an index into ``names``.
        names: of the c columns; None, the last, is that of the folder ``unknown``.
        default: the calibration if fewer than ``MIN_FACES`` faces are held out.
        prior: how common strangers are, and how many of them may be named.
    """
    named = np.array([name is not None for name in names])
    known = named[labels]
    if known.sum() < MIN_FACES or named.sum() < 2:
        return FittedCalibration(default, (None,) * len(names))
    strangers = np.concatenate([without_own_class(logits[known], labels[known]), logits[~known]])
    fitted = fit_open_set(logits[known], labels[known], strangers, named, prior.share)
    mine, theirs = (Answers.of(some, names, fitted) for some in (logits[known], strangers))
    right = (mine.guesses == labels[known])[mine.named]
    floors = [lowest_threshold(mine.confidence[mine.named], right, r) for r in MIN_PRECISION]
    maybe, sure = (
        _thresholds(theirs, share, floor, len(names))
        for share, floor in zip(prior.max_named, floors, strict=True)
    )
    pairs = [
        (max(low, OPEN_SET_FLOORS[0]), max(low, high, OPEN_SET_FLOORS[1]))
        for low, high in zip(maybe, sure, strict=True)
    ]
    calibration = replace(fitted, maybe=pairs[-1][0], sure=pairs[-1][1])
    return FittedCalibration(calibration, tuple(pairs[:-1]))


def without_own_class(logits: Logits, labels: Labels) -> Logits:
    """Logits (n, c) of known faces as if the bundle lacked their characters: -inf at the label."""
    strangers = logits.copy()
    strangers[np.arange(len(labels)), labels] = -np.inf
    return strangers


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """The temperature with the lowest negative log-likelihood, within ``TEMPERATURES``.

    Targets are smoothed as Platt (1999) does: (n + 1) / (n + 2) for the true class, with n faces;
    without it a few separable faces would drive the temperature to its lower bound.
    """
    smoothing = 1 / (len(labels) + 2)
    low, high = np.log(TEMPERATURES)
    best = minimize_unimodal(
        lambda t: negative_log_likelihood(logits, labels, np.exp(t), smoothing), low, high
    )
    return float(np.exp(best))


def fit_open_set(
    known: Logits, labels: Labels, strangers: Logits, named: Bools, share: float
) -> Calibration:
    """Temperature and logit of nobody with the lowest negative log-likelihood.

    Targets are smoothed as Platt (1999) does: (n + 1) / (n + 2) for the true class, with n known
    faces; without it a few separable faces would drive the temperature to its lower bound.

    Args:
        known: float32 (n, c) logits, n at least 1.
        labels: int64 (n,) their true columns.
        strangers: float32 (m, c) logits of faces that are nobody, m at least 1.
        named: bool (c,) which columns have a name.
        share: weight of the strangers in the likelihood, however many there are.

    Returns:
        A calibration whose two thresholds are 0.
    """
    smoothing = 1 / (len(labels) + 2)
    names, nobody_columns = np.append(named, False), np.append(~named, True)

    def loss(temperature: float, nobody: float) -> float:
        calibration = Calibration(temperature, 0.0, 0.0, nobody)
        mine, theirs = (
            log_probabilities(with_nobody(some, calibration), temperature)
            for some in (known, strangers)
        )
        own = mine[np.arange(len(labels)), labels].mean()
        rejected = np.logaddexp.reduce(mine[:, nobody_columns], 1).mean()
        of_known = (1 - smoothing) * own + smoothing * rejected
        nobody_right = np.logaddexp.reduce(theirs[:, nobody_columns], 1).mean()
        somebody = np.logaddexp.reduce(theirs[:, names], 1).mean()
        of_strangers = (1 - smoothing) * nobody_right + smoothing * somebody
        return float(-(1 - share) * of_known - share * of_strangers)

    def best_nobody(temperature: float) -> float:
        return minimize_unimodal(lambda nobody: loss(temperature, nobody), -SCALE, SCALE)

    low, high = np.log(TEMPERATURES)
    log = minimize_unimodal(lambda t: loss(np.exp(t), best_nobody(np.exp(t))), low, high)
    return Calibration(float(np.exp(log)), 0.0, 0.0, best_nobody(np.exp(log)))


def negative_log_likelihood(
    logits: Logits, labels: Labels, temperature: float = 1.0, smoothing: float = 0.0
) -> float:
    """Mean negative log-likelihood of the true classes.

    Args:
        logits: float32 (n, c), n at least 1 and c at least 2.
        labels: int64 (n,).
        temperature: of the softmax.
        smoothing: share of each target that is spread evenly over the other classes.
    """
    log_chances = log_probabilities(logits, temperature)
    true = log_chances[np.arange(len(labels)), labels]
    others = (log_chances.sum(axis=1) - true) / (log_chances.shape[1] - 1)
    return float(-((1 - smoothing) * true + smoothing * others).mean())


def minimize_unimodal(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one minimum in [low, high] has it, by golden-section search."""
    ratio = (np.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    left, right = function(a), function(b)
    for _ in range(30):  # 6 * 0.618 ** 30 is below any digit that is shown
        if left < right:
            high, b, right = b, a, left
            a = high - ratio * (high - low)
            left = function(a)
        else:
            low, a, left = a, b, right
            b = low + ratio * (high - low)
            right = function(b)
    return float((low + high) / 2)


def lowest_threshold(confidence: Reals, right: Bools, min_precision: float) -> float:
    """The lowest confidence above which at least ``min_precision`` of the answers is right.

    Args:
        confidence: float64 (n,).
        right: bool (n,) whether each answer is right.
        min_precision: share in 0..1.

    Returns:
        0 if even all answers together are right often enough, or there is none; 1 if no threshold
        reaches the precision.
    """
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(precision >= min_precision)
    if len(good) == 0:
        return 1.0 if len(right) else 0.0
    return 0.0 if good[-1] == len(right) - 1 else float(confidence[order[good[-1]]])


def _thresholds(strangers: Answers, max_named: float, floor: float, names: int) -> list[float]:
    """Thresholds that at most ``max_named`` of the strangers reach: of each name, then of all.

    Each character's threshold is the quantile of the strangers predicted as it, shrunk towards the
    quantile of all strangers when there are few.
    """
    confidence = np.where(strangers.named, strangers.confidence, 0.0)
    of_all = _quantile(confidence, 1 - max_named)
    limits = []
    for k in range(names):
        mine = confidence[strangers.guesses == k]
        own = _quantile(mine, 1 - max_named) if len(mine) else of_all
        limits.append((len(mine) * own + SHRINKAGE * of_all) / (len(mine) + SHRINKAGE))
    return [float(np.clip(limit, floor, MAX_THRESHOLD)) for limit in (*limits, of_all)]


def _quantile(values: Reals, share: float) -> float:
    return float(np.nextafter(np.quantile(values, share, method="higher"), 1))
