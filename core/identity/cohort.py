"""The cohort: embeddings of people whom no training saw, to say what strangers look like.

A threshold that is fitted on the faces that an embedder learned from believes itself: it holds for
them, and lets strangers through. So the base embedder ships with the embeddings (not the pictures)
of people that were kept from its training, and calibrations are fitted on them (the impostor cohort
of speaker verification, e.g. Matejka et al. 2017). A bundle with the same network carries them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.arrays import read_arrays
from eyecatch.core.errors import ModelError
from eyecatch.core.identity.show_metric import ShowMetric

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

NEAREST: Final = 10
"""People by whom a prototype's offset goes."""

OFFSET: Final = 0.6
"""Share of their cosine that is taken from a face's. The figures are in docs/identity.md."""

_ARRAYS: Final = ("vectors", "people")
_LARGEST: Final = 64 * 2**20
"""Bytes of the arrays: thirty times what the base embedder's take."""


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Faces of people whom the embedder never saw.

    Attributes:
        vectors: float32 (n, d), of unit length.
        people: int64 (n,): who each is; equal numbers are one person.
    """

    vectors: Vectors
    people: Places

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.people.shape != (len(self.vectors),):
            raise ValueError(f"got vectors {self.vectors.shape}, people {self.people.shape}")
        lengths = np.linalg.norm(self.vectors.astype(np.float64), axis=1)
        if not np.all(np.abs(lengths - 1) < 1e-2):  # NaN is not near 1 either
            raise ValueError("vectors: expected unit length")

    def offsets(self, prototypes: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """How much people who are somebody else look like each prototype (z-norm): float64 (p,).

        Some prototypes are near to everybody, and would draw faces that are not theirs. Of each,
        the mean cosine with the people nearest to it is told, weighted by ``OFFSET``; the very
        nearest is left out, since it may be the character itself.

        Args:
            prototypes: (p, d), of unit length.
        """
        if len(np.unique(self.people)) <= NEAREST:
            return np.zeros(len(prototypes))
        cosines = self.vectors.astype(np.float64) @ prototypes.T.astype(np.float64)
        order = np.argsort(self.people, kind="stable")
        starts = np.flatnonzero(np.diff(self.people[order], prepend=-1))
        counts = np.diff(starts, append=len(order))
        people = np.add.reduceat(cosines[order], starts, axis=0) / counts[:, None]
        nearest = np.sort(people, axis=0)[-NEAREST - 1 : -1]
        return np.asarray(OFFSET * nearest.mean(axis=0))

    def mapped(self, metric: ShowMetric | None) -> Cohort:
        """The same faces as a metric compares them; as they are without one."""
        return self if metric is None else Cohort(metric(self.vectors), self.people)

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """float64 (n,), all together 1: a person with n faces counts as the root of n."""
        counts = np.bincount(self.people)[self.people] if len(self) else np.ones(0)
        each = 1 / np.sqrt(counts)
        return np.asarray(each / max(each.sum(), 1e-9))


def write_cohort(path: Path, cohort: Cohort) -> None:
    """Writes a NumPy archive without pickle; vectors are kept in float16."""
    people = np.unique(cohort.people, return_inverse=True)[1].astype(np.int32)
    vectors = cohort.vectors.astype(np.float16)
    np.savez_compressed(path, allow_pickle=False, vectors=vectors, people=people)


def read_cohort(path: Path, length: int) -> Cohort:
    """Reads what ``write_cohort`` wrote, for embeddings of a length; nothing in it is run.

    Raises:
        ModelError: it is no such archive, or its vectors are no embeddings of that length.
    """
    try:
        arrays = read_arrays(path, _LARGEST, _ARRAYS)
        vectors = arrays["vectors"].astype(np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != length:
            raise ValueError(f"vectors: expected (n, {length}), got {vectors.shape}")
        people = arrays["people"].astype(np.int64)
        if people.min(initial=0) < 0 or people.max(initial=0) > len(vectors):
            raise ValueError("people: expected numbers from 0 on")
        return Cohort(vectors, people)
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise ModelError(
            str(path), f"its cohort can't be read ({why})", "copy the bundle again, whole"
        ) from error
