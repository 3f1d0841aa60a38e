"""The loop that teaches the embedder: a softmax over everybody, with a margin to keep."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.networks import Network
from eyecatch.core.tensorflow import keras, tensorflow

Tensor = Any
"""A ``tf.Tensor``; TensorFlow has no types."""

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64], float]
"""Pictures uint8 (n, size, size, 3); who they are, who is mixed into each; what share they keep."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one stage learns.

    Attributes:
        size: pixels of a side of the pictures.
        steps: batches to learn from.
        rate: the learning rate at the first step.
        last: the learning rate at the last; in between half a cosine.
        margin: by how much the right cosine is lowered (CosFace, Wang et al. 2018).
        scale: of the cosines.
        smoothing: of the labels.
        decay: of the weights.
        mean: share of the running mean of the weights that stays, a step.
    """

    size: int
    steps: int
    rate: float
    last: float
    margin: float
    scale: float = 20.0
    smoothing: float = 0.05
    decay: float = 0.05
    mean: float = 0.998

    def rate_at(self, step: int) -> float:
        """The learning rate of a step; the first hundred warm up."""
        fall = (1 + math.cos(math.pi * step / self.steps)) / 2
        return (self.last + (self.rate - self.last) * fall) * min(1.0, (step + 1) / 100)


class Learner:
    """A network and the prototypes of everybody it learns from; teaches both.

    Args:
        network: a ``compact`` of any size; all sizes have the same weights.
        prototypes: float32 (people, each, d): several a person, of which the nearest counts
            (sub-centres, Deng et al. 2020).
        plan: of the stage.
    """

    def __init__(self, network: Network, prototypes: npt.NDArray[np.float32], plan: Plan) -> None:
        tf = tensorflow()
        self.network, self.plan = network, plan
        self.prototypes = tf.Variable(prototypes)
        self._optimizer = keras().optimizers.AdamW(plan.rate, weight_decay=plan.decay, clipnorm=5.0)
        self._weights = [*network.trainable_variables, self.prototypes]
        self._step = self._compiled()

    def learn(self, batches: Iterable[Batch], part: Callable[[], None]) -> None:
        """Learn from all batches; ``part`` is called every 500, with the mean weights in place."""
        mean = [np.array(w) for w in self.network.get_weights()]
        losses: list[float] = []
        began = time.monotonic()
        for number, (pictures, people, others, share) in enumerate(batches, start=1):
            self._optimizer.learning_rate.assign(self.plan.rate_at(number))
            losses.append(float(self._step(pictures, people, others, np.float32(share))))
            keep = min(self.plan.mean, number / (number + 9))
            now = self.network.get_weights()
            mean = [old + (1 - keep) * (new - old) for old, new in zip(mean, now, strict=True)]
            if number % 100 == 0:
                took = time.monotonic() - began
                told = f"{number}/{self.plan.steps} loss {np.mean(losses[-100:]):.3f} {took:.0f} s"
                print(told, flush=True)
            if number % 500 == 0:
                self.network.set_weights(mean)
                part()
                self.network.set_weights(now)
        self.network.set_weights(mean)

    def _compiled(self) -> Callable[..., Tensor]:
        tf = tensorflow()
        self._optimizer.build(self._weights)

        @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
        def step(pictures: Tensor, people: Tensor, others: Tensor, share: Tensor) -> Tensor:
            with tf.GradientTape() as tape:
                units = tf.cast(self.network(pictures, training=True), tf.float32)
                cosines = self._cosines(units)
                loss = share * self._loss(cosines, people)
                loss += (1 - share) * self._loss(cosines, others)
            gradients = tape.gradient(loss, self._weights)
            self._optimizer.apply_gradients(zip(gradients, self._weights, strict=True))
            return loss

        taught: Callable[..., Tensor] = step
        return taught

    def _cosines(self, units: Tensor) -> Tensor:
        tf = tensorflow()
        directions = tf.math.l2_normalize(self.prototypes, axis=-1)
        return tf.reduce_max(tf.einsum("nd,ckd->nck", units, directions), axis=-1)

    def _loss(self, cosines: Tensor, people: Tensor) -> Tensor:
        tf = tensorflow()
        truth = tf.one_hot(people, cosines.shape[-1])
        logits = self.plan.scale * (cosines - self.plan.margin * truth)
        smooth = self.plan.smoothing
        soft = truth * (1 - smooth) + smooth / cosines.shape[-1]
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(soft, logits))


def save(network: Network, prototypes: npt.NDArray[np.float32], out: Path) -> None:
    """Write the weights and the prototypes beside each other."""
    network.save_weights(out)
    np.save(out.with_suffix(".npy"), prototypes)
