"""Batches, made by one process beside the training."""

from __future__ import annotations

import multiprocessing as mp
from collections.abc import Iterator
from multiprocessing.queues import Queue

import numpy as np
import numpy.typing as npt

from eyecatch.training.detector.mosaic import Sources, patch
from eyecatch.training.detector.targets import target

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]


def batches(sources: Sources, seed: int, count: int, size: int, side: int) -> Iterator[Batch]:
    """``count`` batches of ``size`` patches: uint8 (size, side, side, 3) and their targets.

    They are made ahead in a process of their own, forked before TensorFlow starts its threads;
    one seed, one sequence.
    """
    context = mp.get_context("fork")
    queue: Queue[Batch] = context.Queue(maxsize=8)
    worker = context.Process(
        target=_work, args=(queue, sources, seed, count, size, side), daemon=True
    )
    worker.start()
    return (queue.get() for _ in range(count))


def _work(  # noqa: PLR0913, PLR0917 - what a process is told
    queue: Queue[Batch], sources: Sources, seed: int, count: int, size: int, side: int
) -> None:
    chance = np.random.default_rng(seed)
    for _ in range(count):
        patches = [patch(sources, side, chance) for _ in range(size)]
        queue.put((np.stack([p.picture for p in patches]), np.stack([target(p) for p in patches])))
