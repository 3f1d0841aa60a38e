"""What an embedder says of many pictures: once, or of each as it may be shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.networks import Network
from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.classifier.batches import batches
from eyecatch.training.classifier.config import Settings
from eyecatch.training.classifier.loop import Batch, Feed

Pictures = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]

BATCH = 32
"""Faces a call; on a CPU more are no quicker."""


def look(
    embedder: Network,
    pictures: Pictures,
    settings: Settings,
    views: int,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Vectors:
    """Embeddings of pictures as they are, and then of each as it may be shown.

    Args:
        embedder: gives unit vectors of length d.
        pictures: uint8 (n, size, size, 3), n at least 1.
        settings: of the augmentation.
        views: of each picture, the plain one included; at least 1.
        tell: is told how many looks are done, and of how many.

    Returns:
        float32 (views, n, d), the plain view first.
    """
    n = len(pictures)
    steps = math.ceil(n / BATCH)
    order = np.resize(np.arange(n), (steps, BATCH))
    shown = batches(pictures, np.tile(order, (views - 1, 1)), 0, replace(settings, cutmix=0.0))
    called = _called(embedder)
    seen = np.empty((views, n, embedder.output.shape[-1]), np.float32)
    for k, places in enumerate(order):
        seen[0, places] = called(pictures[places])
        tell(k + 1, views * steps)
    for k, (batch, places, _, _) in enumerate(shown if views > 1 else [], start=steps):
        seen[k // steps, places.numpy()] = called(batch)
        tell(k + 1, views * steps)
    return seen


def feed_of(seen: Vectors, seed: int) -> Feed:
    """Shows each face by one of its views."""

    def show(order: npt.NDArray[np.int64], first: int) -> Iterable[Batch]:
        for step in range(first, len(order)):
            view = np.random.default_rng((seed, step)).integers(0, len(seen), order.shape[1])
            own = np.ones(order.shape[1], np.float32)
            yield seen[view, order[step]], order[step], order[step], own

    return show


def _called(embedder: Network) -> Callable[[Pictures], Vectors]:
    tf = tensorflow()
    shape = (BATCH, *embedder.input.shape[1:])
    call = tf.function(
        lambda pictures: embedder(pictures, training=False),
        input_signature=[tf.TensorSpec(shape, tf.uint8)],
        autograph=False,
    )
    return lambda pictures: np.asarray(call(pictures).numpy(), np.float32)
