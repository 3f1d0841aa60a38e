"""Curves of an evaluation: what confidence is worth, and what a threshold buys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from eyecatch.core.plotting import FAINT, INK, LINE, canvas, save
from eyecatch.training.evaluation.predictions import Asked
from eyecatch.training.metrics import BINS

Reals = npt.NDArray[np.float64]

BLUE, RED = "#3b6fb6", "#c4483c"


def draw_reliability(known: Asked, path: Path) -> None:
    """Draws the share of right first names by confidence, over how many faces have it."""
    confidence, right = known.answers.confidence, known.answers.guesses == known.labels
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    some = counts > 0
    share = np.bincount(place, weights=right, minlength=BINS)[some] / counts[some]
    middle = (np.arange(BINS) + 0.5) / BINS
    with canvas(5.2, 5.2) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        _plain(above, "", "share that is right")
        above.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
        above.bar(middle[some], share, width=0.9 / BINS, color=BLUE)
        above.set_ylim(0, 1.02)
        _plain(below, "confidence of the first name", "faces")
        below.bar(middle, counts, width=0.9 / BINS, color=FAINT)
        below.set_xlim(0, 1)
        figure.set_layout_engine("constrained")
        save(figure, path, "png")


def draw_curves(known: Asked, strangers: Asked | None, path: Path) -> None:
    """Draws, over all thresholds, how many are named against how many of them wrongly.

    Known faces alone give risk against coverage; with strangers there is a second panel: known
    faces named rightly against strangers named at all. The dots are the bundle's own thresholds.
    """
    panels = 1 if strangers is None else 2
    with canvas(4.8 * panels, 4.4) as figure:
        axes = figure.subplots(1, panels, squeeze=False)[0]
        _coverage(axes[0], known)
        if strangers is not None:
            _openness(axes[1], known, strangers)
        figure.set_layout_engine("constrained")
        save(figure, path, "png")


def _coverage(axes: Axes, known: Asked) -> None:
    answers = known.answers
    right = answers.guesses == known.labels
    order = np.argsort(-answers.confidence, kind="stable")
    numbers = np.arange(1, len(order) + 1)
    _plain(axes, "share of known faces named", "of these wrong")
    axes.plot(numbers / len(order), np.cumsum(~right[order]) / numbers, color=BLUE)
    for given, label in ((answers.named, "named"), (answers.sure, "sure")):
        if given.any():
            _dot(axes, float(given.mean()), float((~right[given]).mean()), label)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)


def _openness(axes: Axes, known: Asked, strangers: Asked) -> None:
    mine, theirs = known.answers, strangers.answers
    right = mine.guesses == known.labels
    limits = np.unique(np.concatenate([mine.confidence, theirs.confidence]))
    _plain(axes, "share of strangers named", "known faces named rightly")
    axes.plot(
        _above(theirs.confidence, limits), _above(mine.confidence[right], limits) * right.mean()
    )
    axes.lines[0].set_color(RED)
    for ours, others, label in (
        (mine.named, theirs.named, "named"),
        (mine.sure, theirs.sure, "sure"),
    ):
        _dot(axes, float(others.mean()), float((ours & right).mean()), label)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)


def _above(values: Reals, limits: Reals) -> Reals:
    """Share of the values that reach each limit."""
    ordered = np.sort(values)
    return np.asarray(1 - np.searchsorted(ordered, limits, "left") / max(len(values), 1))


def _dot(axes: Axes, x: float, y: float, label: str) -> None:
    axes.plot(x, y, "o", color=INK, markersize=5)
    axes.annotate(f" {label}", (x, y), color=INK, va="bottom")


def _plain(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.grid(color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=FAINT, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
