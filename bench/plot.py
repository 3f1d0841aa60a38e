"""The figures of ``bench/speed.py`` as a picture: how cost grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from figures import Figures, Rows, deviation, fitted

from eyecatch.core.plotting import FAINT, INK, canvas, save

AXES = {"length": "episodes", "workers": "processes that scan"}
LINES = {"seconds": (INK, "seconds"), "cpu": (FAINT, "seconds of CPU")}


def draw(figures: Figures, out: Path) -> None:
    """Seconds and CPU seconds against episodes, and against processes; what was run of them."""
    asked = [part for part in AXES if part in figures]
    if not asked:
        return
    with canvas(4.2 * len(asked), 3.2) as figure:
        for k, part in enumerate(asked):
            axes = figure.add_subplot(1, len(asked), k + 1)
            _draw(axes, figures[part]["rows"], straight=part == "length")
            axes.set_xlabel(AXES[part])
            axes.set_ylim(0)
            axes.legend(frameon=False)
        figure.tight_layout()
        save(figure, out, "png")


def _draw(axes: Any, rows: Rows, *, straight: bool) -> None:  # noqa: ANN401 - Matplotlib's
    """One plot; ``straight`` with the line that fits best, and how far from it they are."""
    for key, (colour, name) in LINES.items():
        counts, medians, line = fitted(rows, key)
        label = f"{name} ({deviation(rows, key):.1%} off a line)" if straight else name
        if straight:
            axes.plot(counts, line, ":", color=colour)
        axes.plot(counts, medians, "o" if straight else "o-", color=colour, label=label)
        axes.set_xticks(counts)
