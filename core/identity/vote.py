"""A track's crops vote: from logits to a character or unknown, with a calibrated confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become a confidence and an answer; fitted on held-out faces.

    Attributes:
        temperature: logits are divided by it (Guo et al. 2017, "On Calibration of Modern Neural
            Networks"); above 0.
        maybe: a confidence from here on gets a name, unsure; below it the face is unknown.
        sure: a confidence from here on gets a name.
    """

    temperature: float = 1.0
    maybe: float = 0.5
    sure: float = 0.8

    def __post_init__(self) -> None:
        if not 1e-3 <= self.temperature <= 1e3:
            raise ValueError(f"temperature: expected 0.001..1000, got {self.temperature}")
        if not 0 <= self.maybe <= self.sure <= 1:
            raise ValueError(f"expected 0 <= maybe <= sure <= 1, got {self.maybe}, {self.sure}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who a track, or a single face, is.

    Attributes:
        character: a name, or None for nobody the bundle knows.
        confidence: probability of the best name, 0..1, whether or not it was enough; 0 where there
            was nothing to judge by.
        unsure: a name is given, but with less than the sure confidence.
        top: names with their probability, highest first, five at most.
    """

    character: str | None
    confidence: float
    unsure: bool
    top: tuple[tuple[str, float], ...]


def log_probabilities(logits: Floats, temperature: float) -> npt.NDArray[np.float64]:
    """Log of the softmax of logits (…, c) at a temperature."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    return np.asarray(scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True)))


def pool(logits: Floats, weights: Floats, temperature: float) -> npt.NDArray[np.float64]:
    """Probabilities (c,) of crops that show one face: the weighted mean of their log-probabilities.

    The mean, not the sum: the crops of a track look alike, and the same picture seen ten times is
    no better evidence than seen once.

    Args:
        logits: (n, c), n at least 1.
        weights: (n,), not negative; all zero counts as all equal.
        temperature: of the calibration.
    """
    shares = weights.astype(np.float64) if weights.any() else np.ones(len(logits))
    mean = (shares / shares.sum()) @ log_probabilities(logits, temperature)
    return np.exp(log_probabilities(mean, 1.0))


def vote(
    logits: Floats,
    weights: Floats,
    calibration: Calibration,
    names: Sequence[str | None],
) -> Verdict:
    """Who the crops of one track show.

    Args:
        logits: (n, c) of its crops; none is a normal value.
        weights: (n,) how much each counts, not negative: ``Crop.quality``, or ones.
        calibration: of the bundle.
        names: of the c classes (``Bundle.names``); None is the class "nobody I know".
    """
    if logits.ndim != 2 or logits.shape[1] != len(names) or weights.shape != (len(logits),):
        raise ValueError(
            f"expected logits (n, {len(names)}) and weights (n,), "
            f"got {logits.shape} and {weights.shape}"
        )
    if not len(logits):
        return Verdict(None, 0.0, False, ())
    chances = pool(logits, weights, calibration.temperature)
    ranked = sorted(((float(p), name) for p, name in zip(chances, names, strict=True)), key=_rank)
    top = tuple((name, p) for p, name in ranked if name is not None)[:5]
    best, confidence = top[0]
    known = confidence >= calibration.maybe and ranked[0][1] is not None
    return Verdict(
        best if known else None, confidence, known and confidence < calibration.sure, top
    )


def _rank(candidate: tuple[float, str | None]) -> tuple[float, str]:
    """Highest first, equal chances by name: the order of the classes never matters."""
    return -candidate[0], candidate[1] or ""
