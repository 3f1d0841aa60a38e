"""The training loop: epochs of batches, from a checkpoint or from the start."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.networks import Network
from eyecatch.core.tensorflow import keras
from eyecatch.training.calibrate import loss
from eyecatch.training.classifier.checkpoint import Checkpoints, Epoch, best
from eyecatch.training.classifier.config import Settings
from eyecatch.training.classifier.head import margin_loss

Labels = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]
Batch = tuple[Any, Any, Any, Any]
"""What is shown (n, …); int64 (n,) places in the lesson; the places of what was mixed in; float32
(n,) the share of each that is its own. Tensors or arrays."""

Feed = Callable[[npt.NDArray[np.int64], int], Iterable[Batch]]
"""From an order (steps, batch) of places, and the first step to give, to batches."""

SMALLEST = 8
"""Faces of a batch at least: batch normalisation learns nothing from fewer."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learned.

    Attributes:
        inputs: (n, …) what the network takes, as it is when it is asked.
        labels: int64 (n,) classes.
        classes: how many there are.
        held: bool (n,) what is kept out of training.
        feed: shows what is taught.
    """

    inputs: npt.NDArray[Any]
    labels: Labels
    classes: int
    held: npt.NDArray[np.bool_]
    feed: Feed


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told how far a training is.

    Attributes:
        epoch: is called after every epoch.
        step: is called after every step, with how many are done and how many there will be at most.
    """

    epoch: Callable[[Epoch], None] = lambda _: None
    step: Callable[[int, int], None] = lambda _done, _total: None


def fit(  # noqa: PLR0913, PLR0917
    network: Network,
    lesson: Lesson,
    settings: Settings,
    checkpoints: Checkpoints,
    done: list[Epoch],
    telling: Telling,
) -> list[Epoch]:
    """Trains until the last epoch, or until patience ends.

    Args:
        network: gives logits; has the weights of the best epoch in the end.
        lesson: what to learn.
        settings: all of them.
        checkpoints: gets every epoch's weights.
        done: epochs done before; the training goes on after them.
        telling: is told of every step and epoch.

    Returns:
        All epochs.
    """
    order = orders(lesson, settings)
    steps = len(order) // settings.epochs
    compile_(network, settings, steps)
    history = list(done)
    if history:
        checkpoints.load(network, history[-1])
    truth = np.eye(lesson.classes, dtype=np.float32)[lesson.labels]
    data = iter(lesson.feed(order, len(history) * steps))
    steps_done = count(len(history) * steps + 1)
    while len(history) < settings.epochs and not tired(history, settings.patience):
        began = time.monotonic()
        number = len(history) + 1
        reseed(network, settings.seed, number)
        mean = teach(
            network, islice(data, steps), truth, lambda: telling.step(next(steps_done), len(order))
        )
        held_loss, held_accuracy = check(network, lesson)
        seconds = time.monotonic() - began
        left = seconds * (settings.epochs - number)
        history.append(
            Epoch(number, settings.epochs, mean, held_loss, held_accuracy, seconds, left)
        )
        checkpoints.save(network, history)
        telling.epoch(history[-1])
    checkpoints.load(network, best(history))
    return history


def reseed(network: Network, seed: int, epoch: int) -> None:
    """Gives an epoch its own dropout, whether or not the epochs before it ran in this process."""
    for layer in network.layers:
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed, epoch])


def teach(
    network: Network,
    data: Iterable[Batch],
    truth: npt.NDArray[np.float32],
    tell: Callable[[], None],
) -> float:
    """One epoch, telling when a step is done; its mean loss."""
    network.reset_metrics()
    mean = math.nan
    for shown, places, partners, share in data:
        own = np.asarray(share)[:, None]
        mean = network.train_on_batch(shown, own * truth[places] + (1 - own) * truth[partners])
        tell()
    return float(mean)


def check(network: Network, lesson: Lesson) -> tuple[float, float]:
    """Loss and share of right answers on what is held out; NaN where nothing is."""
    if not lesson.held.any():
        return math.nan, math.nan
    logits, labels = answers(network, lesson.inputs[lesson.held]), lesson.labels[lesson.held]
    return loss(logits, labels), float((logits.argmax(axis=1) == labels).mean())


def compile_(network: Network, settings: Settings, steps: int) -> None:
    """Gives a network its optimizer, whose learning rate falls to nothing over all epochs."""
    rate = keras().optimizers.schedules.CosineDecay(settings.learning_rate, steps * settings.epochs)
    network.compile(
        keras().optimizers.AdamW(rate, weight_decay=settings.weight_decay),
        margin_loss(settings.margin, settings.smoothing),
    )
    network.optimizer.build(network.trainable_variables)  # so that a checkpoint finds its place


def orders(lesson: Lesson, settings: Settings) -> npt.NDArray[np.int64]:
    """Which faces each step shows: int64 (epochs * steps, batch) places of what is not held out.

    Faces of rare characters come oftener. Each comes as often as it should in every epoch, but for
    rounding (systematic sampling): without balance every face once.
    """
    taught = np.flatnonzero(~lesson.held)
    batch = min(settings.batch, max(SMALLEST, len(taught) // settings.least_steps))
    steps = max(settings.least_steps, math.ceil(len(taught) / batch))
    bounds = np.cumsum(shares(lesson.labels[taught], settings.balance))
    rng = np.random.default_rng(settings.seed)
    drawn = []
    for _ in range(settings.epochs):
        places = (np.arange(steps * batch) + rng.random()) / (steps * batch)
        chosen = np.minimum(np.searchsorted(bounds, places, side="right"), len(taught) - 1)
        drawn.append(rng.permutation(taught[chosen]).reshape(steps, batch))
    return np.concatenate(drawn)


def shares(labels: Labels, balance: float) -> npt.NDArray[np.float64]:
    """How often each face comes (n,), 1 in all: oftener where its character has few."""
    counts = np.bincount(labels).astype(np.float64)
    weights = counts[labels] ** -balance
    return np.asarray(weights / weights.sum())


def tired(history: list[Epoch], patience: int) -> bool:
    """Whether the best epoch lies so far back that no better one is to be expected."""
    return bool(history) and len(history) - best(history).number >= patience


def answers(network: Network, inputs: npt.NDArray[Any]) -> Logits:
    """Logits (n, c) of inputs, none being a normal value."""
    if not len(inputs):
        return np.zeros((0, network.output.shape[-1]), np.float32)
    return np.asarray(network.predict(inputs, batch_size=64, verbose=0), np.float32)
