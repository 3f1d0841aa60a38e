"""A bundle measured on faces it has not been trained on."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.training.dataset import Faces, read_faces, read_pictures
from eyecatch.training.evaluation.predictions import Asked, Evaluation, confusions, mistakes
from eyecatch.training.evaluation.report import JSON, write_report
from eyecatch.training.metrics import Answers, known_figures, unseen_figures
from eyecatch.training.near_duplicates import difference_hashes, duplicates_across_characters

log = logging.getLogger(__name__)

Pictures = list[tuple[Path, bytes]]


def evaluate(
    bundle: Bundle | Path, faces: Path, unseen: Path | None = None, out: Path | None = None
) -> Evaluation:
    """Measures a bundle, each face by itself.

    Args:
        bundle: the bundle, or where it is.
        faces: a folder with a folder of face pictures for each character, called by name or alias.
            A folder ``unknown`` in it counts as unseen; other folders that the bundle doesn't know
            are left out, which is said.
        unseen: a folder of faces of nobody that the bundle knows, in folders or not.
        out: a folder for ``report.json``, ``card.md`` and pictures; an older report in it is
            replaced.

    Raises:
        RequestError: there is no face of a known character, or none in ``unseen``; or ``out`` holds
            something else, or can't be written.
        ModelError: the bundle can't be used.
    """
    if out is not None:
        _check_free(out)
    identify = Identify(bundle if isinstance(bundle, Bundle) else named_bundle(bundle))
    people = read_faces(faces)
    mine, labels, theirs, notes = _sort(people, identify.bundle)
    if not mine:
        raise RequestError(
            f"{faces} has no folder with the name of a character of {identify.bundle.folder}",
            "call the folders as the characters are called",
        )
    notes += duplicates_across_characters(people, difference_hashes(people.crops))
    if unseen is not None:
        more, odd = _strangers(unseen, identify.bundle)
        theirs, notes = [*theirs, *more], [*notes, *odd]
    for note in notes:
        log.warning(note)
    known = _ask(identify, mine, labels)
    strangers = _ask(identify, theirs, [-1] * len(theirs)) if theirs else None
    names = identify.bundle.names
    evaluation = Evaluation(
        identify.bundle.digest,
        known_figures(known.answers, known.labels, names),
        unseen_figures(known.answers, strangers.answers) if strangers else None,
        tuple(notes),
        confusions(known, strangers, names),
        mistakes(known, strangers, names),
    )
    if out is not None:
        write_report(evaluation, known, strangers, identify.bundle, out)
    return evaluation


def _ask(identify: Identify, pictures: Pictures, labels: list[int]) -> Asked:
    bundle = identify.bundle
    crops = tuple(crop for _, crop in pictures)
    answers = Answers.of(
        identify(crops).logits, bundle.names, bundle.calibration, bundle.thresholds
    )
    return Asked(tuple(path for path, _ in pictures), crops, np.array(labels, np.int64), answers)


def _sort(people: Faces, bundle: Bundle) -> tuple[Pictures, list[int], Pictures, list[str]]:
    """Pictures and classes of known characters, pictures of nobody, and what was odd."""
    classes = _classes(bundle)
    notes = list(people.notes)
    notes += [
        f"{name!r} is no character of {bundle.folder}; its pictures are left out."
        for name in people.characters
        if name not in classes
    ]
    mine: Pictures = []
    labels: list[int] = []
    strangers: Pictures = []
    for path, crop, label in zip(people.paths, people.crops, people.labels, strict=True):
        name = people.names[label]
        if name is None:
            strangers.append((path, crop))
        elif name in classes:
            mine.append((path, crop))
            labels.append(classes[name])
    return mine, labels, strangers, notes


def _classes(bundle: Bundle) -> dict[str, int]:
    """The class of every name and alias; a name goes before another character's alias."""
    aliases = {a: k for k, character in enumerate(bundle.characters) for a in character.aliases}
    return aliases | {character.name: k for k, character in enumerate(bundle.characters)}


def _strangers(folder: Path, bundle: Bundle) -> tuple[Pictures, list[str]]:
    if not folder.is_dir():
        raise RequestError(f"{folder} is no folder", "give a folder of face pictures")
    places = sorted(p for p in folder.rglob("*") if p.is_dir() and not p.name.startswith("."))
    found: Pictures = []
    notes: list[str] = []
    known = _classes(bundle)
    for place in [folder, *places]:
        if place != folder and place.name in known:
            notes.append(f"{place}: {place.name!r} is a character that the bundle knows; left out.")
            continue
        pictures, odd = read_pictures(place)
        found += pictures
        notes += odd
    if not found:
        raise RequestError(f"{folder} holds no picture", "give a folder of face pictures")
    return found, notes


def _check_free(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise RequestError(f"{out} is a file", "choose another folder for the report")
    if out.is_dir() and any(out.iterdir()) and not (out / JSON).is_file():
        raise RequestError(f"{out} exists and isn't empty", "choose another folder for the report")
