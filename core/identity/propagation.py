"""Faces that follow the names people gave: how near each is to the named ones, as a chance.

A face is compared with every form of every character: with the mean of the faces that a person
named in one cluster. That mean cosine is what average linkage joins clusters by (``grouping``). It
becomes a chance as a bundle's logits do (``vote``), by the calibration of the embedder, which was
fitted on characters it never saw. How well that holds: docs/unknowns.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, Reals, Verdict, judge, probabilities
from eyecatch.core.identity.prototypes import SCALE

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

IMPOSSIBLE = -1e3
"""The logit of a character that a face can't be."""


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """What the named characters look like.

    Attributes:
        means: float32 (f, d): of the unit embeddings of the faces of each form; not of unit length.
        owners: int64 (f,): whose each is, as a place in ``names``; every place has one.
        names: of the characters; None is nobody, for faces that people set aside.
    """

    means: Vectors
    owners: Places
    names: tuple[str | None, ...]

    def logits(self, vectors: Vectors) -> Reals:
        """``SCALE`` times the mean cosine with the nearest form of each name: float64 (n, c)."""
        cosines = vectors.astype(np.float64) @ self.means.T.astype(np.float64)
        nearest = np.full((len(vectors), len(self.names)), -np.inf)
        for form, owner in enumerate(self.owners):
            nearest[:, owner] = np.maximum(nearest[:, owner], cosines[:, form])
        return SCALE * nearest


def make_forms(
    vectors: Vectors, groups: Places, owners: Places, names: Sequence[str | None]
) -> Forms:
    """The forms of named faces.

    Args:
        vectors: float32 (n, d) of unit length, of faces that people named.
        groups: int64 (n,): the cluster of each; a character has a form for each cluster.
        owners: int64 (n,): whose each is, as a place in ``names``.
        names: of the characters; None is nobody.
    """
    pairs = np.stack([owners, groups], axis=1)
    kinds, which = np.unique(pairs, axis=0, return_inverse=True)
    sums = np.zeros((len(kinds), vectors.shape[1]), np.float32)
    np.add.at(sums, which.reshape(-1), vectors)
    counts = np.bincount(which.reshape(-1), minlength=len(kinds)).astype(np.float32)
    return Forms(sums / counts[:, None], kinds[:, 0], tuple(names))


def follow(
    vectors: Vectors, forms: Forms, never: Flags, at_once: Places, calibration: Calibration
) -> list[Verdict]:
    """Who faces are, going by those that people named.

    Args:
        vectors: float32 (n, d) of unit length, or zero, of faces nobody named.
        forms: of those that people named.
        never: bool (n, c): characters that a face is not.
        at_once: int64 (p, 2): faces that are on screen at once, and so not one character. The less
            sure of two that would be is somebody else.
        calibration: of the embedder.

    Returns:
        A verdict each.
    """
    logits = np.where(never, IMPOSSIBLE, forms.logits(vectors)).astype(np.float32)
    while True:
        chances = probabilities(logits, calibration)
        thresholds = [calibration.thresholds] * len(forms.names)
        verdicts = [judge(row, forms.names, thresholds) for row in chances]
        twice = [
            (i, j)
            for i, j in at_once.tolist()
            if verdicts[i].character is not None and verdicts[i].character == verdicts[j].character
        ]
        if not twice:
            return verdicts
        for i, j in twice:
            lesser = min((verdicts[i].confidence, -i, i), (verdicts[j].confidence, -j, j))[2]
            logits[lesser, forms.names.index(verdicts[lesser].character)] = IMPOSSIBLE
