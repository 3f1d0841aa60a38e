"""``eyecatch train``: from folders of faces to a bundle; read it from top to bottom."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Unpack

from eyecatch.core.arguments import AnyPath, checked, path_of
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import base_bundle, named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import check_free
from eyecatch.core.names import require_name
from eyecatch.core.tensorflow import keras, prepare_tensorflow
from eyecatch.training.classifier.checkpoint import Checkpoints
from eyecatch.training.classifier.config import Settings
from eyecatch.training.classifier.dataset import read_training_faces, split_faces
from eyecatch.training.classifier.export import export
from eyecatch.training.classifier.loop import Callbacks, TrainingRun
from eyecatch.training.classifier.options import TrainKeywords, TrainOptions
from eyecatch.training.classifier.strategies import (
    TrainingResult,
    fine_tune,
    train_scratch,
    train_study,
)

log = logging.getLogger(__name__)


@checked
def train(faces: AnyPath, out: AnyPath, **keywords: Unpack[TrainKeywords]) -> Bundle:
    """Trains a classifier on ``faces``/<character>/ and writes it to ``out``.

    A folder called ``unknown`` is no character: the bundle learns not to name its faces.
    Warnings about the folders are logged, and stand in the bundle's card.

    Args:
        faces: a folder with a folder of face pictures for each character.
        out: the bundle to write.
        **keywords: all optional:

            arch: which network: ``compact``, the default, is the embedder; ``study`` the original
                study's.
            quick: leave the base embedder as it is and learn prototypes only.
            from_scratch: start from random weights.
            base: a bundle whose embedder to start from, instead of the one in the package.
            epochs: passes over the faces, at most.
            seed: random seed.
            series: the show that all characters are of; its bundle is preferred for its episodes.
            settings: all of them, in place of ``quick`` and ``from_scratch``; ``arch``, ``epochs``
                and ``seed`` override it.
            resume: go on with the interrupted training of ``out``, if there is one.
            force: replace ``out``, and delete an interrupted training of it.
            device: see ``prepare_tensorflow``.
            progress: is called after every epoch.
            step: is called after every step, with how many are done and how many there are at most.

    Returns:
        The bundle, as ``load_bundle(out)`` would return it.

    Raises:
        RequestError: the faces, the settings or ``out`` don't do.
        ModelError: the base embedder can't be used.

    Example:
        Prototypes only, in a minute; the bundle then knows the seven characters of the drawn cast.

        >>> import eyecatch
        >>> bundle = eyecatch.train(  # doctest: +SKIP
        ...     "faces", "season.bundle", quick=True, seed=1, force=True
        ... )
    """
    options = TrainOptions(**keywords)
    settings, folder = options.resolve_settings(), Path(out)
    check_free(folder, options.force)
    if options.series is not None:
        require_name(options.series)
    base = _base(path_of(options.base), settings)
    people = read_training_faces(Path(faces))
    checkpoints = Checkpoints(folder, settings, people, base)
    history = checkpoints.start(options.resume, options.force)

    split = split_faces(people, settings)
    _warn(split.notes)
    run = TrainingRun(
        split=split,
        base=base,
        settings=settings,
        checkpoints=checkpoints,
        device=prepare_tensorflow(options.device),
        history=history,
        callbacks=_callbacks(options),
    )
    result = _train(run)
    _warn(result.notes)

    bundle = export(folder, run, result, series=options.series, force=options.force)
    checkpoints.clear()
    return bundle


def _base(base: Path | None, settings: Settings) -> Bundle | None:
    if not settings.base:
        return None
    bundle = base_bundle() if base is None else named_bundle(base)
    if not bundle.architecture.embeds:
        raise RequestError(
            f"{bundle.folder} has a network {bundle.architecture.name!r}, which is no embedder",
            "name a bundle of the network 'compact'",
        )
    return bundle


def _callbacks(options: TrainOptions) -> Callbacks:
    default = Callbacks()
    return Callbacks(options.progress or default.on_epoch, options.step or default.on_step)


def _train(run: TrainingRun) -> TrainingResult:
    keras().utils.set_random_seed(run.settings.seed)
    if run.settings.arch == "study":
        return train_study(run)
    return train_scratch(run) if run.base is None else fine_tune(run, run.base)


def _warn(notes: tuple[str, ...]) -> None:
    for note in notes:
        log.warning(note)
