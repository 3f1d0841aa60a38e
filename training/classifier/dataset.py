"""The faces of one training: read, checked, and split into a training and a held-out part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import RequestError
from eyecatch.training.classifier.config import Settings
from eyecatch.training.dataset import Faces, read_faces
from eyecatch.training.near_duplicates import (
    Hashes,
    difference_hashes,
    duplicates_across_characters,
    group_duplicates,
)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SplitFaces:
    """The faces of a training.

    Attributes:
        faces: all n of them.
        held_out: bool (n,) which are kept out of training, for calibration.
        notes: warnings about the pictures, one sentence each.
    """

    faces: Faces
    held_out: Bools
    notes: tuple[str, ...]


def read_training_faces(folder: Path) -> Faces:
    """Reads ``folder``/<character>/.

    Raises:
        RequestError: there are no faces, or those of one character only.
    """
    faces = read_faces(folder)
    if len(faces.names) < 2:
        raise RequestError(
            f"{folder} has pictures of one character only",
            "add a second one, or a folder 'unknown' with other faces",
        )
    return faces


def split_faces(faces: Faces, settings: Settings) -> SplitFaces:
    """Splits faces into a training and a held-out part, and collects warnings about them."""
    hashes = difference_hashes(faces.crops)
    doubled = duplicates_across_characters(faces, hashes)
    notes = (*faces.notes, *_single_pictures(faces), *doubled)
    return SplitFaces(faces, hold_out(faces, hashes, settings), notes)


def hold_out(faces: Faces, hashes: Hashes, settings: Settings) -> Bools:
    """Which faces are held out, bool (n,): about ``settings.held_out`` of every character's.

    A group of near duplicates is held out whole or not at all, so that no held-out face is nearly
    one that is trained on. Of every character some faces always stay in training.
    """
    rng = np.random.default_rng(settings.seed)
    labels = np.array(faces.labels)
    held = np.zeros(len(labels), bool)
    for label in range(len(faces.names)):
        mine = np.flatnonzero(labels == label)
        if len(mine) < settings.min_faces_to_hold_out:
            continue
        group = group_duplicates(hashes[mine], settings.duplicate_distance)
        wanted = max(1, round(settings.held_out * len(mine)))
        for chosen in rng.permutation(np.unique(group)):
            members = mine[group == chosen]
            if held[mine].sum() + len(members) <= wanted:
                held[members] = True
    return held


def _single_pictures(faces: Faces) -> list[str]:
    return [
        f"{name!r} has one picture only; it is trained on, but nothing is left to check it with."
        for name, count in faces.counts.items()
        if count == 1
    ]
