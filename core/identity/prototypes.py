"""Prototypes: unit vectors that stand for characters; how near a face is to them says who it is.

A trained head is such a matrix (the cosine softmax of CosFace, Wang et al. 2018, with sub-centres
as in Deng et al. 2020), and a character that is enrolled adds rows to it. On disk they are a NumPy
archive, ``prototypes.npz``, which is read as something that a stranger may have made.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.arrays import read_arrays
from eyecatch.core.errors import ModelError
from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.show_metric import ShowMetric

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

SCALE = 16.0
"""What a cosine is multiplied by to be a logit; the temperature of a calibration does the rest."""

MAX_PROTOTYPES = 8
"""At most so many prototypes are made of one character's pictures; more add nothing."""

PULL = 0.7
"""How far each of them is moved towards the mean of all the pictures. At 0 a prototype attracts
whoever is similar to one picture; at 1 all are equal, and a second costume is lost. The figures
are in docs/identity.md."""

MAX_ITERATIONS = 20
"""Of k-means; it converges in far fewer."""

ARRAYS = ("vectors", "owners", "counts")
"""Of the archive: the attributes of ``Prototypes``."""

LARGEST_ARRAYS = 256 * 2**20
"""Bytes; ten thousand characters with thirty prototypes each take less."""


@dataclass(frozen=True, slots=True, eq=False)
class Prototypes:
    """The prototypes of a bundle.

    Attributes:
        vectors: float32 (p, d), of unit length; where there is a metric, mapped by it.
        owners: int64 (p,) whose each is, as a place in ``Contents.names``; each place up to the
            highest has at least one.
        counts: int64 (p,) how many pictures are behind each.
        cohort: people whom the network never saw, against whom logits are normalised; or None.
        metric: by which embeddings are compared, learned from the show's faces; None for as they
            are.
        offsets: float64 (p,) what follows from it: taken from the cosines; see ``Cohort.offsets``.
    """

    vectors: Vectors
    owners: Places
    counts: Places
    cohort: Cohort | None = None
    metric: ShowMetric | None = None
    offsets: Reals = field(init=False)

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or not self.vectors.shape[1]:
            raise ValueError(f"vectors: expected shape (p, d), got {self.vectors.shape}")
        p = len(self.vectors)
        if self.vectors.dtype != np.float32:
            raise ValueError(f"vectors: expected float32, got {self.vectors.dtype}")
        for name in ("owners", "counts"):
            array = getattr(self, name)
            if array.shape != (p,) or array.dtype != np.int64:
                raise ValueError(f"{name}: expected int64 ({p},), got {array.dtype} {array.shape}")
        lengths = np.linalg.norm(self.vectors.astype(np.float64), axis=1)
        if not np.all(np.abs(lengths - 1) < 1e-3):  # NaN is not near 1 either
            raise ValueError("vectors: expected unit length")
        places = np.unique(self.owners)
        if np.any(places < 0) or len(places) != self.classes:
            raise ValueError("owners: expected every place from 0 to the highest")
        if np.any(self.counts < 0):
            raise ValueError("counts: expected none below 0")
        if self.metric is not None and len(self.metric) != self.vectors.shape[1]:
            raise ValueError(f"a metric of {len(self.metric)} numbers for {self.vectors.shape[1]}")
        object.__setattr__(self, "offsets", self._offsets())

    def __len__(self) -> int:
        return len(self.vectors)

    @classmethod
    def none(
        cls, length: int, cohort: Cohort | None = None, metric: ShowMetric | None = None
    ) -> Prototypes:
        """Nobody's yet, for embeddings of that length."""
        nothing = np.zeros(0, np.int64)
        return cls(np.zeros((0, length), np.float32), nothing, nothing, cohort, metric)

    @property
    def classes(self) -> int:
        """How many owners there are."""
        return int(self.owners.max(initial=-1)) + 1

    def mapped(self, embeddings: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """Embeddings (n, d) as they are compared, and as prototypes are made of them."""
        return embeddings if self.metric is None else self.metric(embeddings)

    def cosines(self, embeddings: npt.NDArray[np.floating]) -> Reals:
        """Cosine of each unit embedding (n, d) with the best prototype of each owner: (n, c).

        Each prototype's offset is taken from its cosines.
        """
        return self.cosines_of_mapped(self.mapped(embeddings))

    def cosines_of_mapped(self, vectors: npt.NDArray[np.floating]) -> Reals:
        """As ``cosines``, of what ``mapped`` gave, or of prototypes.

        It is added up in double precision, so that a face's answer does not depend on the faces
        beside it.
        """
        order = np.argsort(self.owners, kind="stable")
        all_ = vectors.astype(np.float64) @ self.vectors[order].T.astype(np.float64)
        all_ -= self.offsets[order]
        if not len(self):
            return all_
        starts = np.searchsorted(self.owners[order], np.arange(self.classes))
        return np.asarray(np.maximum.reduceat(all_, starts, axis=1))

    def logits(self, embeddings: npt.NDArray[np.floating]) -> Reals:
        """``SCALE`` times ``cosines``: float64 (n, c)."""
        return SCALE * self.cosines(embeddings)

    def of(self, owner: int) -> Vectors:
        """The vectors of one owner."""
        mine: Vectors = self.vectors[self.owners == owner]
        return mine

    def extended(self, owner: int, vectors: Vectors, counts: Places) -> Prototypes:
        """With more prototypes of an owner who has some."""
        return replace(
            self,
            vectors=np.concatenate([self.vectors, vectors]),
            owners=np.concatenate([self.owners, np.full(len(vectors), owner)]),
            counts=np.concatenate([self.counts, counts]),
        )

    def inserted(self, owner: int, vectors: Vectors, counts: Places) -> Prototypes:
        """With prototypes of a new owner at that place; the owners from there on move up."""
        moved = self.owners + (self.owners >= owner)
        return replace(
            self,
            vectors=np.concatenate([self.vectors, vectors]),
            owners=np.concatenate([moved, np.full(len(vectors), owner)]),
            counts=np.concatenate([self.counts, counts]),
        )

    def without(self, owner: int) -> Prototypes:
        """All but those of an owner; the owners above move down."""
        kept = self.owners != owner
        owners = self.owners[kept]
        moved = owners - (owners > owner)
        return replace(self, vectors=self.vectors[kept], owners=moved, counts=self.counts[kept])

    def _offsets(self) -> Reals:
        if self.cohort is None:
            return np.zeros(len(self))
        return self.cohort.mapped(self.metric).offsets(self.vectors)


def make_prototypes(
    embeddings: npt.NDArray[np.floating], max_count: int = MAX_PROTOTYPES, pull: float = PULL
) -> tuple[Vectors, Places]:
    """A few prototypes of n embeddings of one character, one for each of its costumes and forms.

    They are the centres of spherical k-means (Dhillon & Modha 2001), moved towards the mean of all
    (``pull``). Up to ``max_count`` embeddings make one prototype each. K-means starts with the
    embedding nearest to the mean, then takes the one farthest from those chosen (farthest-first
    traversal, Gonzalez 1985), so nothing is random.

    Args:
        embeddings: (n, d) of unit length, or zero for a picture without a direction; n at least 1.
        max_count: most prototypes that are made.
        pull: 0 leaves the centres where they are, for faces that have little in common; 1 moves
            all of them to the mean.

    Returns:
        float32 (k, d) unit vectors and int64 (k,) pictures behind each.

    Raises:
        ValueError: all embeddings are zero.

    Example:
        >>> vectors, counts = make_prototypes(np.eye(3))
        >>> vectors.shape, counts
        ((3, 3), array([1, 1, 1]))
    """
    vectors = embeddings[np.linalg.norm(embeddings, axis=1) > 0].astype(np.float64)
    if not len(vectors):
        raise ValueError("expected an embedding that is not zero")
    centres = _centres(vectors, min(max_count, len(vectors)))
    counts = np.bincount((vectors @ centres.T).argmax(axis=1), minlength=len(centres))
    middle = _mean(vectors, centres[0])
    pulled = np.stack([_mean(np.stack([(1 - pull) * c, pull * middle]), c) for c in centres])
    return pulled[counts > 0].astype(np.float32), counts[counts > 0].astype(np.int64)


def _centres(vectors: Reals, k: int) -> Reals:
    centres = _farthest_first(vectors, k)
    for _ in range(MAX_ITERATIONS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        moved = np.stack([_mean(vectors[nearest == k], centre) for k, centre in enumerate(centres)])
        if np.allclose(moved, centres):
            break
        centres = moved
    return centres


def _farthest_first(vectors: Reals, k: int) -> Reals:
    chosen = [int((vectors @ vectors.sum(axis=0)).argmax())]
    while len(chosen) < k:
        chosen.append(int((vectors @ vectors[chosen].T).max(axis=1).argmin()))
    starts = vectors[chosen]
    return np.asarray(starts / np.linalg.norm(starts, axis=1, keepdims=True))


def _mean(vectors: Reals, otherwise: Reals) -> Reals:
    """The mean as a unit vector; ``otherwise`` where the mean is zero."""
    total = vectors.sum(axis=0)
    length = np.linalg.norm(total)
    return np.asarray(total / length) if length > 1e-9 else otherwise


def write_prototypes(path: Path, prototypes: Prototypes) -> None:
    """Writes a NumPy archive without pickle; equal prototypes give equal bytes."""
    arrays = {name: getattr(prototypes, name) for name in ARRAYS}
    np.savez(path, allow_pickle=False, **arrays)


def read_prototypes(
    path: Path, cohort: Cohort | None = None, metric: ShowMetric | None = None
) -> Prototypes:
    """Reads what ``write_prototypes`` wrote; with the cohort and the metric of the bundle.

    Nothing in the file is run, and no more memory is taken than its arrays may need.

    Raises:
        ModelError: it is no such archive, or what it holds are no prototypes.
    """
    try:
        arrays = read_arrays(path, LARGEST_ARRAYS, ARRAYS)
        return Prototypes(**arrays, cohort=cohort, metric=metric)
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise ModelError(
            str(path), f"its prototypes can't be read ({why})", "copy the bundle again, whole"
        ) from error
