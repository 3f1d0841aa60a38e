"""A bundle measured on faces it has not been trained on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eyecatch.core.errors import RequestError
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.identify import Identify
from eyecatch.training.faces import Faces, read_faces, read_pictures
from eyecatch.training.figures import Answers, Known, Unseen, known_figures, unseen_figures
from eyecatch.training.split import doubles, hashes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        bundle: digest of the bundle.
        known: on faces of its characters.
        unseen: on faces of nobody it knows, or None where none were given.
        notes: what was odd about the faces, one sentence each.
    """

    bundle: str
    known: Known
    unseen: Unseen | None
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def evaluate(bundle: Bundle | Path, faces: Path, unseen: Path | None = None) -> Evaluation:
    """Measures a bundle, each face by itself.

    Args:
        bundle: the bundle, or where it is.
        faces: a folder with a folder of face pictures for each character, called by name or alias.
            A folder ``unknown`` in it counts as unseen; other folders that the bundle doesn't know
            are left out, which is said.
        unseen: a folder of faces of nobody that the bundle knows, in folders or not.

    Raises:
        RequestError: there is no face of a known character, or none in ``unseen``.
        ModelError: the bundle can't be used.
    """
    identify = Identify(bundle)
    people = read_faces(faces)
    crops, labels, strangers, notes = _sort(people, identify.bundle)
    if not crops:
        raise RequestError(
            f"{faces} has no folder with the name of a character of {identify.bundle.folder}",
            "call the folders as the characters are called",
        )
    notes += doubles(people, hashes(people.crops))
    if unseen is not None:
        more, odd = _strangers(unseen, identify.bundle)
        strangers, notes = [*strangers, *more], [*notes, *odd]
    for note in notes:
        log.warning(note)
    known = _answers(identify, crops)
    return Evaluation(
        identify.bundle.digest,
        known_figures(known, np.array(labels), identify.bundle.names),
        unseen_figures(known, _answers(identify, strangers)) if strangers else None,
        tuple(notes),
    )


def _answers(identify: Identify, crops: Sequence[bytes]) -> Answers:
    return Answers.of(identify(crops).logits, identify.bundle.names, identify.bundle.calibration)


def _sort(people: Faces, bundle: Bundle) -> tuple[list[bytes], list[int], list[bytes], list[str]]:
    """Crops and classes of known characters, crops of nobody, and what was odd."""
    classes = _classes(bundle)
    notes = list(people.notes)
    notes += [
        f"{name!r} is no character of {bundle.folder}; its pictures are left out."
        for name in people.characters
        if name not in classes
    ]
    crops: list[bytes] = []
    labels: list[int] = []
    strangers: list[bytes] = []
    for crop, label in zip(people.crops, people.labels, strict=True):
        name = people.names[label]
        if name is None:
            strangers.append(crop)
        elif name in classes:
            crops.append(crop)
            labels.append(classes[name])
    return crops, labels, strangers, notes


def _classes(bundle: Bundle) -> dict[str, int]:
    """The class of every name and alias; a name goes before another character's alias."""
    aliases = {a: k for k, character in enumerate(bundle.characters) for a in character.aliases}
    return aliases | {character.name: k for k, character in enumerate(bundle.characters)}


def _strangers(folder: Path, bundle: Bundle) -> tuple[list[bytes], list[str]]:
    if not folder.is_dir():
        raise RequestError(f"{folder} is no folder", "give a folder of face pictures")
    places = sorted(p for p in folder.rglob("*") if p.is_dir() and not p.name.startswith("."))
    crops: list[bytes] = []
    notes: list[str] = []
    known = _classes(bundle)
    for place in [folder, *places]:
        if place != folder and place.name in known:
            notes.append(f"{place}: {place.name!r} is a character that the bundle knows; left out.")
            continue
        pictures, odd = read_pictures(place)
        crops += [crop for _, crop in pictures]
        notes += odd
    if not crops:
        raise RequestError(f"{folder} holds no picture", "give a folder of face pictures")
    return crops, notes
