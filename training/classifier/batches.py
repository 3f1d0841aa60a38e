"""Batches for the training loop: augmented pictures, or embeddings of augmented pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.networks import Network
from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.classifier.augment import Tensor, augment, cutmix, split
from eyecatch.training.classifier.config import Settings

Pictures = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]
Order = npt.NDArray[np.int64]
"""(steps, batch): indices into the training data, the faces of each step."""

Batch = tuple[Any, Any, Any, Any]
"""(inputs, indices, cutmix_indices, mix_ratio), tensors or arrays: the input batch (n, …); int64
(n,) indices into the training data; int64 (n,) indices of the CutMix partners; float32 (n,) the
weight of the original label, 1 without a partner."""

BatchSource = Callable[[Order, int], Iterable[Batch]]
"""From an order and the number of the first step to give, to the batches from that step on."""

EMBED_BATCH = 32
"""Faces a call of the embedder; on a CPU more are no quicker."""


def batches(
    pictures: Pictures, order: Order, first: int, settings: Settings
) -> Iterable[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Batches of augmented faces, prepared in threads while the network is at work.

    Args:
        pictures: uint8 (n, size, size, 3) BGR.
        order: which faces each step takes.
        first: number of the first step to give; a batch depends on nothing but its step's number.
        settings: seed and strength of the augmentation.

    Returns:
        For each step a ``Batch`` of tensors.
    """
    tf = tensorflow()
    store = tf.constant(pictures)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def make(step: Tensor, indices: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        seeds = split(tf.stack([tf.constant(settings.seed, tf.int64), step]), 2)
        inputs = augment(tf.gather(store, indices), seeds[0], settings)
        inputs, partners, mix_ratio = cutmix(inputs, seeds[1], settings)
        return inputs, indices, tf.gather(indices, partners), mix_ratio

    steps = tf.data.Dataset.range(first, len(order))
    data = tf.data.Dataset.zip(steps, tf.data.Dataset.from_tensor_slices(order[first:]))
    made: Iterable[tuple[Tensor, Tensor, Tensor, Tensor]]
    made = data.map(make, num_parallel_calls=2).prefetch(2)
    return made


def batches_of_views(views: Vectors, order: Order, first: int, seed: int) -> Iterable[Batch]:
    """Batches of embeddings, of each face one of its views at random.

    Args:
        views: float32 (views, n, d), see ``embed_views``.
        order: which faces each step takes.
        first: number of the first step to give.
        seed: of the choice.
    """
    for step in range(first, len(order)):
        view = np.random.default_rng((seed, step)).integers(0, len(views), order.shape[1])
        original = np.ones(order.shape[1], np.float32)
        yield views[view, order[step]], order[step], order[step], original


def embed_views(
    embedder: Network,
    pictures: Pictures,
    settings: Settings,
    views: int,
    on_step: Callable[[int, int], None] = lambda _done, _total: None,
) -> Vectors:
    """Embeddings of every picture as it is, and of augmented views of it.

    Args:
        embedder: gives unit vectors of length d.
        pictures: uint8 (n, size, size, 3), n at least 1.
        settings: of the augmentation.
        views: of each picture, the plain one included; at least 1.
        on_step: is called after each batch with how many are done, and of how many.

    Returns:
        float32 (views, n, d), the plain view first.
    """
    n = len(pictures)
    steps = math.ceil(n / EMBED_BATCH)
    order = np.resize(np.arange(n), (steps, EMBED_BATCH))
    augmented = batches(pictures, np.tile(order, (views - 1, 1)), 0, replace(settings, cutmix=0.0))
    embed = _compiled(embedder)
    made = np.empty((views, n, embedder.output.shape[-1]), np.float32)
    for k, indices in enumerate(order):
        made[0, indices] = embed(pictures[indices])
        on_step(k + 1, views * steps)
    for k, (batch, indices, _, _) in enumerate(augmented if views > 1 else [], start=steps):
        made[k // steps, indices.numpy()] = embed(batch)
        on_step(k + 1, views * steps)
    return made


def _compiled(embedder: Network) -> Callable[[Pictures], Vectors]:
    tf = tensorflow()
    shape = (EMBED_BATCH, *embedder.input.shape[1:])
    call = tf.function(
        lambda pictures: embedder(pictures, training=False),
        input_signature=[tf.TensorSpec(shape, tf.uint8)],
        autograph=False,
    )
    return lambda pictures: np.asarray(call(pictures).numpy(), np.float32)
