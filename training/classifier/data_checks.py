"""Checks of training pictures: which of those that look unlike their folder show no face?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import decode
from eyecatch.core.detect.base import detect_downscaled
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import load
from eyecatch.training.dataset import Faces

Vectors = npt.NDArray[np.float32]

MAX_COSINE = 0.2
"""Cosine with the mean of the folder's other pictures below which a picture is checked for a face:
one face in four hundred is below it, and hardly any picture that shows no face is above."""

MAX_PICTURES = 100
"""That are checked, those with the lowest cosine first: a second or two."""


def pictures_without_face(people: Faces, embeddings: Vectors) -> list[str]:
    """One sentence for each picture in which our detector finds no face.

    Only pictures unlike the others of their folder are checked, see ``MAX_COSINE``.

    Args:
        people: the faces; those of the folder ``unknown`` are passed over, since they have nothing
            in common.
        embeddings: float32 (n, d) of each, by an embedder that was not trained on them.
    """
    labels = np.array(people.labels)
    cosines = cosines_with_others(embeddings, labels)
    if people.names[-1] is None:
        cosines[labels == len(people.names) - 1] = 1.0
    order = np.argsort(cosines, kind="stable")[:MAX_PICTURES]
    chosen = [int(k) for k in order if cosines[k] < MAX_COSINE]
    if not chosen:
        return []
    detector = load(DetectorConfig(), multiscale=True)
    found = detect_downscaled(detector, [decode(people.crops[k]) for k in chosen])
    return [
        f"{people.paths[k]}: no face is found in it; take it out if there is none."
        for k, faces in zip(chosen, found, strict=True)
        if not len(faces)
    ]


def cosines_with_others(
    embeddings: Vectors, labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Cosines, float64 (n,), of each with the mean of its label's others; -1 without others."""
    sums = np.zeros((int(labels.max()) + 1, embeddings.shape[1]))
    np.add.at(sums, labels, embeddings)
    others = sums[labels] - embeddings
    lengths = np.linalg.norm(others, axis=1)
    alone = np.bincount(labels)[labels] == 1
    cosines = (others * embeddings).sum(axis=1) / np.where(lengths == 0, 1, lengths)
    return np.asarray(np.where(alone, -1.0, cosines))
