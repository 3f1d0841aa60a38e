"""The training loop: AdamW, warm-up and cosine decay, and an exponential mean of the weights."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

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
        wild: probability that a patch is bent and strangely coloured; see ``make_patch``.
    """

    steps: int
    rate: float
    last: float = 0.01
    warm: int = 100
    decay: float = 0.02
    mean: float = 0.998
    wild: float = 0.0

    def rate_at(self, step: int) -> float:
        """The learning rate of a step: linear warm-up, then a half cosine down to ``last``."""
        if step < self.warm:
            return self.rate * (step + 1) / self.warm
        done = (step - self.warm) / max(1, self.steps - self.warm)
        return self.rate * (self.last + (1 - self.last) * (1 + math.cos(math.pi * done)) / 2)


OnStep = Callable[[int, float, float], None]
"""Is called after a step with its number, from 1, and the losses of heat and boxes."""


def fit(model: Network, batches: Iterable[Batch], schedule: Schedule, on_step: OnStep) -> None:
    """Trains ``model`` in place; it ends with the exponential mean of its weights.

    Args:
        model: of ``core.detect.network``, with the weights to begin with.
        batches: ``schedule.steps`` of them.
        schedule: how it is trained.
        on_step: is called after every step.
    """
    optimizer = keras().optimizers.AdamW(schedule.rate, weight_decay=schedule.decay, clipnorm=5.0)
    step = _step(model, optimizer)
    mean = [np.array(w) for w in model.get_weights()]
    for number, (pictures, targets) in enumerate(batches, start=1):
        optimizer.learning_rate.assign(schedule.rate_at(number))
        heat, boxes = step(packed(pictures), targets)
        keep = min(schedule.mean, number / (number + 9))
        mean = [
            old + (1 - keep) * (new - old)
            for old, new in zip(mean, model.get_weights(), strict=True)
        ]
        on_step(number, heat, boxes)
    model.set_weights(mean)


def log_losses(steps: int) -> OnStep:
    """Prints the mean losses and the seconds every 100 of so many steps."""
    losses: list[tuple[float, float]] = []
    began = time.monotonic()

    def log(number: int, heat: float, boxes: float) -> None:
        losses.append((heat, boxes))
        if number % 100 == 0:
            heat, boxes = np.mean(losses[-100:], axis=0)
            seconds = time.monotonic() - began
            print(f"{number}/{steps} heat {heat:.3f} boxes {boxes:.3f} {seconds:.0f} s", flush=True)

    return log


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
