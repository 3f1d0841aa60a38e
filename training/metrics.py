"""Metrics of a classifier: accuracy, calibration, and rejection of strangers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, Thresholds, probabilities

Logits = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

BINS = 10
"""Of confidence, for the calibration error and the reliability diagram."""


@dataclass(frozen=True, slots=True)
class ClosedSetMetrics:
    """Metrics on faces of characters that the bundle knows; shares are of all faces.

    The attributes are keys of reports and cards.

    Attributes:
        faces: how many.
        top1, top5: share whose character comes first, or among the first five.
        macro: mean over characters of their own share that comes first.
        ece: expected calibration error of the first name's confidence, in 10 bins of equal width
            (Naeini et al. 2015).
        named_rightly, named_wrongly: share that gets a name, unsure or sure, and the right one; or
            a wrong one. The rest is called unknown.
        sure_rightly, sure_wrongly: share whose name is given as sure.
        characters: of each character, how many faces and what share of them comes first.
    """

    faces: int
    top1: float
    top5: float
    macro: float
    ece: float
    named_rightly: float
    named_wrongly: float
    sure_rightly: float
    sure_wrongly: float
    characters: dict[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class OpenSetMetrics:
    """Metrics on faces of nobody that the bundle knows (strangers).

    The attributes are keys of reports and cards.

    Attributes:
        faces: how many.
        auroc: how likely a known face's best name has more confidence than an unseen one's.
        fpr95: share with more confidence than the 5 % quantile of known faces.
        wrongly_named: share that gets a name, unsure or sure.
        surely_wrong: share whose name is given as sure.
    """

    faces: int
    auroc: float
    wrongly_named: float
    surely_wrong: float
    fpr95: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What a bundle answers for n single faces.

    Attributes:
        chances: float64 (n, c) probabilities; what a row lacks to 1 is nobody's.
        guesses: int64 (n,) the class with the highest probability of those with a name.
        confidence: float64 (n,) its probability.
        named, sure: bool (n,) whether the name is given, and given as sure.
    """

    chances: Reals
    guesses: Labels
    confidence: Reals
    named: npt.NDArray[np.bool_]
    sure: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        logits: Logits,
        names: Sequence[str | None],
        calibration: Calibration,
        thresholds: Sequence[Thresholds] | None = None,
    ) -> Answers:
        """As ``core.identity.decision.vote`` answers for one crop, for many at once.

        Args:
            logits: (n, c), n at least 1.
            names: of the c columns; None is nobody.
            calibration: how logits become chances.
            thresholds: of each name; None for the calibration's.
        """
        chances = probabilities(logits, calibration)
        has_name = np.array([name is not None for name in names])
        guesses = np.where(has_name, chances, -1).argmax(axis=1)
        confidence = chances[np.arange(len(chances)), guesses]
        limits = np.array(thresholds or [calibration.thresholds] * len(names))[guesses]
        nobody = 1 - chances[:, has_name].sum(axis=1)
        named = (confidence > nobody) & (confidence >= limits[:, 0])
        return cls(chances, guesses, confidence, named, named & (confidence >= limits[:, 1]))


def closed_set_metrics(
    answers: Answers, labels: Labels, names: Sequence[str | None]
) -> ClosedSetMetrics:
    """Metrics of answers (n at least 1) to faces whose true class, int64 (n,), has a name."""
    right = answers.guesses == labels
    has_name = np.array([name is not None for name in names])
    ranked = np.argsort(-np.where(has_name, answers.chances, -1), axis=1, kind="stable")[:, :5]
    characters = {
        name: (int((labels == k).sum()), float(right[labels == k].mean()))
        for k, name in enumerate(names)
        if name is not None and (labels == k).any()
    }
    return ClosedSetMetrics(
        faces=len(labels),
        top1=float(right.mean()),
        top5=float((ranked == labels[:, None]).any(axis=1).mean()),
        macro=float(np.mean([share for _, share in characters.values()])),
        ece=calibration_error(answers.confidence, right),
        named_rightly=float((answers.named & right).mean()),
        named_wrongly=float((answers.named & ~right).mean()),
        sure_rightly=float((answers.sure & right).mean()),
        sure_wrongly=float((answers.sure & ~right).mean()),
        characters=characters,
    )


def open_set_metrics(known: Answers, unseen: Answers) -> OpenSetMetrics:
    """Metrics of answers to strangers, beside those to known faces; at least one of each."""
    return OpenSetMetrics(
        faces=len(unseen.confidence),
        auroc=auroc(known.confidence, unseen.confidence),
        wrongly_named=float(unseen.named.mean()),
        surely_wrong=float(unseen.sure.mean()),
        fpr95=float((unseen.confidence >= np.quantile(known.confidence, 0.05)).mean()),
    )


def calibration_error(confidence: Reals, right: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al. 2015) in ``BINS`` bins of equal width.

    Args:
        confidence: float64 (n,) in 0..1.
        right: bool (n,).
    """
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(place, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def auroc(high: Reals, low: Reals) -> float:
    """Area under the ROC curve: how likely one of ``high`` is above one of ``low``; ties half."""
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left")
    not_above = np.searchsorted(ordered, high, "right")
    return float((below + not_above).mean() / 2 / len(low))
