"""Temperature and thresholds, fitted on faces that training has not seen.

What is here is for networks that know only their classes; ``openset`` is for those with prototypes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, log_probabilities

MAYBE_RIGHT, SURE_RIGHT = 0.95, 0.99
"""Share of the held-out faces with a name that must have the right one, from each threshold on."""

MAYBE_LEAST, SURE_LEAST = 0.5, 0.8
"""No threshold is lower: held-out faces are of known characters and say too little of strangers."""

HIGHEST = 0.99
"""No threshold is higher, so that a clear face can always be named."""

TEMPERATURES = (0.05, 20.0)

Logits = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


def calibrate(logits: Logits, labels: Labels, names: Sequence[str | None]) -> Calibration:
    """Fits a calibration.

    Args:
        logits: (n, c) of held-out faces; with none, the defaults stay.
        labels: (n,) the true class of each.
        names: of the c classes; None is nobody.
    """
    if not len(labels):
        return Calibration()
    temperature = fit_temperature(logits, labels)
    named = np.array([name is not None for name in names])
    chances = np.exp(log_probabilities(logits, temperature))
    guesses = np.where(named, chances, -1).argmax(axis=1)
    # A face that nobody's class wins gets no name, whatever the threshold.
    asked = named[chances.argmax(axis=1)]
    confidence = chances[np.arange(len(labels)), guesses][asked]
    right = (guesses == labels)[asked]
    maybe = max(MAYBE_LEAST, lowest_threshold(confidence, right, MAYBE_RIGHT))
    sure = max(SURE_LEAST, maybe, lowest_threshold(confidence, right, SURE_RIGHT))
    return Calibration(temperature, min(maybe, HIGHEST), min(sure, HIGHEST))


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """The temperature with the lowest negative log-likelihood, within ``TEMPERATURES``.

    The true class of each of n faces counts for (n + 1) / (n + 2) and the others for the rest,
    after Platt (1999): a few faces that are all right would else ask for boundless confidence.
    """
    doubt = 1 / (len(labels) + 2)
    low, high = np.log(TEMPERATURES)
    return float(np.exp(lowest(lambda t: loss(logits, labels, np.exp(t), doubt), low, high)))


def lowest(valley: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one valley between ``low`` and ``high`` is lowest, by golden sections."""
    ratio = (np.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    left, right = valley(a), valley(b)
    for _ in range(30):  # 6 * 0.618 ** 30 is below any digit that is shown
        if left < right:
            high, b, right = b, a, left
            a = high - ratio * (high - low)
            left = valley(a)
        else:
            low, a, left = a, b, right
            b = low + ratio * (high - low)
            right = valley(b)
    return float((low + high) / 2)


def loss(logits: Logits, labels: Labels, temperature: float = 1.0, doubt: float = 0.0) -> float:
    """Mean negative log-likelihood of the true classes.

    Args:
        logits: (n, c), n at least 1 and c at least 2.
        labels: (n,).
        temperature: of the softmax.
        doubt: share of the truth that is spread over the other classes.
    """
    chances = log_probabilities(logits, temperature)
    true = chances[np.arange(len(labels)), labels]
    others = (chances.sum(axis=1) - true) / (chances.shape[1] - 1)
    return float(-((1 - doubt) * true + doubt * others).mean())


def lowest_threshold(
    confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], wanted: float
) -> float:
    """The lowest confidence from which on at least the ``wanted`` share of answers is right.

    Returns:
        0 where even all together are right often enough or there is none; 1 where nothing is.
    """
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(share >= wanted)
    if len(good) == 0:
        return 1.0 if len(right) else 0.0
    return 0.0 if good[-1] == len(right) - 1 else float(confidence[order[good[-1]]])
