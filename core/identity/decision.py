"""The vote of a track's crops: from logits to a character or unknown, with a calibrated confidence.

Beside the names of a bundle there is always one more answer, "nobody I know". Its probability is
what the names leave to 1, so confidence falls when no name fits, not only when two fit equally.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Reals = npt.NDArray[np.float64]

Thresholds = tuple[float, float]
"""The confidence from which on a name is given, and that from which on it is given as sure."""

LARGEST_LOGIT = 1e4
"""Absolute limit of the logit of nobody: beyond it every name would be certain, or impossible."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become a confidence and an answer; fitted on held-out faces.

    Attributes:
        temperature: logits are divided by it (Guo et al. 2017, "On Calibration of Modern Neural
            Networks"); above 0.
        maybe: a confidence from here on gets a name, unsure; below it the face is unknown.
        sure: a confidence from here on gets a name.
        nobody: the logit of "nobody I know", the same for every face: a face whose logits are all
            lower is more likely nobody. None where the bundle has no such answer, or where nobody
            is only one of the network's classes.
    """

    temperature: float = 1.0
    maybe: float = 0.5
    sure: float = 0.8
    nobody: float | None = None

    def __post_init__(self) -> None:
        if not 1e-3 <= self.temperature <= 1e3:
            raise ValueError(f"temperature: expected 0.001..1000, got {self.temperature}")
        if not 0 <= self.maybe <= self.sure <= 1:
            raise ValueError(f"expected 0 <= maybe <= sure <= 1, got {self.maybe}, {self.sure}")
        if self.nobody is not None and not abs(self.nobody) <= LARGEST_LOGIT:
            raise ValueError(
                f"nobody: expected -{LARGEST_LOGIT}..{LARGEST_LOGIT}, got {self.nobody}"
            )

    @property
    def thresholds(self) -> Thresholds:
        """Those of a character that has none of its own."""
        return self.maybe, self.sure


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


def with_nobody(logits: Floats, calibration: Calibration) -> Floats:
    """Logits (…, c) as (…, c + 1), that of nobody last; as they are where there is none."""
    if calibration.nobody is None:
        return logits
    column = np.full((*logits.shape[:-1], 1), calibration.nobody, logits.dtype)
    return np.concatenate([logits, column], axis=-1)


def probabilities(logits: Floats, calibration: Calibration) -> Reals:
    """The probability of each name for each face, by itself.

    Args:
        logits: (…, c), a column a name of ``Bundle.names``.
        calibration: of the bundle.

    Returns:
        float64 (…, c); what a row lacks to 1 is the probability of nobody, as is a column of the
        name None.
    """
    log_p = log_probabilities(with_nobody(logits, calibration), calibration.temperature)
    return np.exp(log_p)[..., : logits.shape[-1]]


def pool(logits: Floats, weights: Floats, calibration: Calibration) -> Reals:
    """Probabilities (c,) of crops that show one face: the weighted mean of their log-probabilities.

    The mean, not the sum: crops of one track are similar, so they are not independent evidence.

    Args:
        logits: (n, c), n at least 1.
        weights: (n,), not negative; all zero counts as all equal.
        calibration: of the bundle.

    Returns:
        As ``probabilities``, of the one face.
    """
    log_p = log_probabilities(with_nobody(logits, calibration), calibration.temperature)
    shares = weights.astype(np.float64) if weights.any() else np.ones(len(logits))
    mean = (shares / shares.sum()) @ log_p
    return np.exp(log_probabilities(mean, 1.0))[: logits.shape[-1]]


def vote(
    logits: Floats,
    weights: Floats,
    calibration: Calibration,
    names: Sequence[str | None],
    thresholds: Sequence[Thresholds] | None = None,
) -> Verdict:
    """Who the crops of one track show.

    Args:
        logits: (n, c) of its crops; none is a normal value.
        weights: (n,) how much each counts, not negative: ``Crop.quality``, or ones.
        calibration: of the bundle.
        names: of the c columns (``Bundle.names``); None is "nobody I know".
        thresholds: of each name (``Bundle.thresholds``); None for the calibration's.

    Example:
        >>> crops = np.array([[9.0, 1.0], [8.0, 2.0]])
        >>> verdict = vote(crops, np.ones(2), Calibration(), ["Hiei", "Kurama"])
        >>> verdict.character, round(verdict.confidence, 3)
        ('Hiei', 0.999)
    """
    if logits.ndim != 2 or logits.shape[1] != len(names) or weights.shape != (len(logits),):
        raise ValueError(
            f"expected logits (n, {len(names)}) and weights (n,), "
            f"got {logits.shape} and {weights.shape}"
        )
    if not len(logits) or not names:
        return Verdict(None, 0.0, False, ())
    chances = pool(logits, weights, calibration)
    return judge(chances, names, thresholds or [calibration.thresholds] * len(names))


def judge(chances: Reals, names: Sequence[str | None], thresholds: Sequence[Thresholds]) -> Verdict:
    """The answer that follows from probabilities.

    A name is given if its chance reaches the name's own threshold, and is above that of nobody.

    Args:
        chances: (c,) of each name; what they lack to 1 is that of nobody, as is that of None.
        names: of each.
        thresholds: of each.
    """
    named = [
        (float(p), name, both)
        for p, name, both in zip(chances, names, thresholds, strict=True)
        if name is not None
    ]
    if not named:
        return Verdict(None, 0.0, False, ())
    # Highest first, equal chances by name: the order of the names never matters.
    named.sort(key=lambda one: (-one[0], one[1]))
    confidence, best, (maybe, sure) = named[0]
    nobody = 1 - sum(p for p, _, _ in named)
    known = confidence >= maybe and confidence > nobody
    return Verdict(
        best if known else None,
        confidence,
        known and confidence < sure,
        tuple((name, p) for p, name, _ in named[:TOP]),
    )


TOP = 5
"""Names that a verdict tells, the most likely ones."""


@dataclass(frozen=True, slots=True, eq=False)
class ManyVerdicts(Sequence[Verdict]):
    """Who very many faces are, as arrays; an item is made when somebody asks for it.

    Attributes:
        names: of the columns; None is nobody.
        chances: float64 (n, c), the probability of each.
        ranked: int64 (n, t), columns of the likeliest names, highest first, ``TOP`` at most.
        best: int64 (n,), the column of the name that is given; -1 for nobody.
        confidence: float64 (n,), probability of the best name.
        unsure: bool (n,), a name is given with less than the sure confidence.
    """

    names: tuple[str | None, ...]
    chances: Reals
    ranked: npt.NDArray[np.int64]
    best: npt.NDArray[np.int64]
    confidence: Reals
    unsure: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.best)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...

    @overload
    def __getitem__(self, index: slice) -> list[Verdict]: ...

    def __getitem__(self, index: int | slice) -> Verdict | list[Verdict]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        best = int(self.best[index])
        ranked = self.ranked[index]
        top = zip(ranked.tolist(), self.chances[index][ranked].tolist(), strict=True)
        return Verdict(
            self.names[best] if best >= 0 else None,
            float(self.confidence[index]),
            bool(self.unsure[index]),
            tuple((str(self.names[column]), chance) for column, chance in top),
        )


def judge_alike(
    chances: Reals, names: Sequence[str | None], thresholds: Thresholds
) -> ManyVerdicts:
    """The answers that follow from probabilities (n, c), as ``judge`` gives them.

    Args:
        chances: of each name for each face.
        names: of each; None is nobody.
        thresholds: of every name.
    """
    columns = [column for column, name in enumerate(names) if name is not None]
    columns.sort(key=lambda column: names[column] or "")  # equal chances: by name
    by_name = np.array(columns, np.int64)
    named = chances[:, by_name]
    if not columns:
        nothing = np.zeros(len(chances))
        best = np.full(len(chances), -1)
        return ManyVerdicts(tuple(names), chances, best[:, None][:, :0], best, nothing, nothing > 0)
    ranked = by_name[np.argsort(-named, axis=1, kind="stable")[:, :TOP]]
    confidence = np.take_along_axis(chances, ranked[:, :1], axis=1)[:, 0]
    maybe, sure = thresholds
    known = (confidence >= maybe) & (confidence > 1 - named.sum(axis=1))
    best = np.where(known, ranked[:, 0], -1)
    return ManyVerdicts(
        tuple(names), chances, ranked, best, confidence, known & (confidence < sure)
    )
