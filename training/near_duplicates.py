"""Near duplicates among face pictures, found by perceptual hashes of 64 bits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.inference import prepare
from eyecatch.training.dataset import NOBODY, Faces

Hashes = npt.NDArray[np.uint64]

MAX_DISTANCE = 6
"""Bits in which the hashes of two near duplicates differ at most."""

MAX_DISTANCE_OF_COPIES = 3
"""The same for one picture that was saved again, smaller or at a lower quality."""

MAX_DIFFERENCE = 4
"""Of 255: two pictures whose 16 x 16 means differ by less on average are the same one."""


def difference_hashes(crops: Sequence[bytes]) -> Hashes:
    """Difference hashes, uint64 (n,): is each of 8 x 8 patches brighter than its right neighbour?

    After N. Krawetz, "Kind of Like That" (2013), on 9 x 9 grey means of which a row is left out.

    Args:
        crops: n JPEGs, n at least 1.
    """
    grey = np.concatenate(
        [prepare(crops[k : k + 1024], 9).mean(axis=3) for k in range(0, len(crops), 1024)]
    )
    bits = (grey[:, :8, 1:] > grey[:, :8, :-1]).reshape(len(grey), 64)
    return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


def group_duplicates(hashes: Hashes, max_distance: int = MAX_DISTANCE) -> npt.NDArray[np.int64]:
    """The group of each hash, int64 (n,): hashes within ``max_distance`` bits, and chains of them.

    A group is called by the index of its first member.
    """
    group = np.arange(len(hashes))
    for k in range(1, len(hashes)):
        near = np.bitwise_count(hashes[:k] ^ hashes[k]) <= max_distance
        joined = np.unique(group[:k][near])
        if len(joined):
            group[:k][np.isin(group[:k], joined)] = joined[0]
            group[k] = joined[0]
    return group


def duplicates_across_characters(faces: Faces, hashes: Hashes) -> list[str]:
    """One sentence for each picture that is in the folders of two characters.

    Pairs with near hashes are compared again by their pixels, since two drawings may share a hash.
    """
    labels = np.array(faces.labels)
    notes = []
    for i in range(len(hashes) - 1):
        near = np.bitwise_count(hashes[i + 1 :] ^ hashes[i]) <= MAX_DISTANCE_OF_COPIES
        for j in i + 1 + np.flatnonzero(near & (labels[i + 1 :] != labels[i])):
            small = prepare([faces.crops[i], faces.crops[j]], 16).astype(np.float32)
            if np.abs(small[0] - small[1]).mean() < MAX_DIFFERENCE:
                names = [faces.names[labels[k]] or NOBODY for k in (i, j)]
                notes.append(
                    f"{faces.paths[i]} and {faces.paths[j]}: the same picture stands under "
                    f"{names[0]!r} and {names[1]!r}."
                )
    return notes
