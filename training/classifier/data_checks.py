"""Pictures that are of no face at all, among those that look like nobody in their folder."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import decode
from eyecatch.core.detect.base import detect_downscaled
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import load
from eyecatch.training.dataset import Faces

Vectors = npt.NDArray[np.float32]

ALIKE = 0.2
"""Cosine with the mean of the folder's other pictures below which a picture is looked at again: a
face among four hundred of its character has less, and hardly anything that is no face has more."""

MOST = 100
"""Pictures that are looked at, the least alike first: a second or two."""


def without_face(people: Faces, embeddings: Vectors) -> list[str]:
    """One sentence for each picture in which our detector finds no face.

    Args:
        people: the faces; those of the folder ``unknown`` have nothing in common, and are passed
            over.
        embeddings: (n, d) of each by an embedder that was not trained on them.
    """
    labels = np.array(people.labels)
    alike = likeness(embeddings, labels)
    if people.names[-1] is None:
        alike[labels == len(people.names) - 1] = 1.0
    order = np.argsort(alike, kind="stable")[:MOST]
    chosen = [int(k) for k in order if alike[k] < ALIKE]
    if not chosen:
        return []
    found = detect_downscaled(
        load(DetectorConfig(), multiscale=True), [decode(people.crops[k]) for k in chosen]
    )
    return [
        f"{people.paths[k]}: no face is found in it; take it out if there is none."
        for k, faces in zip(chosen, found, strict=True)
        if not len(faces)
    ]


def likeness(embeddings: Vectors, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Cosine (n,) of each with the mean of the others that have its label; -1 where none has."""
    sums = np.zeros((int(labels.max()) + 1, embeddings.shape[1]))
    np.add.at(sums, labels, embeddings)
    others = sums[labels] - embeddings
    lengths = np.linalg.norm(others, axis=1)
    alone = np.bincount(labels)[labels] == 1
    cosines = (others * embeddings).sum(axis=1) / np.where(lengths == 0, 1, lengths)
    return np.asarray(np.where(alone, -1.0, cosines))
