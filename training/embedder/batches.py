"""Batches of augmented faces for the embedder, made by a process beside the training."""

from __future__ import annotations

import multiprocessing as mp
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.queues import Queue
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.training.embedder.augment import Generator, augment
from eyecatch.training.embedder.dataset import Identities
from eyecatch.training.embedder.loop import Batch

_BALANCE: Final = 0.7
"""Somebody with n faces is sampled n ** .7 times as often as somebody with one."""

_SHARES: Final = {"faces": 0.35, "identities": 0.4, "invented": 0.25}
"""How much of a batch is of each kind of people, where all kinds are there: by their numbers alone
the invented ones would be half of it."""

_CUTMIX: Final = 0.3
"""Share of batches to which CutMix (Yun et al. 2019) is applied."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Which batches are made; the same plan makes the same ones.

    Attributes:
        count: how many.
        faces: of each.
        size: pixels of a side of the pictures.
        seed: of the choice and the augmentation.
    """

    count: int
    faces: int
    size: int
    seed: int


def batches(identities: Identities, plan: BatchPlan) -> Iterator[Batch]:
    """The batches of a plan, see ``Batch``.

    They are made in a process of its own, forked before TensorFlow starts its threads, which a fork
    would leave behind locked.
    """
    context = mp.get_context("fork")
    queue: Queue[Batch] = context.Queue(maxsize=8)
    context.Process(target=_fill, args=(queue, identities, plan), daemon=True).start()
    return (queue.get() for _ in range(plan.count))


def _fill(queue: Queue[Batch], identities: Identities, plan: BatchPlan) -> None:
    for batch in make_batches(identities, plan):
        queue.put(batch)


def make_batches(identities: Identities, plan: BatchPlan) -> Iterator[Batch]:
    """The batches of a plan, made in this process."""
    rng = np.random.default_rng(plan.seed)
    counts = np.bincount(identities.labels, minlength=len(identities.names)).astype(np.float64)
    each = counts[identities.labels] ** (_BALANCE - 1)
    kinds = np.array([name.split("/")[0] for name in identities.names])[identities.labels]
    for kind in np.unique(kinds):
        mine = kinds == kind
        each[mine] *= _SHARES.get(kind, 0.2) / each[mine].sum()
    bounds = np.cumsum(each / each.sum())
    for _ in range(plan.count):
        chosen = np.searchsorted(bounds[:-1], rng.random(plan.faces))
        faces = np.stack([augment(identities.pictures[i], plan.size, rng) for i in chosen])
        labels = identities.labels[chosen]
        partner = np.roll(np.arange(plan.faces), 1)
        share = _cutmix(faces, partner, rng) if rng.random() < _CUTMIX else 1.0
        yield faces, labels, labels[partner], share


def _cutmix(faces: npt.NDArray[np.uint8], partner: npt.NDArray[np.int64], rng: Generator) -> float:
    """Pastes a square of each face's partner into it; returns the share of it that is left."""
    size = faces.shape[1]
    share = float(rng.uniform(0.1, 0.45))
    side = int(size * np.sqrt(share))
    top, left = (int(n) for n in rng.integers(0, size - side, 2))
    faces[:, top : top + side, left : left + side] = faces[
        partner, top : top + side, left : left + side
    ]
    return float(1 - (side / size) ** 2)
