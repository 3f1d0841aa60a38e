"""Who is taken for whom, as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from eyecatch.core.plotting import FAINT, INK, LINE, breadth, canvas, save, shown
from eyecatch.training.evaluation.predictions import Confusion

MOST = 60
"""Names on a picture: with more, those that are confused most."""

_CELL = 0.24  # inches


def draw_confusion(confusion: Sequence[Confusion], path: Path) -> None:
    """Draws true names down, answers across; a cell is the share of the row's faces."""
    names = _names(confusion)
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


def _numbers(axes: Axes, shares: npt.NDArray[np.float64]) -> None:
    """Whole percents where something is wrong; the diagonal's colour says enough."""
    for row, column in zip(*np.nonzero(shares >= 0.005), strict=True):
        if row != column:
            axes.text(
                column, row, f"{100 * shares[row, column]:.0f}", fontsize=5.5, color=INK,
                ha="center", va="center",
            )  # fmt: skip


def _names(confusion: Sequence[Confusion]) -> list[str | None]:
    """All names that occur, in their order; of very many those that are confused most."""
    order = dict.fromkeys(one.true for one in confusion)
    order |= dict.fromkeys(one.said for one in confusion)
    names = [name for name in order if name is not None]
    if len(names) > MOST:
        wrong: Counter[str | None] = Counter()
        for one in confusion:
            if one.true != one.said:
                wrong.update({one.true: one.faces, one.said: one.faces})
        chosen = {name for name, _ in wrong.most_common(MOST + 1)}
        names = [name for name in names if name in chosen] or names[:MOST]
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
