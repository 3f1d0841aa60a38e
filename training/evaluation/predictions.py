"""A bundle's predictions on faces whose character is known: confusions and worst mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.training.metrics import Answers, ClosedSetMetrics, OpenSetMetrics

MAX_MISTAKES = 60
"""That are listed, the worst: as many as a person looks through."""

Names = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Faces and what a bundle predicts for them.

    Attributes:
        paths, crops: of n faces.
        labels: int64 (n,) indices of the true names; -1 for nobody that the bundle knows.
        answers: the bundle's, for each.
    """

    paths: tuple[Path, ...]
    crops: tuple[bytes, ...]
    labels: npt.NDArray[np.int64]
    answers: Answers

    def predicted_names(self, names: Names) -> list[str | None]:
        """The name that is given to each, None for unknown."""
        given = zip(self.answers.guesses, self.answers.named, strict=True)
        return [names[guess] if named else None for guess, named in given]

    def true_names(self, names: Names) -> list[str | None]:
        """The name of each, None for nobody."""
        return [None if label < 0 else names[label] for label in self.labels]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many faces of one character got one answer; the attributes are keys of ``report.json``.

    Attributes:
        true: whose they are; None for nobody that the bundle knows.
        said: the name that is given; None for unknown.
        faces: how many.
    """

    true: str | None
    said: str | None
    faces: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer; the attributes are keys of ``report.json``.

    Attributes:
        path: the picture.
        true: whose it is; None for nobody that the bundle knows.
        first: the name with the highest confidence.
        confidence: of that name, 0..1.
        named: whether the name is given; else the face is called unknown.
    """

    path: str
    true: str | None
    first: str | None
    confidence: float
    named: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured; the attributes are keys of ``report.json``.

    Attributes:
        bundle: digest of the bundle.
        known: metrics on faces of its characters.
        unseen: metrics on faces of nobody it knows; None where none were given.
        notes: warnings about the faces, one sentence each.
        confusion: how many faces of each character got each answer.
        mistakes: the wrong answers with the highest confidence.
    """

    bundle: str
    known: ClosedSetMetrics
    unseen: OpenSetMetrics | None
    notes: tuple[str, ...]
    confusion: tuple[Confusion, ...]
    mistakes: tuple[Mistake, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def confusions(
    known: Predictions, strangers: Predictions | None, names: Names
) -> tuple[Confusion, ...]:
    """The confusion matrix without its zeros, diagonal included; by order of names, None last."""
    counted = Counter(
        pair
        for one in (known, strangers)
        if one is not None
        for pair in zip(one.true_names(names), one.predicted_names(names), strict=True)
    )
    place = {name: k for k, name in enumerate(names)} | {None: len(names)}
    ordered = sorted(counted.items(), key=lambda one: (place[one[0][0]], place[one[0][1]]))
    return tuple(Confusion(true, predicted, faces) for (true, predicted), faces in ordered)


def mistakes(
    known: Predictions, strangers: Predictions | None, names: Names
) -> tuple[Mistake, ...]:
    """The wrong answers of highest confidence: known faces with another's name, named strangers."""
    found = []
    for predictions in (known, strangers):
        if predictions is None:
            continue
        answers = predictions.answers
        wrong = answers.guesses != predictions.labels
        for k in np.flatnonzero(wrong & (answers.named | (predictions.labels >= 0))):
            label = int(predictions.labels[k])
            found.append(
                Mistake(
                    str(predictions.paths[k]),
                    None if label < 0 else names[label],
                    names[int(answers.guesses[k])],
                    float(answers.confidence[k]),
                    bool(answers.named[k]),
                )
            )
    found.sort(key=lambda one: (-one.confidence, one.path))
    return tuple(found[:MAX_MISTAKES])
