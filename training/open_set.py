"""Calibration of bundles with prototypes, which have to reject strangers as well.

What strangers look like is told by faces of nobody that the bundle knows, in up to three groups:

- the cohort that ships with the base embedder (``core.identity.cohort``): people of other works;
- faces of the folder ``unknown``: passers-by of the same show;
- every held-out face once more, as if its character were not in the bundle: its own column is left
  out. These look more like the cast than a stranger does, or, where the embedder was trained on the
  cast, less. So they weigh in the fit of the chances and promise nothing.

A name is given where that is worth the risk: a wrong name costs so many times what a missing one
does (``risk.COSTS``), and at most a share of the cohort, and of the passers-by, gets one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.decision import Calibration, Thresholds
from eyecatch.training.calibration import Bools, Labels, Logits, fit_open_set
from eyecatch.training.metrics import Answers
from eyecatch.training.risk import COSTS, SUREST, Risk, Strangers

SHARE: Final = 0.1
"""Of strangers among the faces that a bundle is asked about: .07 to .23 of the tracks in the
episodes of three cartoons are nobody's, or no face."""

ENROLLED_SHARE: Final = 0.5
"""The same of a bundle of a few enrolled characters, which is asked about anybody."""

MIN_FACES: Final = 20
"""With fewer held-out faces of known characters the calibration of the base embedder is kept."""

MIN_STRANGERS: Final = 20
"""A group with fewer faces promises nothing: a share of .05 of them is less than one."""

TWIN: Final = 0.25
"""Somebody of the cohort who is as near to a character as this quantile of its own faces is taken
to be that character."""


@dataclass(frozen=True, slots=True)
class FittedCalibration:
    """How logits become answers.

    Attributes:
        calibration: of all names.
        thresholds: of each name; None where the calibration's hold.
        trust: the thresholds of each level of trust; empty where nothing could be fitted.
    """

    calibration: Calibration
    thresholds: tuple[Thresholds | None, ...]
    trust: Mapping[str, Thresholds] = field(default_factory=dict)


def calibrate_open_set(  # noqa: PLR0913, PLR0917 - what is known of the faces
    logits: Logits,
    labels: Labels,
    names: Sequence[str | None],
    default: Calibration,
    cohort: tuple[Cohort, Logits] | None = None,
    share: float = SHARE,
) -> FittedCalibration:
    """Fits temperature, the logit of nobody, and thresholds of a bundle with prototypes.

    Args:
        logits: float32 (n, c) of held-out faces.
        labels: int64 (n,) the true name of each, as an index into ``names``.
        names: of the c columns; None, the last, is that of the folder ``unknown``.
        default: the calibration if fewer than ``MIN_FACES`` faces are held out.
        cohort: people whom the network never saw, and the logits (m, c) of their faces.
        share: of strangers among all faces that are asked about.
    """
    named = np.array([name is not None for name in names])
    known = named[labels]
    if known.sum() < MIN_FACES or named.sum() < 2:
        return FittedCalibration(default, (None,) * len(names))
    mine, owners = logits[known], labels[known]
    groups = [Strangers.even(without_own_class(mine, owners), promise=False)]
    if (~known).sum() >= MIN_STRANGERS:
        groups.append(Strangers.even(logits[~known], promise=False))
    if cohort is not None:
        kept = ~twins(cohort, mine, owners)
        if kept.sum() >= MIN_STRANGERS:
            weights = cohort[0].weights[kept]
            groups.append(Strangers(cohort[1][kept], weights / weights.sum(), promise=True))
    return fit_thresholds(mine, owners, names, groups, share)


def without_own_class(logits: Logits, labels: Labels) -> Logits:
    """Logits (n, c) of known faces as if the bundle lacked their characters: -inf at the label."""
    strangers = logits.copy()
    strangers[np.arange(len(labels)), labels] = -np.inf
    return strangers


def twins(cohort: tuple[Cohort, Logits], known: Logits, labels: Labels) -> Bools:
    """Who of a cohort is somebody the bundle knows: bool (m,), see ``TWIN``.

    Args:
        cohort: the people, and float32 (m, c) the logits of their faces.
        known: float32 (n, c) of held-out faces of the bundle's characters.
        labels: int64 (n,) whose each is.
    """
    people, logits = cohort[0].people, cohort[1].astype(np.float64)
    own = known[np.arange(len(labels)), labels]
    counts = np.bincount(people)
    means = np.stack(
        [np.bincount(people, weights=column) / np.maximum(counts, 1) for column in logits.T], axis=1
    )
    near = np.full(logits.shape[1], np.inf)
    for owner in np.unique(labels):
        near[owner] = np.quantile(own[labels == owner], TWIN)
    return np.asarray((means[people] >= near).any(axis=1))


def fit_thresholds(
    known: Logits,
    labels: Labels,
    names: Sequence[str | None],
    groups: Sequence[Strangers],
    share: float,
) -> FittedCalibration:
    """The calibration by known faces and groups of strangers.

    Args:
        known: float32 (n, c) logits, n at least 1.
        labels: int64 (n,) their columns.
        names: of the c columns; None is nobody.
        groups: at least one.
        share: of strangers among all faces that are asked about.
    """
    named = np.array([name is not None for name in names])
    strangers = np.concatenate([group.logits for group in groups])
    weights = np.concatenate([group.weights for group in groups]) / len(groups)
    fitted = fit_open_set(known, labels, (strangers, weights), named, share)
    mine, *theirs = (
        Answers.of(some, names, fitted) for some in (known, *(group.logits for group in groups))
    )
    risk = Risk(mine, mine.guesses == labels, tuple(theirs), tuple(groups), share)
    eager, balanced, high, surest = (risk.threshold(level) for level in (*COSTS.values(), SUREST))
    balanced, high = max(eager, balanced), max(eager, balanced, high)
    trust = {
        "eager": (eager, balanced),
        "balanced": (balanced, high),
        "high": (high, max(high, surest)),
    }
    calibration = replace(fitted, maybe=balanced, sure=high)
    own = tuple(
        (max(balanced, limit), max(high, limit)) if limit > balanced else None
        for limit in risk.limits(COSTS["balanced"].most, len(names))
    )
    return FittedCalibration(calibration, own, trust)
