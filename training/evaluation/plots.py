"""Plots of an evaluation: reliability, risk-coverage and ROC curves, confusions, worst mistakes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from eyecatch.core.crops import decode
from eyecatch.core.plotting import FAINT, INK, LINE, breadth, canvas, save, shown
from eyecatch.training.evaluation.predictions import Confusion, Mistake, Predictions
from eyecatch.training.metrics import BINS

Reals = npt.NDArray[np.float64]

BLUE, RED = "#3b6fb6", "#c4483c"

MAX_NAMES = 60
"""In a confusion matrix: of more, those that are confused most."""

_CELL = 0.24
"""Inches of a cell of the confusion matrix."""

MISTAKE_COLUMNS, MISTAKE_ROWS = 8, 5

_TILE, _CAPTION = 1.1, 0.42
"""Inches of a picture and of the text below it, on the sheet of mistakes."""

_MAX_CAPTION = 18
"""Letters of a name: as many as fit below a picture."""


def draw_reliability(known: Predictions, path: Path) -> None:
    """Draws accuracy by confidence (reliability diagram), above how many faces have it."""
    confidence, right = known.answers.confidence, known.answers.guesses == known.labels
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    some = counts > 0
    share = np.bincount(place, weights=right, minlength=BINS)[some] / counts[some]
    middle = (np.arange(BINS) + 0.5) / BINS
    with canvas(5.2, 5.2) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        _style_axes(above, "", "share that is right")
        above.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
        above.bar(middle[some], share, width=0.9 / BINS, color=BLUE)
        above.set_ylim(0, 1.02)
        _style_axes(below, "confidence of the first name", "faces")
        below.bar(middle, counts, width=0.9 / BINS, color=FAINT)
        below.set_xlim(0, 1)
        figure.set_layout_engine("constrained")
        save(figure, path, "png")


def draw_curves(known: Predictions, strangers: Predictions | None, path: Path) -> None:
    """Draws risk against coverage over all thresholds; dots are the bundle's own thresholds.

    With strangers there is a second panel: known faces named rightly against strangers named.
    """
    panels = 1 if strangers is None else 2
    with canvas(4.8 * panels, 4.4) as figure:
        axes = figure.subplots(1, panels, squeeze=False)[0]
        _draw_risk_coverage(axes[0], known)
        if strangers is not None:
            _draw_open_set(axes[1], known, strangers)
        figure.set_layout_engine("constrained")
        save(figure, path, "png")


def draw_confusion(confusion: Sequence[Confusion], path: Path) -> None:
    """Draws true names down, predicted ones across; a cell is the share of the row's faces."""
    names = _confused_names(confusion)
    shares = _shares(confusion, names)
    labels = ["unknown" if name is None else name for name in names]
    left = 0.3 + max(breadth(label, 8) for label in labels)
    inside = _CELL * len(names)
    width, height = left + inside + 0.3, left + inside + 0.6
    with canvas(width, height) as figure:
        axes = figure.add_axes((left / width, 0.3 / height, inside / width, inside / height))
        axes.imshow(shares**0.5, cmap="Blues", vmin=0, vmax=1)  # the root: rare ones show too
        places = range(len(names))
        axes.set_yticks(places, [shown(label) for label in labels], fontsize=8, color=INK)
        axes.set_xticks(places, [shown(label) for label in labels], fontsize=8, color=INK)
        axes.tick_params(length=0, bottom=False, labelbottom=False, top=False, labeltop=True)
        for label in axes.get_xticklabels():
            label.set_rotation(90)
        _numbers(axes, shares)
        axes.set_xticks(np.arange(len(names) + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=LINE, linewidth=0.5)
        axes.tick_params(which="minor", length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        figure.text(
            left / width, 0.12 / height, "down: true, across: said; percent of the row",
            fontsize=8, color=FAINT, va="center",
        )  # fmt: skip
        save(figure, path, "png")


def draw_mistakes(
    mistakes: Sequence[Mistake], known: Predictions, strangers: Predictions | None, path: Path
) -> None:
    """Draws the first forty mistakes with the true name, the predicted one and its confidence.

    A predicted name in grey was not given: the face was called unknown.
    """
    crops = dict(zip(map(str, known.paths), known.crops, strict=True))
    if strangers is not None:
        crops |= dict(zip(map(str, strangers.paths), strangers.crops, strict=True))
    chosen = mistakes[: MISTAKE_COLUMNS * MISTAKE_ROWS]
    rows = max(1, math.ceil(len(chosen) / MISTAKE_COLUMNS))
    width, height = MISTAKE_COLUMNS * _TILE, rows * (_TILE + _CAPTION)
    with canvas(width, height) as figure:
        if not chosen:
            figure.text(0.5, 0.5, "No mistakes.", color=FAINT, ha="center", va="center")
        for k, one in enumerate(chosen):
            left = (k % MISTAKE_COLUMNS) * _TILE
            top = height - (k // MISTAKE_COLUMNS) * (_TILE + _CAPTION)
            axes = figure.add_axes(
                ((left + 0.04) / width, (top - _TILE) / height, (_TILE - 0.08) / width,
                 (_TILE - 0.08) / height)
            )  # fmt: skip
            axes.imshow(decode(crops[one.path])[:, :, ::-1])
            axes.axis("off")
            middle = (left + _TILE / 2) / width
            figure.text(
                middle, (top - _TILE - 0.1) / height, _short(one.true or "unknown"),
                fontsize=6.5, color=INK, ha="center", va="center",
            )  # fmt: skip
            figure.text(
                middle, (top - _TILE - 0.24) / height,
                f"{_short(one.first or 'unknown')} {one.confidence:.2f}",
                fontsize=6.5, color=INK if one.named else FAINT, ha="center", va="center",
            )  # fmt: skip
        save(figure, path, "png")


def _draw_risk_coverage(axes: Axes, known: Predictions) -> None:
    answers = known.answers
    right = answers.guesses == known.labels
    order = np.argsort(-answers.confidence, kind="stable")
    numbers = np.arange(1, len(order) + 1)
    _style_axes(axes, "share of known faces named", "of these wrong")
    axes.plot(numbers / len(order), np.cumsum(~right[order]) / numbers, color=BLUE)
    for given, label in ((answers.named, "named"), (answers.sure, "sure")):
        if given.any():
            _dot(axes, float(given.mean()), float((~right[given]).mean()), label)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)


def _draw_open_set(axes: Axes, known: Predictions, strangers: Predictions) -> None:
    mine, theirs = known.answers, strangers.answers
    right = mine.guesses == known.labels
    limits = np.unique(np.concatenate([mine.confidence, theirs.confidence]))
    _style_axes(axes, "share of strangers named", "known faces named rightly")
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


def _style_axes(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.grid(color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=FAINT, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _numbers(axes: Axes, shares: npt.NDArray[np.float64]) -> None:
    """Writes whole percents into the cells off the diagonal."""
    for row, column in zip(*np.nonzero(shares >= 0.005), strict=True):
        if row != column:
            axes.text(
                column, row, f"{100 * shares[row, column]:.0f}", fontsize=5.5, color=INK,
                ha="center", va="center",
            )  # fmt: skip


def _confused_names(confusion: Sequence[Confusion]) -> list[str | None]:
    """All names that occur, in their order; of very many those that are confused most."""
    order = dict.fromkeys(one.true for one in confusion)
    order |= dict.fromkeys(one.said for one in confusion)
    names = [name for name in order if name is not None]
    if len(names) > MAX_NAMES:
        wrong: Counter[str | None] = Counter()
        for one in confusion:
            if one.true != one.said:
                wrong.update({one.true: one.faces, one.said: one.faces})
        chosen = {name for name, _ in wrong.most_common(MAX_NAMES + 1)}
        names = [name for name in names if name in chosen] or names[:MAX_NAMES]
    return [*names, None]


def _shares(confusion: Sequence[Confusion], names: Sequence[str | None]) -> npt.NDArray[np.float64]:
    place = {name: k for k, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)))
    totals = np.zeros(len(names))
    for one in confusion:
        if one.true in place:
            totals[place[one.true]] += one.faces
            if one.said in place:
                counts[place[one.true], place[one.said]] += one.faces
    return np.asarray(counts / np.maximum(totals, 1)[:, None])


def _short(name: str) -> str:
    return shown(name if len(name) <= _MAX_CAPTION else f"{name[: _MAX_CAPTION - 1]}…")
