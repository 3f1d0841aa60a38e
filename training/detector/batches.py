"""Batches of patches with their targets, made by a process beside the training."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from multiprocessing.queues import Queue
from queue import Empty, Full
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.training.detector.loss import make_target
from eyecatch.training.detector.mosaic import PicturePool, make_patch

_PATIENCE: Final = 5.0
"""Seconds to wait for the other process before looking whether it is still there."""

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

    They are made in a process of its own, which ends with this iterator, and with this process
    whatever ends that.

    Raises:
        MemoryError: the process was killed, as systems do where memory is short.
    """
    context = mp.get_context("fork")
    queue: Queue[Batch] = context.Queue(maxsize=8)
    process = context.Process(target=_fill, args=(queue, pool, plan, os.getpid()), daemon=True)
    process.start()
    return _taken(queue, process, plan.count)


def _taken(queue: Queue[Batch], process: ForkProcess, count: int) -> Iterator[Batch]:
    try:
        for _ in range(count):
            yield _next(queue, process)
    finally:
        process.kill()  # it holds nothing that would have to be put in order
        process.join()
        queue.close()


def _next(queue: Queue[Batch], process: ForkProcess) -> Batch:
    while True:
        alive = process.is_alive()
        try:
            return queue.get(timeout=_PATIENCE)
        except Empty:
            if not alive:
                raise MemoryError("the process that makes batches was killed") from None


def _fill(queue: Queue[Batch], pool: PicturePool, plan: BatchPlan, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the training, which ends this
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    cv2.setNumThreads(0)  # the threads of the process that was forked are not here
    rng = np.random.default_rng(plan.seed)
    for _ in range(plan.count):
        patches = [make_patch(pool, plan.side, rng, plan.wild) for _ in range(plan.size)]
        pictures = np.stack([patch.picture for patch in patches])
        batch = pictures, np.stack([make_target(patch) for patch in patches])
        while True:
            try:
                queue.put(batch, timeout=_PATIENCE)
                break
            except Full:
                if os.getppid() != parent:  # killed; nobody will ever take it
                    queue.cancel_join_thread()
                    return
