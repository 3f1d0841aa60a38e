"""Batches of faces as they are shown, prepared while the network is at work."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.classifier.augment import Tensor, augment, cutmix, split
from eyecatch.training.classifier.config import Settings

Pictures = npt.NDArray[np.uint8]


def batches(
    pictures: Pictures,
    order: npt.NDArray[np.int64],
    first: int,
    settings: Settings,
) -> Iterable[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Batches of augmented and mixed faces.

    Args:
        pictures: uint8 (n, size, size, 3) BGR.
        order: int64 (steps, batch): which faces each step shows.
        first: number of the first step to give; what a step shows depends only on its number.
        settings: seed and strength of the augmentation.

    Returns:
        For each step uint8 (batch, size, size, 3); int64 (batch,) places in ``pictures``; the
        places of what was mixed in; and float32 (batch,) the share of each that is its own.
    """
    tf = tensorflow()
    store = tf.constant(pictures)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def show(step: Tensor, places: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        seeds = split(tf.stack([tf.constant(settings.seed, tf.int64), step]), 2)
        shown = augment(tf.gather(store, places), seeds[0], settings)
        shown, partners, share = cutmix(shown, seeds[1], settings)
        return shown, places, tf.gather(places, partners), share

    steps = tf.data.Dataset.range(first, len(order))
    data = tf.data.Dataset.zip(steps, tf.data.Dataset.from_tensor_slices(order[first:]))
    given: Iterable[tuple[Tensor, Tensor, Tensor, Tensor]]
    given = data.map(show, num_parallel_calls=2).prefetch(2)
    return given
