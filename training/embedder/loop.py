"""The training loop: a softmax over all people, with a margin (CosFace)."""

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
"""(pictures, labels, cutmix_labels, mix_ratio): uint8 (n, size, size, 3); int64 (n,) who they are;
int64 (n,) who was pasted into each; the weight of the original labels, 1 without CutMix."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one stage is trained; the names of its fields are keys of the bundle's card.

    Attributes:
        size: pixels of a side of the pictures.
        steps: batches.
        rate: the learning rate at the first step.
        last: the learning rate at the last; in between half a cosine.
        margin: by how much the right cosine is lowered (CosFace, Wang et al. 2018).
        scale: of the cosines.
        smoothing: of the labels.
        decay: weight decay of AdamW.
        mean: decay of the exponential mean of the weights, a step.
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


class Trainer:
    """Trains a network together with prototypes of all people.

    Args:
        network: a ``compact`` of any size; all sizes have the same weights.
        prototypes: float32 (people, each, d): several a person, of which the nearest counts
            (sub-centres, Deng et al. 2020).
        schedule: of the stage.
    """

    def __init__(
        self, network: Network, prototypes: npt.NDArray[np.float32], schedule: Schedule
    ) -> None:
        tf = tensorflow()
        self.network, self.schedule = network, schedule
        self.prototypes = tf.Variable(prototypes)
        self._optimizer = keras().optimizers.AdamW(
            schedule.rate, weight_decay=schedule.decay, clipnorm=5.0
        )
        self._weights = [*network.trainable_variables, self.prototypes]
        self._step = self._compiled()

    def fit(self, batches: Iterable[Batch], on_checkpoint: Callable[[], None]) -> None:
        """Trains on all batches; the network ends with the exponential mean of its weights.

        Args:
            batches: see ``Batch``.
            on_checkpoint: is called every 500 steps, while the network has the mean weights.
        """
        mean = [np.array(w) for w in self.network.get_weights()]
        losses: list[float] = []
        began = time.monotonic()
        for number, (pictures, labels, others, mix_ratio) in enumerate(batches, start=1):
            self._optimizer.learning_rate.assign(self.schedule.rate_at(number))
            losses.append(float(self._step(pictures, labels, others, np.float32(mix_ratio))))
            keep = min(self.schedule.mean, number / (number + 9))
            now = self.network.get_weights()
            mean = [old + (1 - keep) * (new - old) for old, new in zip(mean, now, strict=True)]
            if number % 100 == 0:
                took = time.monotonic() - began
                line = (
                    f"{number}/{self.schedule.steps} loss {np.mean(losses[-100:]):.3f} {took:.0f} s"
                )
                print(line, flush=True)
            if number % 500 == 0:
                self.network.set_weights(mean)
                on_checkpoint()
                self.network.set_weights(now)
        self.network.set_weights(mean)

    def _compiled(self) -> Callable[..., Tensor]:
        tf = tensorflow()
        self._optimizer.build(self._weights)

        @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
        def step(pictures: Tensor, labels: Tensor, others: Tensor, mix: Tensor) -> Tensor:
            with tf.GradientTape() as tape:
                embeddings = tf.cast(self.network(pictures, training=True), tf.float32)
                cosines = self._cosines(embeddings)
                loss = mix * self._loss(cosines, labels)
                loss += (1 - mix) * self._loss(cosines, others)
            gradients = tape.gradient(loss, self._weights)
            self._optimizer.apply_gradients(zip(gradients, self._weights, strict=True))
            return loss

        compiled: Callable[..., Tensor] = step
        return compiled

    def _cosines(self, embeddings: Tensor) -> Tensor:
        tf = tensorflow()
        directions = tf.math.l2_normalize(self.prototypes, axis=-1)
        return tf.reduce_max(tf.einsum("nd,ckd->nck", embeddings, directions), axis=-1)

    def _loss(self, cosines: Tensor, labels: Tensor) -> Tensor:
        tf = tensorflow()
        truth = tf.one_hot(labels, cosines.shape[-1])
        logits = self.schedule.scale * (cosines - self.schedule.margin * truth)
        smooth = self.schedule.smoothing
        smoothed = truth * (1 - smooth) + smooth / cosines.shape[-1]
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(smoothed, logits))


def save(network: Network, prototypes: npt.NDArray[np.float32], out: Path) -> None:
    """Writes the weights, and the prototypes beside them (``.npy``)."""
    network.save_weights(out)
    np.save(out.with_suffix(".npy"), prototypes)
