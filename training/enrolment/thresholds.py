"""Thresholds of an enrolled character, from its images and from faces that are not its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.decision import Thresholds, probabilities
from eyecatch.core.identity.prototypes import SCALE, make_prototypes
from eyecatch.core.identity.trust import MAX_THRESHOLD
from eyecatch.training.enrolment.gallery import Gallery
from eyecatch.training.metrics import Answers
from eyecatch.training.risk import COSTS, own_limit

Reals = npt.NDArray[np.float64]

MIN_IMAGES = 3
"""With fewer, a character's images are not compared with one another."""

OUTLIER = 0.25
"""An image is an outlier if the others recognise it with less than this share of the median
confidence."""

LEFT_OUT = -1e3
"""The logit of a character who is left out of a comparison."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """How sure a bundle would be that faces are a character's.

    Attributes:
        own: float64 (n,) of each of its images, by prototypes made of the others; empty where
            there are fewer than ``MIN_IMAGES``.
        others: float64 (m,) of each prototype of another character, without that character's
            own logit.
        strangers: float64 (k,) of the faces of the bundle's cohort that come first at its name, 0
            where nobody is likelier; None where the bundle has no cohort.
    """

    own: Reals
    others: Reals
    strangers: Reals | None = None

    @property
    def outliers(self) -> list[int]:
        """Indices of the images that hardly look like the others."""
        median = np.median(self.own) if len(self.own) else 0.0
        return np.flatnonzero(self.own < OUTLIER * median).tolist()


def compare(
    before: Gallery,
    after: Gallery,
    name: str,
    embeddings: npt.NDArray[np.floating],
    cohort: Cohort | None = None,
) -> Similarity:
    """Compares the images that a character was enrolled from.

    Args:
        before: the gallery without them.
        after: the gallery with them.
        name: of the character.
        embeddings: float (n, d), of the images.
        cohort: of the bundle.
    """
    index = after.index_of(name)
    own, mapped = [], after.prototypes.mapped(embeddings)
    for k in range(len(embeddings) if len(embeddings) >= MIN_IMAGES else 0):
        without = before.with_prototypes(name, *make_prototypes(np.delete(mapped, k, axis=0)))
        own.append(_probabilities(without, embeddings[k : k + 1])[0, index])
    strangers = None if cohort is None else _of_cohort(after, index, cohort)
    return Similarity(np.array(own, np.float64), taken_for(after, index), strangers)


def thresholds(similarity: Similarity, default: Thresholds) -> Thresholds:
    """A character's own thresholds: so high that few strangers are taken for it.

    Where the bundle has a cohort, its faces say who strangers are; else the other characters stand
    for them, as if they were not known. They are never lower than the default: a character whose
    images differ much is named more rarely, rather than others by its name.

    Args:
        similarity: of its images.
        default: the thresholds that hold for it otherwise.
    """
    if similarity.strangers is not None:
        maybe, sure = (
            max(fallback, own_limit(similarity.strangers, COSTS[level].most))
            for fallback, level in zip(default, ("balanced", "high"), strict=True)
        )
        return maybe, max(maybe, sure)
    mistaken = min(float(similarity.others.max(initial=0.0)), MAX_THRESHOLD)
    return max(default[0], mistaken), max(default[1], mistaken)


def _of_cohort(gallery: Gallery, index: int, cohort: Cohort) -> Reals:
    logits = gallery.prototypes.logits(cohort.vectors).astype(np.float32)
    contents = gallery.contents
    answers = Answers.of(logits, contents.names, contents.calibration, contents.thresholds)
    mine = answers.guesses == index
    likelier = answers.confidence > 1 - answers.chances[:, : len(contents.characters)].sum(axis=1)
    return np.asarray(np.where(likelier, answers.confidence, 0.0)[mine])


def taken_for(gallery: Gallery, index: int) -> Reals:
    """How sure a bundle would be that others' prototypes are a character's: ``Similarity.others``.

    Args:
        gallery: of the bundle.
        index: of the character.
    """
    prototypes = gallery.prototypes
    others = prototypes.owners != index
    logits = SCALE * prototypes.cosines_of_mapped(prototypes.vectors[others])
    logits[np.arange(len(logits)), prototypes.owners[others]] = LEFT_OUT
    return np.asarray(probabilities(logits, gallery.contents.calibration)[:, index])


def _probabilities(gallery: Gallery, embeddings: npt.NDArray[np.floating]) -> Reals:
    return probabilities(gallery.prototypes.logits(embeddings), gallery.contents.calibration)
