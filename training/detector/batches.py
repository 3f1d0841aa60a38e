"""Batches of patches with their targets, made by a process beside the training."""

from __future__ import annotations

import multiprocessing as mp
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.queues import Queue

import numpy as np
import numpy.typing as npt

from eyecatch.training.detector.loss import make_target
from eyecatch.training.detector.mosaic import PicturePool, make_patch

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Which batches are made; the same plan makes the same ones.

    Attributes:
        count: how many.
        size: patches of each.
        side: pixels of a patch.
        seed: of the patches.
        wild: see ``make_patch``.
    """

    count: int
    size: int
    side: int
    seed: int
    wild: float = 0.0


def batches(pool: PicturePool, plan: BatchPlan) -> Iterator[Batch]:
    """Batches: uint8 (size, side, side, 3) patches and their targets, see ``make_target``.

    They are made in a process of its own, forked before TensorFlow starts its threads, which a fork
    would leave behind locked.
    """
    context = mp.get_context("fork")
    queue: Queue[Batch] = context.Queue(maxsize=8)
    context.Process(target=_fill, args=(queue, pool, plan), daemon=True).start()
    return (queue.get() for _ in range(plan.count))


def _fill(queue: Queue[Batch], pool: PicturePool, plan: BatchPlan) -> None:
    rng = np.random.default_rng(plan.seed)
    for _ in range(plan.count):
        patches = [make_patch(pool, plan.side, rng, plan.wild) for _ in range(plan.size)]
        pictures = np.stack([patch.picture for patch in patches])
        queue.put((pictures, np.stack([make_target(patch) for patch in patches])))
