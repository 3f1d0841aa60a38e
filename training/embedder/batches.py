"""Batches for the embedder: faces as they may turn up in any show, made beside the training."""

from __future__ import annotations

import multiprocessing as mp
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.queues import Queue
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.training.embedder import augment as alter
from eyecatch.training.embedder.dataset import People
from eyecatch.training.embedder.loop import Batch

Chance = np.random.Generator

_BALANCE: Final = 0.7
"""Somebody with n faces is shown n ** .7 times as often as somebody with one."""

_MIXED: Final = 0.3
"""Share of batches in which each face gets a part of another (CutMix, Yun et al. 2019)."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which batches: how many, of how many faces, how large, from which seed."""

    count: int
    faces: int
    size: int
    seed: int


def batches(people: People, order: Order) -> Iterator[Batch]:
    """The batches of an order, made ahead in a process of their own.

    It is forked at once: before TensorFlow starts threads, which a fork would leave behind locked.
    """
    context = mp.get_context("fork")
    queue: Queue[Batch] = context.Queue(maxsize=8)
    context.Process(target=_fill, args=(queue, people, order), daemon=True).start()
    return (queue.get() for _ in range(order.count))


def _fill(queue: Queue[Batch], people: People, order: Order) -> None:
    for batch in make(people, order):
        queue.put(batch)


def make(people: People, order: Order) -> Iterator[Batch]:
    """The batches of an order; one seed, one sequence."""
    chance = np.random.default_rng(order.seed)
    counts = np.bincount(people.labels, minlength=len(people.names)).astype(np.float64)
    each = counts[people.labels] ** (_BALANCE - 1)
    bounds = np.cumsum(each / each.sum())
    for _ in range(order.count):
        chosen = np.searchsorted(bounds[:-1], chance.random(order.faces))
        faces = np.stack([alter.shown(people.pictures[i], order.size, chance) for i in chosen])
        labels = people.labels[chosen]
        partner = np.roll(np.arange(order.faces), 1)
        share = _mix(faces, partner, chance) if chance.random() < _MIXED else 1.0
        yield faces, labels, labels[partner], share


def _mix(faces: npt.NDArray[np.uint8], partner: npt.NDArray[np.int64], chance: Chance) -> float:
    """Puts the same part of its partner into every face; the share of it that stays."""
    size = faces.shape[1]
    share = float(chance.uniform(0.1, 0.45))
    side = int(size * np.sqrt(share))
    top, left = (int(n) for n in chance.integers(0, size - side, 2))
    faces[:, top : top + side, left : left + side] = faces[
        partner, top : top + side, left : left + side
    ]
    return float(1 - (side / size) ** 2)
