"""How long this machine takes to learn and to look, by a few steps and frames of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from eyecatch.core.detect import network
from eyecatch.core.detect.registry import load
from eyecatch.core.synthetic.cartoons import cartoons
from eyecatch.training.detector.adaptation.teach import TeachPlan
from eyecatch.training.detector.batches import BatchPlan, batches
from eyecatch.training.detector.dataset import LabelledPicture
from eyecatch.training.detector.loop import Schedule, fit
from eyecatch.training.detector.mosaic import PicturePool

STEPS: Final = 12
"""Steps that are timed; of the first the network is compiled, and batches wait for it."""

_UNTIMED: Final = 4

_FEWEST_STEPS: Final = 100
"""Steps below which a round is not worth its labels."""

_LOOKS: Final = 3
"""Of a frame, and one before and one after it."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What this machine takes.

    Attributes:
        step: seconds of a step of learning.
        frame: seconds to look at a frame and its neighbours, many times each.
    """

    step: float
    frame: float


def measure_speed(plan: TeachPlan, on_step: Callable[[int, int], None]) -> Speed:
    """Times a few steps, on drawings, and a few looks.

    Args:
        plan: of which batches.
        on_step: is called with how many steps were made, of how many.
    """
    return Speed(_step_seconds(plan, on_step), _look_seconds())


def within(plan: TeachPlan, frames: int, seconds: float, speed: Speed) -> TeachPlan:
    """A plan of no more rounds and steps than fit into a time.

    Args:
        plan: what is wished.
        frames: that are looked at in each round.
        seconds: that all rounds may take.
        speed: of this machine.

    Example:
        >>> within(TeachPlan(rounds=2, steps=800), 1000, 600, Speed(0.25, 0.04)).steps
        800
        >>> plan = within(TeachPlan(rounds=2, steps=800), 1000, 120, Speed(0.25, 0.04))
        >>> plan.rounds, plan.steps
        (1, 320)
    """
    for rounds in range(plan.rounds, 0, -1):
        steps = int((seconds / rounds - frames * speed.frame) / speed.step)
        if steps >= plan.steps // 2 or rounds == 1:
            fitting = max(min(plan.steps, _FEWEST_STEPS), min(plan.steps, steps))
            return replace(plan, rounds=rounds, steps=fitting)
    return plan


def _step_seconds(plan: TeachPlan, on_step: Callable[[int, int], None]) -> float:
    drawings = [LabelledPicture("", *one) for one in cartoons(plan.batch, plan.seed)]
    feed = batches(PicturePool.of([(1.0, drawings)]), BatchPlan(STEPS, plan.batch, plan.side, 0))
    times: list[float] = []

    def timed(step: int, _heat: float, _boxes: float) -> None:
        times.append(time.perf_counter())
        on_step(step, STEPS)

    fit(network.build(), feed, Schedule(STEPS, plan.rate), timed)
    return median(b - a for a, b in pairwise(times[_UNTIMED:]))


def _look_seconds() -> float:
    looks = load("cnn", multiscale=True)
    picture = np.zeros((288, 512, 3), np.uint8)
    looks.detect([picture])  # an interpreter is made for the first of a size
    began = time.perf_counter()
    looks.detect([picture] * _LOOKS)
    return time.perf_counter() - began
