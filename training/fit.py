"""The training loop: epochs of augmented batches, from a checkpoint or from the start."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.devices import keras
from eyecatch.core.identity.networks import Architecture, Network
from eyecatch.training.augment import Tensor, batches
from eyecatch.training.calibrate import loss
from eyecatch.training.checkpoint import Checkpoints, Epoch, best
from eyecatch.training.settings import Settings

Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learned.

    Attributes:
        architecture: of the network.
        pictures: uint8 (n, size, size, 3) BGR, see ``core.identity.identify.prepare``.
        labels: int64 (n,) classes.
        held: bool (n,) the pictures kept out of training.
    """

    architecture: Architecture
    pictures: Pictures
    labels: Labels
    held: npt.NDArray[np.bool_]


def fit(
    lesson: Lesson,
    settings: Settings,
    checkpoints: Checkpoints,
    done: list[Epoch],
    progress: Callable[[Epoch], None] | None,
) -> tuple[Network, list[Epoch]]:
    """Trains until the last epoch, or until patience ends.

    Args:
        lesson: the pictures.
        settings: all of them.
        checkpoints: gets every epoch's weights.
        done: epochs done before; the training goes on after them.
        progress: is called after every epoch.

    Returns:
        The network of the best epoch, and all epochs.
    """
    keras().utils.set_random_seed(settings.seed)
    taught = np.flatnonzero(~lesson.held)
    batch = max(1, min(settings.batch, len(taught) // settings.least_steps))
    steps = math.ceil(len(taught) / batch)
    network = compiled(lesson.architecture, settings, steps)
    history = list(done)
    if history:
        checkpoints.load(network, history[-1])

    order = taught[orders(len(taught), batch, settings)]
    weights = balanced(lesson.labels, lesson.held, settings.balance)
    truth = np.eye(lesson.architecture.classes, dtype=np.float32)[lesson.labels]
    data = iter(batches(lesson.pictures, order, len(history) * steps, settings))
    while len(history) < settings.epochs and not tired(history, settings.patience):
        began = time.monotonic()
        number = len(history) + 1
        reseed(network, settings.seed, number)
        mean = teach(network, data, steps, truth, weights)
        held_loss, held_accuracy = check(network, lesson)
        seconds = time.monotonic() - began
        left = seconds * (settings.epochs - number)
        history.append(
            Epoch(number, settings.epochs, mean, held_loss, held_accuracy, seconds, left)
        )
        checkpoints.save(network, history)
        if progress:
            progress(history[-1])
    checkpoints.load(network, best(history))
    return network, history


def reseed(network: Network, seed: int, epoch: int) -> None:
    """Gives an epoch its own dropout, whether or not the epochs before it ran in this process."""
    for layer in network.layers:
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed, epoch])


def teach(
    network: Network,
    data: Iterator[tuple[Tensor, Tensor]],
    steps: int,
    truth: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
) -> float:
    """One epoch; its mean loss."""
    network.reset_metrics()
    mean = math.nan
    for _ in range(steps):
        crops, places = next(data)
        mean = network.train_on_batch(crops, truth[places], weights[places])
    return float(mean)


def check(network: Network, lesson: Lesson) -> tuple[float, float]:
    """Loss and share of right answers on the held-out pictures; NaN where there are none."""
    if not lesson.held.any():
        return math.nan, math.nan
    logits, labels = answers(network, lesson.pictures[lesson.held]), lesson.labels[lesson.held]
    return loss(logits, labels), float((logits.argmax(axis=1) == labels).mean())


def compiled(architecture: Architecture, settings: Settings, steps: int) -> Network:
    """The network with its optimizer, whose learning rate falls to nothing over all epochs."""
    network = architecture.build()
    rate = keras().optimizers.schedules.CosineDecay(settings.learning_rate, steps * settings.epochs)
    network.compile(
        keras().optimizers.AdamW(rate, weight_decay=settings.weight_decay),
        keras().losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=settings.smoothing
        ),
    )
    network.optimizer.build(network.trainable_variables)  # so that a checkpoint finds its place
    return network


def orders(n: int, batch: int, settings: Settings) -> npt.NDArray[np.int64]:
    """Which of n faces each step shows: int64 (epochs * steps, batch).

    In an epoch every face comes once; the last step of it is filled up with faces of its beginning,
    so that all steps have one shape.
    """
    rng = np.random.default_rng(settings.seed)
    epochs = [
        np.resize(rng.permutation(n), (math.ceil(n / batch), batch)) for _ in range(settings.epochs)
    ]
    return np.concatenate(epochs)


def balanced(
    labels: Labels, held: npt.NDArray[np.bool_], strength: float
) -> npt.NDArray[np.float32]:
    """How much each face counts (n,), 1 on average: more where its character has few."""
    counts = np.bincount(labels[~held], minlength=labels.max() + 1).astype(np.float64)
    weights = np.maximum(counts, 1)[labels] ** -strength
    return np.asarray(weights / weights[~held].mean(), np.float32)


def tired(history: list[Epoch], patience: int) -> bool:
    """Whether the best epoch lies so far back that no better one is to be expected."""
    return bool(history) and len(history) - best(history).number >= patience


def answers(network: Network, pictures: Pictures) -> Logits:
    """Logits (n, c) of pictures, none being a normal value."""
    if not len(pictures):
        return np.zeros((0, network.output.shape[-1]), np.float32)
    return np.asarray(network.predict(pictures, batch_size=64, verbose=0), np.float32)
