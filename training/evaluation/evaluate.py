"""``eyecatch evaluate``: a bundle measured on faces it has not been trained on."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from eyecatch.core.arguments import AnyPath, checked, path_of
from eyecatch.core.errors import RequestError
from eyecatch.core.files import check_folder
from eyecatch.core.folders import files_below
from eyecatch.core.identity.base_embedder import named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.training.dataset import Faces, read_faces, read_pictures
from eyecatch.training.evaluation.predictions import Evaluation, Predictions, confusions, mistakes
from eyecatch.training.evaluation.report import JSON, write_report
from eyecatch.training.metrics import Answers, closed_set_metrics, open_set_metrics
from eyecatch.training.near_duplicates import difference_hashes, duplicates_across_characters

log = logging.getLogger(__name__)

Pictures = list[tuple[Path, bytes]]


@checked
def evaluate(
    bundle: Bundle | AnyPath,
    faces: AnyPath,
    unseen: AnyPath | None = None,
    out: AnyPath | None = None,
) -> Evaluation:
    """Measures a bundle, each face by itself.

    Args:
        bundle: the bundle, or where it is.
        faces: a folder with a folder of face pictures for each character, called by name or alias.
            A folder ``unknown`` in it counts as unseen; other folders that the bundle doesn't know
            are left out, with a warning.
        unseen: a folder of faces of nobody that the bundle knows, in folders or not.
        out: a folder for ``report.json``, ``card.md`` and plots; an older report in it is
            replaced.

    Returns:
        Metrics, confusions and the worst mistakes.

    Raises:
        RequestError: there is no face of a known character, or none in ``unseen``; or ``out`` holds
            something else, or can't be written.
        ModelError: the bundle can't be used.

    Example:
        Here with the faces that it was trained on, so the accuracy is too good.

        >>> import eyecatch
        >>> evaluation = eyecatch.evaluate("season.bundle", "faces")
        >>> evaluation.known.top1 > 0.5
        True
    """
    folder, others, report = Path(faces), path_of(unseen), path_of(out)
    if report is not None:
        _check_free(report)
    identify = Identify(bundle if isinstance(bundle, Bundle) else named_bundle(bundle))
    people = read_faces(folder)
    known_faces, labels, stranger_faces, notes = _by_label(people, identify.bundle)
    if not known_faces:
        raise RequestError(
            f"{folder} has no folder with the name of a character of {identify.bundle.folder}",
            "call the folders as the characters are called",
        )
    notes += duplicates_across_characters(people, difference_hashes(people.crops))
    if others is not None:
        more, problems = _read_strangers(others, identify.bundle)
        stranger_faces, notes = [*stranger_faces, *more], [*notes, *problems]
    for note in notes:
        log.warning(note)
    known = _predict(identify, known_faces, labels)
    nobody = [-1] * len(stranger_faces)
    strangers = _predict(identify, stranger_faces, nobody) if stranger_faces else None
    names = identify.bundle.names
    evaluation = Evaluation(
        identify.bundle.digest,
        closed_set_metrics(known.answers, known.labels, names),
        open_set_metrics(known.answers, strangers.answers) if strangers else None,
        tuple(notes),
        confusions(known, strangers, names),
        mistakes(known, strangers, names),
    )
    if report is not None:
        write_report(evaluation, known, strangers, identify.bundle, report)
    return evaluation


def _predict(identify: Identify, pictures: Pictures, labels: list[int]) -> Predictions:
    bundle = identify.bundle
    paths, crops = tuple(path for path, _ in pictures), tuple(crop for _, crop in pictures)
    logits = identify(crops).logits
    answers = Answers.of(logits, bundle.names, bundle.calibration, bundle.thresholds)
    return Predictions(paths, crops, np.array(labels, np.int64), answers)


def _by_label(people: Faces, bundle: Bundle) -> tuple[Pictures, list[int], Pictures, list[str]]:
    """Pictures and labels of known characters, pictures of the folder unknown, and notes."""
    classes = _classes(bundle)
    notes = list(people.notes)
    notes += [
        f"{name!r} is no character of {bundle.folder}; its pictures are left out."
        for name in people.characters
        if name not in classes
    ]
    known: Pictures = []
    labels: list[int] = []
    strangers: Pictures = []
    for path, crop, label in zip(people.paths, people.crops, people.labels, strict=True):
        name = people.names[label]
        if name is None:
            strangers.append((path, crop))
        elif name in classes:
            known.append((path, crop))
            labels.append(classes[name])
    return known, labels, strangers, notes


def _classes(bundle: Bundle) -> dict[str, int]:
    """The class of every name and alias; a name goes before another character's alias."""
    aliases = {a: k for k, character in enumerate(bundle.characters) for a in character.aliases}
    return aliases | {character.name: k for k, character in enumerate(bundle.characters)}


def _read_strangers(folder: Path, bundle: Bundle) -> tuple[Pictures, list[str]]:
    """Pictures of a folder and of those in it that are not called as a known character."""
    if not folder.is_dir():
        raise RequestError(f"{folder} is no folder", "give a folder of face pictures")
    places = sorted({file.parent for file in files_below(folder, bool, ours=True)} - {folder})
    found: Pictures = []
    notes: list[str] = []
    known = _classes(bundle)
    for place in [folder, *places]:
        if place != folder and place.name in known:
            notes.append(f"{place}: {place.name!r} is a character that the bundle knows; left out.")
            continue
        pictures, problems = read_pictures(place)
        found += pictures
        notes += problems
    if not found:
        raise RequestError(f"{folder} holds no picture", "give a folder of face pictures")
    return found, notes


def _check_free(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not (out / JSON).is_file():
        raise RequestError(f"{out} exists and isn't empty", "choose another folder for the report")
    check_folder(out)
