"""The training loop: AdamW, warm-up and cosine decay, and an exponential mean of the weights."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.network import Network, packed
from eyecatch.core.tensorflow import keras, tensorflow
from eyecatch.training.detector.batches import Batch
from eyecatch.training.detector.loss import Tensor, loss

Optimizer = Any
"""A ``keras.Optimizer``."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one stage is trained.

    Attributes:
        steps: batches.
        rate: the highest learning rate.
        last: share of the rate that is left at the last step.
        warm: steps until the highest rate is reached.
        decay: weight decay of AdamW.
        mean: decay of the exponential mean of the weights, a step.
    """

    steps: int
    rate: float
    last: float = 0.01
    warm: int = 100
    decay: float = 0.02
    mean: float = 0.998

    def rate_at(self, step: int) -> float:
        """The learning rate of a step: linear warm-up, then a half cosine down to ``last``."""
        if step < self.warm:
            return self.rate * (step + 1) / self.warm
        done = (step - self.warm) / max(1, self.steps - self.warm)
        return self.rate * (self.last + (1 - self.last) * (1 + math.cos(math.pi * done)) / 2)


def fit(model: Network, batches: Iterator[Batch], schedule: Schedule, out: Path) -> None:
    """Trains ``model`` in place; it ends with the exponential mean of its weights.

    Prints the losses every 100 steps, and writes the mean weights to ``out``, a weights file of
    Keras, every 200, so that they can be looked at while the training goes on.
    """
    optimizer = keras().optimizers.AdamW(schedule.rate, weight_decay=schedule.decay, clipnorm=5.0)
    step = _step(model, optimizer)
    mean = [np.array(w) for w in model.get_weights()]
    losses: list[tuple[float, float]] = []
    began = time.monotonic()
    for number, (pictures, targets) in enumerate(batches, start=1):
        optimizer.learning_rate.assign(schedule.rate_at(number))
        losses.append(step(packed(pictures), targets))
        keep = min(schedule.mean, number / (number + 9))
        mean = [
            old + (1 - keep) * (new - old)
            for old, new in zip(mean, model.get_weights(), strict=True)
        ]
        if number % 200 == 0:
            _write(model, mean, out)
        if number % 100 == 0:
            heat, boxes = np.mean(losses[-100:], axis=0)
            seconds = time.monotonic() - began
            print(
                f"{number}/{schedule.steps} heat {heat:.3f} boxes {boxes:.3f} {seconds:.0f} s",
                flush=True,
            )
    model.set_weights(mean)
    model.save_weights(out)


def _step(model: Network, optimizer: Optimizer) -> Callable[..., tuple[float, float]]:
    """A compiled step of gradient descent that returns the two losses."""
    tf = tensorflow()
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
    def compiled(pictures: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        with tf.GradientTape() as tape:
            answer = model(tf.cast(pictures, tf.float32), training=True)
            heat, boxes = loss(answer, targets)
            total = heat + boxes
        gradients = tape.gradient(total, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return heat, boxes

    def step(pictures: Tensor, targets: Tensor) -> tuple[float, float]:
        heat, boxes = compiled(pictures, targets)
        return float(heat), float(boxes)

    return step


def _write(model: Network, mean: list[npt.NDArray[np.float32]], out: Path) -> None:
    now = model.get_weights()
    model.set_weights(mean)
    model.save_weights(out)
    model.set_weights(now)
