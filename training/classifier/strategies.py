"""How each network is taught: the study's from nothing, the embedder and its head from the base."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.inference import prepare
from eyecatch.core.identity.networks import (
    Architecture,
    Network,
    compact_network,
    load_weights,
    study_network,
)
from eyecatch.core.identity.prototypes import MAX_PROTOTYPES, Prototypes
from eyecatch.core.tensorflow import keras
from eyecatch.training.classifier.batches import batches
from eyecatch.training.classifier.checkpoint import Checkpoints, Epoch
from eyecatch.training.classifier.config import Settings
from eyecatch.training.classifier.data_checks import without_face
from eyecatch.training.classifier.head import (
    blended,
    head_of,
    means,
    replaced,
    scattered,
    with_head,
)
from eyecatch.training.classifier.look import Vectors, feed_of, look
from eyecatch.training.classifier.loop import Batch, Labels, Lesson, Logits, Telling, answers, fit
from eyecatch.training.classifier.precision import precision_for
from eyecatch.training.dataset import Faces

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Task:
    """What a training has to work with.

    Attributes:
        people: the faces.
        held: bool (n,) which of them are held out.
        settings: all of them.
        checkpoints, history: of this training.
        telling: is told of every step and epoch.
        device: what it runs on, as ``prepare_tensorflow`` says it.
    """

    people: Faces
    held: Bools
    settings: Settings
    checkpoints: Checkpoints
    history: list[Epoch]
    telling: Telling
    device: str

    @property
    def labels(self) -> Labels:
        """int64 (n,) places in ``people.names``."""
        return np.array(self.people.labels, np.int64)

    @property
    def classes(self) -> int:
        """How many names there are, nobody included."""
        return len(self.people.names)

    def fit(self, network: Network, lesson: Lesson) -> list[Epoch]:
        """Trains the network; see ``fit``."""
        return fit(network, lesson, self.settings, self.checkpoints, self.history, self.telling)


@dataclass(frozen=True, slots=True)
class Taught:
    """What came out of a training.

    Attributes:
        architecture: of the network.
        network: with its weights; or their file, where they are those of another bundle.
        prototypes: of a network that embeds.
        history: every epoch; none where nothing had to be learned step by step.
        held_logits: (h, c) of the held-out faces.
        notes: what is odd about the pictures, now that they were looked at.
    """

    architecture: Architecture
    network: Network | Path
    prototypes: Prototypes | None
    history: list[Epoch]
    held_logits: Logits
    notes: tuple[str, ...] = ()


def teach_study(task: Task) -> Taught:
    """The network of the original study, from random weights."""
    architecture = study_network(task.classes)
    pictures = prepare(task.people.crops, architecture.size)
    with precision_for(task.device):
        network = architecture.build()
    history = task.fit(network, _shown(task, pictures))
    plain = _plain(architecture, network)
    return Taught(architecture, plain, None, history, answers(plain, pictures[task.held]))


def teach_scratch(task: Task) -> Taught:
    """The embedder and its head, from random weights."""
    architecture = compact_network()
    with precision_for(task.device):
        embedder = architecture.build()
    start = scattered(
        task.labels[~task.held],
        task.classes,
        task.settings.prototypes,
        embedder.output.shape[-1],
        task.settings.seed,
    )
    pictures = prepare(task.people.crops, architecture.size)
    return _with_head(task, architecture, embedder, pictures, start)


def teach_base(task: Task, base: Bundle) -> Taught:
    """The embedder and its head, from the weights of a bundle's embedder."""
    pictures = prepare(task.people.crops, base.architecture.size)
    many = _many(task).any()
    quick = task.settings.quick or not many
    views = task.settings.views if task.settings.quick and many else 1
    plain = load_weights(base.architecture, base.weights)
    seen = look(plain, pictures, task.settings, views, task.telling.step)
    notes = tuple(without_face(task.people, seen[0]))
    if quick:
        return replace(_quick(task, base, seen), notes=notes)
    with precision_for(task.device):
        embedder = load_weights(base.architecture, base.weights)
    # What batches are like was learned from a thousand characters; a few would only blur it.
    for layer in embedder.layers:
        if isinstance(layer, keras().layers.BatchNormalization):
            layer.trainable = False
    start = _means(task, seen[0])
    return replace(_with_head(task, base.architecture, embedder, pictures, start), notes=notes)


def _quick(task: Task, base: Bundle, seen: Vectors) -> Taught:
    """Prototypes only; where all characters have few pictures, none of them learned."""
    prototypes = _means(task, seen[0], MAX_PROTOTYPES)
    history: list[Epoch] = []
    if _many(task).any():
        start = _means(task, seen[0])
        network = with_head(_nothing(seen.shape[-1]), start)
        feed = feed_of(seen, task.settings.seed)
        history = task.fit(network, Lesson(seen[0], task.labels, task.classes, task.held, feed))
        prototypes = _finished(task, head_of(network, start), seen[0])
    logits = prototypes.logits(seen[0][task.held]).astype(np.float32)
    return Taught(base.architecture, base.weights, prototypes, history, logits)


def _with_head(
    task: Task,
    architecture: Architecture,
    embedder: Network,
    pictures: npt.NDArray[np.uint8],
    start: Prototypes,
) -> Taught:
    with precision_for(task.device):
        network = with_head(embedder, start)
    history = task.fit(network, _shown(task, pictures))
    plain = _plain(architecture, embedder)
    seen = look(plain, pictures, task.settings, 1)[0]
    prototypes = _finished(task, head_of(network, start), seen)
    logits = prototypes.logits(seen[task.held]).astype(np.float32)
    return Taught(architecture, plain, prototypes, history, logits)


def _finished(task: Task, learned: Prototypes, embeddings: Vectors) -> Prototypes:
    """Prototypes that stand between what was learned and what the taught faces look like."""
    nobody = np.array([name is None for name in task.people.names])
    blend = blended(learned, _means(task, embeddings, 1), task.settings.blend)
    blend = replaced(blend, learned, nobody)  # who have no look in common
    return replaced(blend, _means(task, embeddings, MAX_PROTOTYPES), ~_many(task))


def _plain(architecture: Architecture, network: Network) -> Network:
    """The same in full precision and without an optimizer: as it will be when it is asked."""
    plain = architecture.build()
    plain.set_weights(network.get_weights())
    return plain


def _shown(task: Task, pictures: npt.NDArray[np.uint8]) -> Lesson:
    def feed(order: npt.NDArray[np.int64], first: int) -> Iterable[Batch]:
        return batches(pictures, order, first, task.settings)

    return Lesson(pictures, task.labels, task.classes, task.held, feed)


def _many(task: Task) -> Bools:
    """Which names (bool, one each) have faces enough to learn more from than a mean."""
    counts = np.bincount(task.labels[~task.held], minlength=task.classes)
    return np.asarray(counts >= task.settings.least_to_learn)


def _means(task: Task, embeddings: Vectors, most: int | None = None) -> Prototypes:
    """Prototypes of the taught faces by what they look like."""
    taught = ~task.held
    nobodys = MAX_PROTOTYPES if task.people.names[-1] is None and most is None else None
    most = most or task.settings.prototypes
    return means(embeddings[taught], task.labels[taught], task.classes, most, nobodys)


def _nothing(length: int) -> Network:
    """A network that gives back the embeddings that it takes."""
    vectors = keras().layers.Input((length,), name="vectors")
    return keras().Model(vectors, vectors)
