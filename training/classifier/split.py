"""Which faces are held out of training: never a near duplicate of one that is trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.inference import prepare
from eyecatch.training.classifier.config import Settings
from eyecatch.training.dataset import Faces

Hashes = npt.NDArray[np.uint64]

SAVED_AGAIN = 3
"""Bits by which the hash of a picture may change when it is saved again, smaller or poorer."""


def hashes(crops: Sequence[bytes]) -> Hashes:
    """Difference hashes (n,) of crops: is each of 8 x 8 patches brighter than its right neighbour?

    After N. Krawetz, "Kind of Like That" (2013), on 9 x 9 grey means of which a row is left out.
    """
    grey = np.concatenate(
        [prepare(crops[k : k + 1024], 9).mean(axis=3) for k in range(0, len(crops), 1024)]
    )
    bits = (grey[:, :8, 1:] > grey[:, :8, :-1]).reshape(len(grey), 64)
    return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


def groups(prints: Hashes, alike: int) -> npt.NDArray[np.int64]:
    """The group (n,) of each hash: chains of hashes that differ in at most ``alike`` bits."""
    group = np.arange(len(prints))
    for k in range(1, len(prints)):
        near = np.bitwise_count(prints[:k] ^ prints[k]) <= alike
        joined = np.unique(group[:k][near])
        if len(joined):
            group[:k][np.isin(group[:k], joined)] = joined[0]
            group[k] = joined[0]
    return group


def hold_out(faces: Faces, prints: Hashes, settings: Settings) -> npt.NDArray[np.bool_]:
    """Which faces are held out (n,): of every character about the share that was set.

    Whole groups of near duplicates go to one side or the other, and some always stay.
    """
    rng = np.random.default_rng(settings.seed)
    labels = np.array(faces.labels)
    held = np.zeros(len(labels), bool)
    for label in range(len(faces.names)):
        mine = np.flatnonzero(labels == label)
        if len(mine) < settings.least_to_hold_out:
            continue
        group = groups(prints[mine], settings.alike)
        wanted = max(1, round(settings.held_out * len(mine)))
        for chosen in rng.permutation(np.unique(group)):
            members = mine[group == chosen]
            if held[mine].sum() + len(members) <= max(wanted, 1):
                held[members] = True
    return held


def doubles(faces: Faces, prints: Hashes) -> list[str]:
    """One sentence for each picture that stands under two characters, with both names.

    Near hashes raise the suspicion; the same picture it is if the pixels of 16 x 16 means differ by
    less than 4 of 255 on average, which a picture saved again does and two drawings don't.
    """
    labels = np.array(faces.labels)
    notes = []
    for i in range(len(prints) - 1):
        near = np.bitwise_count(prints[i + 1 :] ^ prints[i]) <= SAVED_AGAIN
        for j in i + 1 + np.flatnonzero(near & (labels[i + 1 :] != labels[i])):
            small = prepare([faces.crops[i], faces.crops[j]], 16).astype(np.float32)
            if np.abs(small[0] - small[1]).mean() < 4:
                names = [faces.names[labels[k]] or "unknown" for k in (i, j)]
                notes.append(
                    f"{faces.paths[i]} and {faces.paths[j]}: the same picture stands under "
                    f"{names[0]!r} and {names[1]!r}."
                )
    return notes
