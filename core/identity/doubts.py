"""Which of the faces that wait are worth asking a person about, and which names to suggest.

A person's click is worth most where a face can be recognised. So what is small, blurred, hardly a
face, or seen once for a moment is asked about last, and so is what looks like something that people
set aside. Nothing is lost by that: it waits as it did, and everything can be shown.

Two yardsticks are the show's own: a face is clear or not beside the median face of its series, and
like a character or not beside how like each other the named faces of one person are there. The
figures are chosen and measured in docs/unknowns.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, probabilities
from eyecatch.core.identity.propagation import FaceEmbeddings, Told
from eyecatch.core.identity.prototypes import SCALE

Vectors = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

MANY: Final = 5
"""A cluster of more faces than these is always worth a click: a name for it settles them all."""

LEAST_QUALITY, LEAST_OF_MEDIAN = 0.15, 0.35
"""Quality of a crop (``crop_selection.quality``) below which nobody is recognised; where the whole
series is small or soft, below this part of its median."""

LEAST_SCORE: Final = 0.75
"""Score of the detector, over the median of the series, below which a box is hardly a face. The
median, since every detector has its own, and scores lower what it never learned."""

LONE_SECONDS, LONE_QUALITY = 0.5, 0.3
"""What a cluster of a single face has to have at least."""

MIN_CHANCE: Final = 0.5
"""A name is suggested if it is more likely right than wrong."""

SLACK, ENOUGH = 0.15, 8
"""How much less alike than named faces of one person are (the 5 % that are least) a face may be,
as cosine; and how many faces have to be named before that is known."""


class Doubt(StrEnum):
    """Why something isn't worth a click."""

    UNCLEAR = "unclear"  # small, blurred, or hardly a face
    BRIEF = "brief"  # a single face, on screen for a moment or not clear enough for one
    SET_ASIDE = "set aside"  # it looks like what people called nobody or no face
    UNLIKE = "unlike"  # less like the name than faces of one person are here


@dataclass(frozen=True, slots=True)
class FaceClarity:
    """How well a face can be seen.

    Attributes:
        quality: of its best crop, 0..1: score times size times sharpness.
        score: of the detection that this was cut from, 0..1.
        seconds: how long it is on screen.
        drawn: a person drew it, so it is a face.
        series_id: of its episode.
    """

    quality: float
    score: float
    seconds: float = 0.0
    drawn: bool = False
    series_id: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SeriesGuesses:
    """What the named faces of a series say of those that wait.

    Attributes:
        names: of each cluster, by its number: names worth suggesting with their chance, best first.
        aside: clusters that look like what people set aside.
        far: faces less like the name they may have than faces of one person are in this series.
    """

    names: Mapping[int, Sequence[tuple[str, float]]] = field(default_factory=dict)
    aside: frozenset[int] = frozenset()
    far: frozenset[int] = frozenset()


NO_GUESSES: Final = SeriesGuesses()
"""Where nobody named anything."""


def median_of(faces: Sequence[FaceClarity]) -> FaceClarity:
    """The median face of a series, each figure by itself; all zero where there is none."""
    if not faces:
        return FaceClarity(0.0, 0.0)
    quality, score, seconds = (
        float(np.median([getattr(face, name) for face in faces]))
        for name in ("quality", "score", "seconds")
    )
    return FaceClarity(quality, score, seconds)


def clarity_doubt(faces: Sequence[FaceClarity], median: FaceClarity) -> Doubt | None:
    """Why a cluster of few faces isn't worth a click, as far as these can be seen.

    Args:
        faces: all that wait in it; one that has no crop has quality and score 0.
        median: of its series.
    """
    if len(faces) > MANY or any(face.drawn for face in faces):
        return None
    if (unclear := face_doubt(faces, median)) is not None:
        return unclear
    if len(faces) > 1:
        return None
    (lone,) = faces
    clear = lone.quality >= _floor(LONE_QUALITY, median) and lone.seconds >= LONE_SECONDS
    return None if clear else Doubt.BRIEF


def face_doubt(faces: Sequence[FaceClarity], median: FaceClarity) -> Doubt | None:
    """``UNCLEAR`` if none of some faces, which show one person, can be seen well enough."""
    if any(face.drawn for face in faces):
        return None
    quality = max((face.quality for face in faces), default=0.0)
    score = max((face.score for face in faces), default=0.0)
    clear = quality >= _floor(LEAST_QUALITY, median) and score >= LEAST_SCORE * median.score
    return None if clear else Doubt.UNCLEAR


def _floor(quality: float, median: FaceClarity) -> float:
    """A least quality, less where the whole series is small or soft."""
    return quality * min(1.0, median.quality * LEAST_OF_MEDIAN / LEAST_QUALITY)


def guesses(
    faces: FaceEmbeddings,
    told: Told,
    calibration: Calibration,
) -> SeriesGuesses:
    """What the named faces of a series say of those that wait.

    The chance of a name for a cluster is the mean of its faces' own: the share of them that is
    expected to be that character, with all that is known of each (``propagation``).

    Args:
        faces: of the series; a person named one at least.
        told: who those are that no person named.
        calibration: of the embedder.
    """
    verdicts, every = told.verdicts, told.verdicts.names
    waiting = np.flatnonzero((verdicts.best < 0) | verdicts.unsure)
    if not len(waiting):
        return NO_GUESSES
    floor = least_cosine(faces)
    places, best, cosines = told.places[waiting], verdicts.best[waiting], told.cosines[waiting]
    own = np.take_along_axis(cosines, np.maximum(best, 0)[:, None], axis=1)[:, 0]
    far = faces.ids[places[(best >= 0) & (own < floor)]]
    numbers, owners = np.unique(faces.clusters[places], return_inverse=True)
    means = _means(cosines, owners, len(numbers))
    told_of = np.zeros_like(cosines)  # the names that each verdict tells
    ranked = verdicts.ranked[waiting]
    likely = np.take_along_axis(verdicts.chances[waiting], ranked, axis=1)
    np.put_along_axis(told_of, ranked, likely, axis=1)
    hopes = _means(told_of, owners, len(numbers))
    names = {
        int(number): _suggested(hope, mean >= floor, every)
        for number, hope, mean in zip(numbers, hopes, means, strict=True)
    }
    aside: frozenset[int] = frozenset()
    if None in every:
        chances = probabilities(SCALE * means, calibration)
        nobody = chances[:, every.index(None)] >= MIN_CHANCE
        aside = frozenset(numbers[nobody].tolist())
    return SeriesGuesses(names, aside, frozenset(far.tolist()))


def _means(rows: Reals, owners: Places, count: int) -> Reals:
    """The mean row (count, c) of each owner."""
    order = np.argsort(owners, kind="stable")
    sizes = np.bincount(owners, minlength=count)
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.asarray(np.add.reduceat(rows[order], firsts, axis=0) / sizes[:, None])


def _suggested(
    hope: Reals, alike: npt.NDArray[np.bool_], names: Sequence[str | None]
) -> list[tuple[str, float]]:
    """Names for faces, with the mean of their chances: the likely ones that are alike enough."""
    likely = np.flatnonzero((hope >= MIN_CHANCE) & alike).tolist()
    found = [(str(names[one]), float(hope[one])) for one in likely]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def least_cosine(faces: FaceEmbeddings) -> float:
    """How like the named faces of one person another has to be at least; -1 before that is known.

    Each named face is compared with the others of its character and cluster (mean cosine, without
    itself). An embedder that knows a show makes these .8 and more, another one hardly .6.
    """
    named = np.flatnonzero(faces.by_person & (faces.characters > 0))
    named = named[faces.vectors[named].any(axis=1)]
    vectors = faces.vectors[named].astype(np.float64)
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    keys = zip(faces.characters[named].tolist(), faces.clusters[named].tolist(), strict=True)
    for row, key in enumerate(keys):
        groups[key].append(row)
    own: list[Reals] = []
    for rows in groups.values():
        if len(rows) > 1:
            some = vectors[rows]
            own.append(((some @ some.sum(axis=0)) - 1) / (len(rows) - 1))
    if sum(map(len, own)) < ENOUGH:
        return -1.0
    return float(np.quantile(np.concatenate(own), 0.05)) - SLACK
