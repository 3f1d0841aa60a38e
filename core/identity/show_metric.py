"""A metric for one show: how embeddings of its cast are compared, learned from named faces.

An embedder that never saw a show spreads the faces of one character there along directions that say
nothing of who it is: pose, light, the artist of the week. Faces that people named tell which these
are. Their covariance within characters is taken out (within-class covariance normalisation, Hatch &
Stolcke 2006, as speaker verification does), and what all of the cast have in common is subtracted.
It is a closed form of a millisecond, and the network stays as it is. Few faces change little:
both are shrunk as if as many faces as an embedding has numbers had been seen in which nothing
stands out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.arrays import read_arrays
from eyecatch.core.errors import ModelError

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

ARRAYS: Final = ("matrix", "centre")
"""Of the archive: the attributes of ``ShowMetric``."""


@dataclass(frozen=True, slots=True, eq=False)
class ShowMetric:
    """Maps embeddings to where their cosines tell the cast of a show apart.

    Attributes:
        matrix: float32 (d, d), symmetric.
        centre: float32 (d,), taken from an embedding before.
    """

    matrix: Vectors
    centre: Vectors

    def __post_init__(self) -> None:
        for name, dimensions in (("matrix", 2), ("centre", 1)):
            array = getattr(self, name)
            wanted = (len(self.centre),) * dimensions
            if array.dtype != np.float32 or array.shape != wanted:
                raise ValueError(
                    f"{name}: expected float32 {wanted}, got {array.dtype} {array.shape}"
                )
            if not np.isfinite(array).all():
                raise ValueError(f"{name}: expected finite numbers")

    def __len__(self) -> int:
        return len(self.centre)

    def __call__(self, embeddings: npt.NDArray[np.floating]) -> Vectors:
        """Embeddings (n, d) as float32 (n, d) of unit length; one of zeros stays zero.

        It is added up in double precision, so that a face's answer does not depend on the faces
        beside it.
        """
        moved = (embeddings.astype(np.float64) - self.centre) @ self.matrix.astype(np.float64)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        nothing = (lengths < 1e-9) | ~embeddings.any(axis=1, keepdims=True)
        return np.where(nothing, 0, moved / np.where(nothing, 1, lengths)).astype(np.float32)


def fit_show_metric(embeddings: Vectors, people: Places, tracks: Places) -> ShowMetric | None:
    """The metric that faces with names teach.

    Args:
        embeddings: float32 (n, d), of unit length.
        people: int64 (n,): who each is.
        tracks: int64 (n,): equal for faces of one shot, which together count as one.

    Returns:
        None where no two people are known, or none of them by two tracks.
    """
    vectors, owners = _means(embeddings.astype(np.float64), people, tracks)
    means, faces = _sums(vectors, owners)
    means /= faces[:, None]
    free = len(vectors) - len(means)
    if len(means) < 2 or not free:
        return None
    length = vectors.shape[1]
    rest = vectors - means[owners]
    within = rest.T @ rest / free
    even = np.trace(within) / length
    if even < 1e-9:  # all faces of a person are one picture
        return None
    mixed = (free * within / even + length * np.eye(length)) / (free + length)
    spreads, directions = np.linalg.eigh(mixed)
    matrix = directions / np.sqrt(spreads) @ directions.T
    centre = means.mean(axis=0) * free / (free + length)
    return ShowMetric(matrix.astype(np.float32), centre.astype(np.float32))


def _means(vectors: Reals, people: Places, tracks: Places) -> tuple[Reals, Places]:
    """The mean of each track's faces of a person (t, d), and whose each is (t,) from 0 on."""
    pairs = np.stack([np.unique(people, return_inverse=True)[1].reshape(-1), tracks], axis=1)
    kinds, which = np.unique(pairs, axis=0, return_inverse=True)
    sums, counts = _sums(vectors, which.reshape(-1))
    return sums / counts[:, None], kinds[:, 0]


def _sums(vectors: Reals, which: Places) -> tuple[Reals, Reals]:
    """The sum of the vectors of each group, and how many there are."""
    counts = np.bincount(which).astype(np.float64)
    sums = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(sums, which, vectors)
    return sums, counts


def write_metric(path: Path, metric: ShowMetric) -> None:
    """Writes a NumPy archive without pickle; an equal metric gives equal bytes."""
    np.savez(path, allow_pickle=False, matrix=metric.matrix, centre=metric.centre)


def read_metric(path: Path, length: int) -> ShowMetric:
    """Reads what ``write_metric`` wrote, for embeddings of a length; nothing in it is run.

    Raises:
        ModelError: it is no such archive, or not for embeddings of that length.
    """
    try:
        arrays = read_arrays(path, 4 * length * (length + 1), ARRAYS)
        metric = ShowMetric(**arrays)
        if len(metric) != length:
            raise ValueError(f"for embeddings of {len(metric)} numbers, not {length}")
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise ModelError(
            str(path), f"its metric can't be read ({why})", "copy the bundle again, whole"
        ) from error
    return metric
