"""How each network is trained: the study's, the embedder from random weights or from a base."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.inference import prepare
from eyecatch.core.identity.networks import (
    Architecture,
    Network,
    compact_network,
    study_network,
)
from eyecatch.core.identity.prototypes import MAX_PROTOTYPES, Prototypes
from eyecatch.core.identity.show_metric import ShowMetric, fit_show_metric
from eyecatch.core.identity.weights import load_weights
from eyecatch.core.tensorflow import keras
from eyecatch.training.classifier.batches import (
    Batch,
    Order,
    Pictures,
    Vectors,
    batches,
    batches_of_views,
    embed_views,
)
from eyecatch.training.classifier.checkpoint import Epoch
from eyecatch.training.classifier.config import QUICK
from eyecatch.training.classifier.data_checks import pictures_without_face
from eyecatch.training.classifier.dataset import Bools
from eyecatch.training.classifier.head import (
    blend_prototypes,
    head_of,
    mean_prototypes,
    random_prototypes,
    replace_prototypes,
    with_head,
)
from eyecatch.training.classifier.loop import (
    Callbacks,
    Logits,
    TrainingData,
    TrainingRun,
    fit,
    mixed_precision,
    predict_logits,
)
from eyecatch.training.open_set import MIN_FACES

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What came out of a training.

    Attributes:
        architecture: of the network.
        network: with its weights; or their file, where they are those of another bundle.
        prototypes: of a network that embeds.
        history: every epoch; empty where nothing had to be learned step by step.
        held_logits: float32 (h, c) of the held-out faces.
        notes: warnings of the base embedder about the pictures, one sentence each.
    """

    architecture: Architecture
    network: Network | Path
    prototypes: Prototypes | None
    history: list[Epoch]
    held_logits: Logits
    notes: tuple[str, ...] = ()


def cohort_logits(run: TrainingRun, result: TrainingResult) -> tuple[Cohort, Logits] | None:
    """The base's cohort and the logits (m, c) of its faces; None where there is none.

    Where the network was trained on, the cohort's embeddings are no longer what it would give.
    """
    cohort = None if run.base is None else run.base.cohort
    if cohort is None or result.prototypes is None or not isinstance(result.network, Path):
        return None
    return cohort, result.prototypes.logits(cohort.vectors).astype(np.float32)


def train_study(run: TrainingRun) -> TrainingResult:
    """Trains the network of the original study from random weights."""
    architecture = study_network(run.classes)
    pictures = prepare(run.faces.crops, architecture.size)
    with mixed_precision(run.device):
        network = architecture.build()
    history = fit(network, _augmented(run, pictures), run)
    plain = _in_full_precision(architecture, network)
    logits = predict_logits(plain, pictures[run.held_out])
    return TrainingResult(architecture, plain, None, history, logits)


def train_scratch(run: TrainingRun) -> TrainingResult:
    """Trains the embedder and its head from random weights."""
    architecture = compact_network()
    with mixed_precision(run.device):
        embedder = architecture.build()
    start = random_prototypes(
        run.labels[~run.held_out],
        run.classes,
        run.settings.prototypes,
        embedder.output.shape[-1],
        run.settings.seed,
    )
    pictures = prepare(run.faces.crops, architecture.size)
    return _train_with_head(run, architecture, embedder, pictures, start)


def fine_tune(run: TrainingRun, base: Bundle) -> TrainingResult:
    """Trains from the weights of a bundle's embedder: a head alone, and the embedder if need be.

    First the head alone is learned, which takes a minute. If that tells the held-out faces apart
    (``settings.good_enough``), or with ``settings.quick``, or where no character has enough faces,
    the embedder stays as it is; else it is trained too, and the better of the two is kept. A note
    says which, and why.
    """
    pictures = prepare(run.faces.crops, base.architecture.size)
    any_learned = _has_enough_faces(run).any()
    head = run if run.settings.quick else _of_head(run)
    views = head.settings.views if any_learned else 1
    plain = load_weights(base.architecture, base.weights)
    embedded = embed_views(plain, pictures, head.settings, views, run.callbacks.on_step)
    notes = tuple(pictures_without_face(run.faces, embedded[0]))
    frozen = _train_prototypes(head, base, embedded)
    if run.settings.quick or not any_learned:
        return replace(frozen, notes=notes)
    right, wanted = _held_out_accuracy(run, frozen), run.settings.good_enough
    if not run.history and right >= wanted:
        why = f"the embedder does as it is: {right:.3f} of the held-out faces right"
        log.info(why)
        return replace(frozen, notes=(*notes, why))
    log.info("with the embedder as it is %.3f of the held-out faces are right: it learns on", right)
    tuned = _fine_tune_embedder(run, base, pictures, embedded[0])
    after = _held_out_accuracy(run, tuned)
    shares = (
        f"{right:.3f} of the held-out faces right with the embedder as it is, {after:.3f} trained"
    )
    if after > right or wanted > 1:
        return replace(tuned, notes=(*notes, f"{shares}: the trained one is kept"))
    return replace(frozen, notes=(*notes, f"{shares}: it is kept as it is"))


def _of_head(run: TrainingRun) -> TrainingRun:
    """The quick training before a longer one: it is not resumed, but done again."""
    settings = replace(QUICK, seed=run.settings.seed)
    silent = Callbacks(on_step=run.callbacks.on_step)
    checkpoints = run.checkpoints.of_head()
    return replace(run, settings=settings, checkpoints=checkpoints, history=(), callbacks=silent)


def _held_out_accuracy(run: TrainingRun, result: TrainingResult) -> float:
    """Share of the held-out faces that come first at their name.

    It is 1 where they are too few to tell: few faces are better served by the embedder as it is.
    """
    labels = run.labels[run.held_out]
    if len(labels) < MIN_FACES:
        return 1.0
    return float((result.held_logits.argmax(axis=1) == labels).mean())


def _fine_tune_embedder(
    run: TrainingRun, base: Bundle, pictures: Pictures, embeddings: npt.NDArray[np.float32]
) -> TrainingResult:
    with mixed_precision(run.device):
        embedder = load_weights(base.architecture, base.weights)
    # Statistics of batches were learned from a thousand characters; those of a few are worse.
    for layer in embedder.layers:
        if isinstance(layer, keras().layers.BatchNormalization):
            layer.trainable = False
    start = _means(run, embeddings)
    return _train_with_head(run, base.architecture, embedder, pictures, start)


def _train_prototypes(run: TrainingRun, base: Bundle, embedded: Vectors) -> TrainingResult:
    """Prototypes only, learned from embeddings (views, n, d); means where all have few faces.

    Faces are compared by the metric that they teach.
    """
    metric = _metric(run, embedded[0])
    views = embedded if metric is None else np.stack([metric(view) for view in embedded])
    prototypes = _means(run, views[0], MAX_PROTOTYPES)
    history: list[Epoch] = []
    if _has_enough_faces(run).any():
        start = _means(run, views[0])
        network = with_head(_identity_network(views.shape[-1]), start)

        def source(order: Order, first: int) -> Iterable[Batch]:
            return batches_of_views(views, order, first, run.settings.seed)

        data = TrainingData(views[0], run.labels, run.classes, run.held_out, source)
        history = fit(network, data, run)
        prototypes = _blend_with_means(run, head_of(network, start), views[0])
    prototypes = replace(prototypes, cohort=base.cohort, metric=metric)
    logits = prototypes.logits(embedded[0][run.held_out]).astype(np.float32)
    return TrainingResult(base.architecture, base.weights, prototypes, history, logits)


def _metric(run: TrainingRun, embeddings: Vectors) -> ShowMetric | None:
    """The metric that the faces of characters teach; None where it could not be calibrated."""
    named = np.array([name is not None for name in run.faces.names])[run.labels]
    if (named & run.held_out).sum() < MIN_FACES:
        return None
    taught = np.flatnonzero(named & ~run.held_out)
    return fit_show_metric(embeddings[taught], run.labels[taught], taught)


def _train_with_head(
    run: TrainingRun,
    architecture: Architecture,
    embedder: Network,
    pictures: Pictures,
    start: Prototypes,
) -> TrainingResult:
    with mixed_precision(run.device):
        network = with_head(embedder, start)
    history = fit(network, _augmented(run, pictures), run)
    plain = _in_full_precision(architecture, embedder)
    embeddings = embed_views(plain, pictures, run.settings, 1)[0]
    prototypes = _blend_with_means(run, head_of(network, start), embeddings)
    logits = prototypes.logits(embeddings[run.held_out]).astype(np.float32)
    return TrainingResult(architecture, plain, prototypes, history, logits)


def _blend_with_means(run: TrainingRun, learned: Prototypes, embeddings: Vectors) -> Prototypes:
    """Learned prototypes moved towards the mean embeddings of their characters' faces.

    Those of the folder ``unknown`` stay as learned, since its faces have nothing in common; those
    of characters with few faces are means only.
    """
    nobody = np.array([name is None for name in run.faces.names])
    blend = blend_prototypes(learned, _means(run, embeddings, 1), run.settings.blend)
    blend = replace_prototypes(blend, learned, nobody)
    return replace_prototypes(
        blend, _means(run, embeddings, MAX_PROTOTYPES), ~_has_enough_faces(run)
    )


def _in_full_precision(architecture: Architecture, network: Network) -> Network:
    """The same network in float32 and without an optimizer, as a bundle holds it."""
    plain = architecture.build()
    plain.set_weights(network.get_weights())
    return plain


def _augmented(run: TrainingRun, pictures: Pictures) -> TrainingData:
    def source(order: Order, first: int) -> Iterable[Batch]:
        return batches(pictures, order, first, run.settings)

    return TrainingData(pictures, run.labels, run.classes, run.held_out, source)


def _has_enough_faces(run: TrainingRun) -> Bools:
    """Which names, bool (c,), have enough faces to learn prototypes from."""
    counts = np.bincount(run.labels[~run.held_out], minlength=run.classes)
    return np.asarray(counts >= run.settings.min_faces_to_learn)


def _means(run: TrainingRun, embeddings: Vectors, max_each: int | None = None) -> Prototypes:
    """Prototypes by the embeddings (n, d) of the training faces, at most ``max_each`` a name.

    By default that is the number in the settings, but for the folder ``unknown``, whose faces have
    nothing in common and get as many prototypes as there can be.
    """
    taught = ~run.held_out
    of_nobody = MAX_PROTOTYPES if run.faces.names[-1] is None and max_each is None else None
    max_each = max_each or run.settings.prototypes
    return mean_prototypes(embeddings[taught], run.labels[taught], run.classes, max_each, of_nobody)


def _identity_network(length: int) -> Network:
    """A network that returns the embeddings that it is given."""
    vectors = keras().layers.Input((length,), name="vectors")
    return keras().Model(vectors, vectors)
