"""From folders of faces to a bundle; read it from top to bottom."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import eyecatch
from eyecatch.core.crops import CROP_SIZE
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import base_bundle, named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import check_free, save_bundle
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.manifest import Character, Contents
from eyecatch.core.identity.networks import NETWORKS
from eyecatch.core.tensorflow import Device, keras, prepare_tensorflow
from eyecatch.training.calibrate import calibrate
from eyecatch.training.calibration import Calibrated, calibrate_open
from eyecatch.training.classifier.checkpoint import Checkpoints, Epoch
from eyecatch.training.classifier.config import Settings, settings_for
from eyecatch.training.classifier.loop import Labels, Telling
from eyecatch.training.classifier.model_card import make_card
from eyecatch.training.classifier.split import doubles, hashes, hold_out
from eyecatch.training.classifier.strategies import (
    Task,
    Taught,
    teach_base,
    teach_scratch,
    teach_study,
)
from eyecatch.training.dataset import Faces, read_faces

log = logging.getLogger(__name__)


def train(  # noqa: PLR0913
    faces: Path,
    out: Path,
    *,
    arch: str | None = None,
    quick: bool = False,
    from_scratch: bool = False,
    base: Path | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    series: str | None = None,
    settings: Settings | None = None,
    resume: bool = False,
    force: bool = False,
    device: Device = "auto",
    progress: Callable[[Epoch], None] | None = None,
    step: Callable[[int, int], None] | None = None,
) -> Bundle:
    """Trains a classifier on ``faces``/<character>/ and writes it to ``out``.

    A folder called ``unknown`` is no character: its faces teach the bundle to name nobody. What is
    odd about the folders is logged as warnings, and stands in the bundle's card.

    Args:
        faces: a folder with a folder of face pictures for each character.
        out: the bundle to write.
        arch: which network: ``compact``, the default, is the embedder; ``study`` the original
            study's.
        quick: leave the base embedder as it is and learn prototypes only.
        from_scratch: start from random weights.
        base: a bundle whose embedder to start from, instead of the one in the package.
        epochs: times that as many faces are shown as there are, at most.
        seed: of everything that is random.
        series: the show that all characters are of; its bundle is preferred for its episodes.
        settings: all of them, in place of ``quick`` and ``from_scratch``; ``arch``, ``epochs`` and
            ``seed`` go before it.
        resume: go on with the training of ``out`` that was interrupted, if there is one.
        force: replace ``out``, and forget an interrupted training of it.
        device: see ``prepare_tensorflow``.
        progress: is called after every epoch.
        step: is called after every step, with how many are done, and how many there are at most.

    Raises:
        RequestError: the faces, the settings or ``out`` don't do.
        ModelError: the base embedder can't be used.
    """
    settings = _settings(settings, arch, quick, from_scratch, epochs, seed)
    check_free(out, force)
    start = _base(base, settings)
    people = read_faces(faces)
    if len(people.names) < 2:
        raise RequestError(
            f"{faces} has pictures of one character only",
            "add a second one, or a folder 'unknown' with other faces",
        )
    checkpoints = Checkpoints(out, settings, people, start)
    history = checkpoints.start(resume, force)

    prints = hashes(people.crops)
    notes = [*people.notes, *_few(people), *doubles(people, prints)]
    for note in notes:
        log.warning(note)
    held = hold_out(people, prints, settings)
    telling = Telling(progress or Telling().epoch, step or Telling().step)
    on = prepare_tensorflow(device)
    taught = _teach(Task(people, held, settings, checkpoints, history, telling, on), start)

    for note in taught.notes:
        log.warning(note)
    calibrated = _calibrate(taught, np.array(people.labels)[held], people.names, start)
    contents = Contents(
        architecture=taught.architecture,
        characters=_characters(people.characters, calibrated),
        nobody=None in people.names,
        calibration=calibrated.calibration,
        crop_size=CROP_SIZE,
        created_by=f"eyecatch {eyecatch.__version__}",
        series=series,
    )
    notes += taught.notes
    card = make_card(contents, people, held, settings, taught.history, taught.held_logits, notes)
    bundle = save_bundle(out, contents, taught.network, card, taught.prototypes, force=force)
    checkpoints.clear()
    return bundle


def _base(base: Path | None, settings: Settings) -> Bundle | None:
    if not settings.base:
        return None
    start = base_bundle() if base is None else named_bundle(base)
    if not start.architecture.embeds:
        raise RequestError(
            f"{start.folder} has a network {start.architecture.name!r}, which is no embedder",
            "name a bundle of the network 'compact'",
        )
    return start


def _teach(task: Task, base: Bundle | None) -> Taught:
    keras().utils.set_random_seed(task.settings.seed)
    if task.settings.arch == "study":
        return teach_study(task)
    return teach_scratch(task) if base is None else teach_base(task, base)


def _calibrate(
    taught: Taught, labels: Labels, names: Sequence[str | None], base: Bundle | None
) -> Calibrated:
    if taught.prototypes is None:
        calibration = calibrate(taught.held_logits, labels, names)
        return Calibrated(calibration, (None,) * len(names))
    otherwise = Calibration() if base is None else base.calibration
    return calibrate_open(taught.held_logits, labels, names, otherwise)


def _characters(names: Sequence[str], calibrated: Calibrated) -> tuple[Character, ...]:
    return tuple(
        Character(name) if own is None else Character(name, maybe=own[0], sure=own[1])
        for name, own in zip(names, calibrated.thresholds, strict=False)
    )


def _settings(  # noqa: PLR0913, PLR0917
    settings: Settings | None,
    arch: str | None,
    quick: bool,
    from_scratch: bool,
    epochs: int | None,
    seed: int | None,
) -> Settings:
    if quick and (from_scratch or arch == "study"):
        raise RequestError(
            "a quick training leaves the base embedder as it is, so it can't do without it",
            "leave out --quick, or --from-scratch and --arch study",
        )
    settings = settings or settings_for(arch or "compact", quick=quick, scratch=from_scratch)
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
