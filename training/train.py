"""From folders of faces to a bundle; read it from top to bottom."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

import eyecatch
from eyecatch.core.crops import CROP_SIZE
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.bundle import Bundle, Character, Contents
from eyecatch.core.identity.devices import Device, prepare_tensorflow
from eyecatch.core.identity.identify import prepare
from eyecatch.core.identity.networks import NETWORKS, study_network
from eyecatch.core.identity.save import check_free, save_bundle
from eyecatch.training.calibrate import calibrate
from eyecatch.training.card import make_card
from eyecatch.training.checkpoint import Checkpoints, Epoch
from eyecatch.training.faces import Faces, read_faces
from eyecatch.training.fit import Lesson, answers, fit
from eyecatch.training.settings import Settings
from eyecatch.training.split import doubles, hashes, hold_out

log = logging.getLogger(__name__)


def train(  # noqa: PLR0913
    faces: Path,
    out: Path,
    *,
    arch: str | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    settings: Settings | None = None,
    resume: bool = False,
    force: bool = False,
    device: Device = "auto",
    progress: Callable[[Epoch], None] | None = None,
) -> Bundle:
    """Trains a classifier on ``faces``/<character>/ and writes it to ``out``.

    A folder called ``unknown`` is no character: its faces teach the network to name nobody. What is
    odd about the folders is logged as warnings, and stands in the bundle's card.

    Args:
        faces: a folder with a folder of face pictures for each character.
        out: the bundle to write.
        arch: which network; ``study`` is that of the original study.
        epochs: times that every face is shown, at most.
        seed: of everything that is random.
        settings: all of them; ``arch``, ``epochs`` and ``seed`` go before it.
        resume: go on with the training of ``out`` that was interrupted, if there is one.
        force: replace ``out``, and forget an interrupted training of it.
        device: see ``prepare_tensorflow``.
        progress: is called after every epoch.

    Raises:
        RequestError: the faces, the settings or ``out`` don't do.
    """
    settings = _settings(settings or Settings(), arch, epochs, seed)
    check_free(out, force)
    people = read_faces(faces)
    if len(people.names) < 2:
        raise RequestError(
            f"{faces} has pictures of one character only",
            "add a second one, or a folder 'unknown' with other faces",
        )
    checkpoints = Checkpoints(out, settings, people)
    history = checkpoints.start(resume, force)

    prints = hashes(people.crops)
    notes = [*people.notes, *_few(people), *doubles(people, prints)]
    for note in notes:
        log.warning(note)

    architecture = study_network(len(people.names))
    held = hold_out(people, prints, settings)
    pictures = prepare(people.crops, architecture.size)
    lesson = Lesson(architecture, pictures, np.array(people.labels), held)
    prepare_tensorflow(device)
    network, history = fit(lesson, settings, checkpoints, history, progress)

    logits = answers(network, pictures[held])
    calibration = calibrate(logits, lesson.labels[held], people.names)
    contents = Contents(
        architecture=architecture,
        characters=tuple(Character(name) for name in people.characters),
        nobody=None in people.names,
        calibration=calibration,
        crop_size=CROP_SIZE,
        created_by=f"eyecatch {eyecatch.__version__}",
    )
    card = make_card(contents, people, lesson, settings, history, logits, notes)
    bundle = save_bundle(out, contents, network, card, force=force)
    checkpoints.clear()
    return bundle


def _settings(
    settings: Settings, arch: str | None, epochs: int | None, seed: int | None
) -> Settings:
    settings = replace(
        settings,
        arch=settings.arch if arch is None else arch,
        epochs=settings.epochs if epochs is None else epochs,
        seed=settings.seed if seed is None else seed,
    )
    if settings.arch not in NETWORKS:
        raise RequestError(f"no network is called {settings.arch!r}", f"use {', '.join(NETWORKS)}")
    if settings.epochs < 1:
        raise RequestError(f"{settings.epochs} epochs are too few", "train for at least one")
    if not 0 <= settings.seed < 2**32:
        raise RequestError(f"{settings.seed} is no seed", "use a number from 0 to 4294967295")
    return settings


def _few(faces: Faces) -> list[str]:
    return [
        f"{name!r} has one picture only; it is trained on, but nothing is left to check it with."
        for name, count in faces.counts.items()
        if count == 1
    ]
