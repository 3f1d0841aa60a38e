"""The training loop: epochs of batches, from the start or from a checkpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.networks import Network
from eyecatch.core.tensorflow import keras
from eyecatch.training.calibration import negative_log_likelihood
from eyecatch.training.classifier.batches import Batch, BatchSource, Order
from eyecatch.training.classifier.checkpoint import Checkpoints, Epoch, best
from eyecatch.training.classifier.config import Settings
from eyecatch.training.classifier.dataset import Bools, SplitFaces
from eyecatch.training.classifier.head import margin_loss
from eyecatch.training.dataset import Faces

Labels = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]

MIN_BATCH = 8
"""Faces of a batch at least: batch normalisation learns nothing from fewer."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a network is fitted to.

    Attributes:
        inputs: (n, …) as the network takes them, without augmentation.
        labels: int64 (n,) classes.
        classes: how many there are.
        held_out: bool (n,) what is kept out of training.
        batches: makes the batches of the rest.
    """

    inputs: npt.NDArray[Any]
    labels: Labels
    classes: int
    held_out: Bools
    batches: BatchSource


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What is called while a training runs.

    Attributes:
        on_epoch: after every epoch.
        on_step: after every step, with how many are done and how many there will be at most.
    """

    on_epoch: Callable[[Epoch], None] = lambda _: None
    on_step: Callable[[int, int], None] = lambda _done, _total: None


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training: its faces, its settings, and how far it is.

    Attributes:
        split: the faces, and which are held out.
        base: the bundle whose embedder it starts from; None for random weights.
        settings: all of them.
        checkpoints: where every epoch's weights go.
        device: what it runs on, as ``prepare_tensorflow`` returns it.
        history: the epochs done before, by a training that was interrupted.
        callbacks: called at every step and epoch.
    """

    split: SplitFaces
    base: Bundle | None
    settings: Settings
    checkpoints: Checkpoints
    device: str
    history: Sequence[Epoch] = ()
    callbacks: Callbacks = field(default_factory=Callbacks)

    @property
    def faces(self) -> Faces:
        """All n faces."""
        return self.split.faces

    @property
    def held_out(self) -> Bools:
        """Which faces are kept out of training, bool (n,)."""
        return self.split.held_out

    @property
    def labels(self) -> Labels:
        """int64 (n,) indices into ``faces.names``."""
        return np.array(self.faces.labels, np.int64)

    @property
    def classes(self) -> int:
        """How many names there are, that of the folder ``unknown`` included."""
        return len(self.faces.names)


def fit(network: Network, data: TrainingData, run: TrainingRun) -> list[Epoch]:
    """Trains until the last epoch, or until ``settings.patience`` is over.

    Args:
        network: gives logits; has the weights of the best epoch in the end.
        data: what to learn.
        run: settings, checkpoints and callbacks; the training goes on after ``run.history``.

    Returns:
        All epochs, those of ``run.history`` included.
    """
    settings, history = run.settings, list(run.history)
    order = batch_order(data, settings)
    steps = len(order) // settings.epochs
    compile_network(network, settings, steps)
    if history:
        run.checkpoints.load(network, history[-1])
    targets = np.eye(data.classes, dtype=np.float32)[data.labels]
    batches = iter(data.batches(order, len(history) * steps))
    steps_done = count(len(history) * steps + 1)
    while len(history) < settings.epochs and not is_out_of_patience(history, settings.patience):
        began, number = time.monotonic(), len(history) + 1
        seed_dropout(network, settings.seed, number)
        loss = train_epoch(
            network,
            islice(batches, steps),
            targets,
            lambda: run.callbacks.on_step(next(steps_done), len(order)),
        )
        held_loss, held_accuracy = evaluate_held_out(network, data)
        seconds = time.monotonic() - began
        left = seconds * (settings.epochs - number)
        history.append(
            Epoch(number, settings.epochs, loss, held_loss, held_accuracy, seconds, left)
        )
        run.checkpoints.save(network, history)
        run.callbacks.on_epoch(history[-1])
    run.checkpoints.load(network, best(history))
    return history


def seed_dropout(network: Network, seed: int, epoch: int) -> None:
    """Seeds an epoch's dropout, so that a resumed training equals one that ran through."""
    for layer in network.layers:
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([seed, epoch])


def train_epoch(
    network: Network,
    batches: Iterable[Batch],
    targets: npt.NDArray[np.float32],
    on_step: Callable[[], None],
) -> float:
    """Trains on batches, and returns the mean loss.

    Args:
        network: compiled.
        batches: of one epoch.
        targets: float32 (n, c) one-hot labels of all training data.
        on_step: is called after every batch.
    """
    network.reset_metrics()
    mean = math.nan
    for inputs, indices, partners, mix_ratio in batches:
        own = np.asarray(mix_ratio)[:, None]
        mixed = own * targets[indices] + (1 - own) * targets[partners]
        mean = network.train_on_batch(inputs, mixed)
        on_step()
    return float(mean)


def evaluate_held_out(network: Network, data: TrainingData) -> tuple[float, float]:
    """Loss and accuracy on what is held out; NaN where nothing is."""
    if not data.held_out.any():
        return math.nan, math.nan
    logits = predict_logits(network, data.inputs[data.held_out])
    labels = data.labels[data.held_out]
    accuracy = float((logits.argmax(axis=1) == labels).mean())
    return negative_log_likelihood(logits, labels), accuracy


def compile_network(network: Network, settings: Settings, steps: int) -> None:
    """Gives a network its optimizer, whose learning rate falls to zero over all epochs."""
    rate = keras().optimizers.schedules.CosineDecay(settings.learning_rate, steps * settings.epochs)
    network.compile(
        keras().optimizers.AdamW(rate, weight_decay=settings.weight_decay),
        margin_loss(settings.margin, settings.smoothing),
    )
    network.optimizer.build(network.trainable_variables)  # so that a checkpoint finds its variables


def batch_order(data: TrainingData, settings: Settings) -> Order:
    """Which faces each step takes: int64 (epochs * steps, batch) indices of what is not held out.

    Faces of rare characters are sampled more often, see ``Settings.balance``. Systematic sampling
    gives each face its share in every epoch, but for rounding: without balance each comes once.
    """
    taught = np.flatnonzero(~data.held_out)
    batch = min(settings.batch, max(MIN_BATCH, len(taught) // settings.min_steps))
    steps = max(settings.min_steps, math.ceil(len(taught) / batch))
    bounds = np.cumsum(sampling_weights(data.labels[taught], settings.balance))
    rng = np.random.default_rng(settings.seed)
    drawn = []
    for _ in range(settings.epochs):
        places = (np.arange(steps * batch) + rng.random()) / (steps * batch)
        chosen = np.minimum(np.searchsorted(bounds, places, side="right"), len(taught) - 1)
        drawn.append(rng.permutation(taught[chosen]).reshape(steps, batch))
    return np.concatenate(drawn)


def sampling_weights(labels: Labels, balance: float) -> npt.NDArray[np.float64]:
    """How often each face is sampled, float64 (n,) with the sum 1: rare characters' more often."""
    counts = np.bincount(labels).astype(np.float64)
    weights = counts[labels] ** -balance
    return np.asarray(weights / weights.sum())


def is_out_of_patience(history: Sequence[Epoch], patience: int) -> bool:
    """Whether none of the last ``patience`` epochs was better than the best before."""
    return bool(history) and len(history) - best(history).number >= patience


def predict_logits(network: Network, inputs: npt.NDArray[Any]) -> Logits:
    """Logits, float32 (n, c), of inputs; n may be 0."""
    if not len(inputs):
        return np.zeros((0, network.output.shape[-1]), np.float32)
    return np.asarray(network.predict(inputs, batch_size=64, verbose=0), np.float32)


@contextmanager
def mixed_precision(device: str) -> Iterator[str]:
    """Networks built inside compute in float16 on a GPU: half the memory, up to twice as fast.

    Weights stay float32, and so does what a layer is told to keep; Keras scales the loss.

    Args:
        device: as ``prepare_tensorflow`` returns it.

    Returns:
        The name of the policy: ``mixed_float16`` on a GPU, ``float32`` on a CPU, which has no
        units for float16 and would be slower.
    """
    config = keras().config
    before, policy = config.dtype_policy(), "float32" if device == "CPU" else "mixed_float16"
    config.set_dtype_policy(policy)
    try:
        yield policy
    finally:
        config.set_dtype_policy(before)
