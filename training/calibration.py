"""Calibration: from a network's logits to a temperature, a logit of "nobody", and thresholds.

Fitted on faces that were held out of training. ``calibrate_closed_set`` is for networks with a
fixed set of classes (``study``); bundles with prototypes are calibrated by ``training.open_set``,
with the likelihood that is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, log_probabilities, with_nobody
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.core.identity.trust import MAX_THRESHOLD

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

TEMPERATURES = (0.05, 20.0)
"""Bounds of the search."""


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
    known: Logits,
    labels: Labels,
    strangers: tuple[Logits, Reals],
    named: Bools,
    share: float,
) -> Calibration:
    """Temperature and logit of nobody with the lowest negative log-likelihood.

    Targets are smoothed as Platt (1999) does: (n + 1) / (n + 2) for the true class, with n known
    faces; without it a few separable faces would drive the temperature to its lower bound.

    Args:
        known: float32 (n, c) logits, n at least 1.
        labels: int64 (n,) their true columns.
        strangers: float32 (m, c) logits of faces that are nobody, m at least 1, and float64 (m,)
            their weights, all together 1.
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
            for some in (known, strangers[0])
        )
        own = mine[np.arange(len(labels)), labels].mean()
        rejected = np.logaddexp.reduce(mine[:, nobody_columns], 1).mean()
        of_known = (1 - smoothing) * own + smoothing * rejected
        nobody_right = np.logaddexp.reduce(theirs[:, nobody_columns], 1) @ strangers[1]
        somebody = np.logaddexp.reduce(theirs[:, names], 1) @ strangers[1]
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
