"""What a bundle was asked and what it said: who is taken for whom, and how badly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.training.metrics import Answers, Known, Unseen

MOST_MISTAKES = 60
"""Of the worst: as many as a person looks through."""

Names = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Faces and the answers to them.

    Attributes:
        paths, crops: n of them.
        labels: int64 (n,) places of the true names; -1 of nobody that the bundle knows.
        answers: to each.
    """

    paths: tuple[Path, ...]
    crops: tuple[bytes, ...]
    labels: npt.NDArray[np.int64]
    answers: Answers

    def said(self, names: Names) -> list[str | None]:
        """The name that is given to each, None for unknown."""
        given = zip(self.answers.guesses, self.answers.named, strict=True)
        return [names[guess] if named else None for guess, named in given]

    def true(self, names: Names) -> list[str | None]:
        """The name of each, None for nobody."""
        return [None if label < 0 else names[label] for label in self.labels]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many faces of one character got one answer.

    Attributes:
        true: whose they are; None for nobody that the bundle knows.
        said: the answer; None for unknown.
        faces: how many.
    """

    true: str | None
    said: str | None
    faces: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer.

    Attributes:
        path: the picture.
        true: whose it is; None for nobody that the bundle knows.
        first: the name that came first.
        confidence: that it had.
        named: whether it was given; else the face was called unknown.
    """

    path: str
    true: str | None
    first: str | None
    confidence: float
    named: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        bundle: digest of the bundle.
        known: on faces of its characters.
        unseen: on faces of nobody it knows, or None where none were given.
        notes: what was odd about the faces, one sentence each.
        confusion: how often which answer was given to whose face.
        mistakes: the wrong answers with the most confidence.
    """

    bundle: str
    known: Known
    unseen: Unseen | None
    notes: tuple[str, ...]
    confusion: tuple[Confusion, ...]
    mistakes: tuple[Mistake, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def confusions(known: Asked, strangers: Asked | None, names: Names) -> tuple[Confusion, ...]:
    """Who got which answer how often, right answers too; in the order of names, None last."""
    counted = Counter(
        pair
        for asked in (known, strangers)
        if asked is not None
        for pair in zip(asked.true(names), asked.said(names), strict=True)
    )
    place = {name: k for k, name in enumerate(names)} | {None: len(names)}
    ordered = sorted(counted.items(), key=lambda one: (place[one[0][0]], place[one[0][1]]))
    return tuple(Confusion(true, said, faces) for (true, said), faces in ordered)


def mistakes(known: Asked, strangers: Asked | None, names: Names) -> tuple[Mistake, ...]:
    """The surest of the wrong answers: known faces with another's name first, named strangers."""
    found = []
    for asked in (known, strangers):
        if asked is None:
            continue
        answers = asked.answers
        wrong = answers.guesses != asked.labels
        for k in np.flatnonzero(wrong & (answers.named | (asked.labels >= 0))):
            label = int(asked.labels[k])
            found.append(
                Mistake(
                    str(asked.paths[k]),
                    None if label < 0 else names[label],
                    names[int(answers.guesses[k])],
                    float(answers.confidence[k]),
                    bool(answers.named[k]),
                )
            )
    found.sort(key=lambda one: (-one.confidence, one.path))
    return tuple(found[:MOST_MISTAKES])
