"""The figures of ``bench/speed.py`` as a picture: how cost grows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from eyecatch.core.canvas import FAINT, INK, canvas, save

Rows = Mapping[str, list[dict[str, Any]]]


def draw(figures: Mapping[str, Rows], out: Path) -> None:
    """Seconds and CPU seconds against episodes, and against processes; what was run of them."""
    asked = [(part, figures[part]) for part in ("length", "workers") if part in figures]
    if not asked:
        return
    with canvas(4.2 * len(asked), 3.2) as figure:
        for k, (part, rows) in enumerate(asked):
            axes = figure.add_subplot(1, len(asked), k + 1)
            counts = [int(name) for name in rows]
            for key, colour, name in (
                ("seconds", INK, "seconds"),
                ("cpu", FAINT, "seconds of CPU"),
            ):
                axes.plot(counts, [_median(rows[str(n)], key) for n in counts], "o-", color=colour, label=name)  # fmt: skip  # noqa: E501
            axes.set_xticks(counts)
            axes.set_ylim(0)
            axes.set_xlabel({"length": "episodes", "workers": "processes that scan"}[part])
            axes.legend(frameon=False)
        figure.tight_layout()
        save(figure, out, "png")


def _median(rows: list[dict[str, Any]], key: str) -> float:
    return float(median(row[key] for row in rows))
