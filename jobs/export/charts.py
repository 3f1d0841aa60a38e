"""A season's grid: characters by episodes, and in each cell how long they are on screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from eyecatch.core.plotting import FAINT, INK, LINE, breadth, canvas, save, shown
from eyecatch.jobs.colours import colour_of
from eyecatch.jobs.export.appearances import Cast
from eyecatch.jobs.progress import clock
from eyecatch.jobs.selection import short

_CELL, _ROW, _TOTAL = 0.72, 0.36, 0.8  # inches
_PALEST = 0.16  # of the colour, for the shortest time: still to be seen on white


@dataclass(frozen=True, slots=True)
class _Grid:
    """Seconds on screen by character and place of the episode."""

    seconds: dict[str, list[float]]
    labels: list[str]

    @property
    def longest(self) -> float:
        return max(max(row) for row in self.seconds.values())


def draw_grid(casts: Sequence[Cast], title: str, path: Path, form: str) -> None:
    """Draw who is on screen how long in which episode; longest over all episodes first.

    Args:
        casts: one an episode, in the order of the columns; with an appearance at least.
        title: stands above.
        path: the file.
        form: ``png`` or ``svg``.
    """
    grid = _grid(casts)
    left = 0.4 + max(breadth(name) for name in grid.seconds)
    slanted = max(breadth(label, 9) for label in grid.labels) > _CELL
    head = 0.5 + (0.75 * max(breadth(label, 9) for label in grid.labels) if slanted else 0.4)
    inside = _CELL * len(grid.labels), _ROW * len(grid.seconds)
    width, height = max(left + inside[0] + _TOTAL, 4.0), head + inside[1] + 0.25
    with canvas(width, height) as figure:
        axes = figure.add_axes((left / width, 0.25 / height, inside[0] / width, inside[1] / height))
        _draw(axes, grid, slanted)
        figure.text(0.2 / width, 1 - 0.3 / height, shown(title), fontsize=14, va="center")
        save(figure, path, form)


def _grid(casts: Sequence[Cast]) -> _Grid:
    seconds: dict[str, list[float]] = {}
    for place, cast in enumerate(casts):
        time_base = cast.episode.video.time_base
        for one in cast.appearances:
            row = seconds.setdefault(one.character, [0.0] * len(casts))
            row[place] += float((one.range.stop_pts - one.range.start_pts) * time_base)
    ordered = sorted(seconds, key=lambda name: (-sum(seconds[name]), name))
    return _Grid({name: seconds[name] for name in ordered}, short([c.episode.title for c in casts]))


def _draw(axes: Axes, grid: _Grid, slanted: bool) -> None:
    axes.set_xlim(0, len(grid.labels))
    axes.set_ylim(len(grid.seconds), 0)
    axes.axis("off")
    for place, label in enumerate(grid.labels):
        how = {"rotation": 45, "ha": "left"} if slanted else {"ha": "center"}
        axes.text(place + 0.5, -0.25, shown(label), color=FAINT, fontsize=9, va="bottom", **how)
    for row, (name, seconds) in enumerate(grid.seconds.items()):
        axes.text(-0.16, row + 0.5, shown(name), ha="right", va="center")
        for place, time in enumerate(seconds):
            if time > 0:
                # The square root, so that a short time shows too.
                share = _PALEST + (1 - _PALEST) * (time / grid.longest) ** 0.5
                _cell(axes, (place, row), clock(time), (colour_of(name), share))
            else:
                axes.plot(place + 0.5, row + 0.5, ".", color=LINE, markersize=4)
        axes.text(
            len(seconds) + 0.75, row + 0.5, clock(sum(seconds)), ha="right", va="center",
            color=FAINT, fontsize=9,
        )  # fmt: skip


def _cell(axes: Axes, at: tuple[int, int], said: str, fill: tuple[str, float]) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (at[0] + 0.06, at[1] + 0.1), 0.88, 0.8, boxstyle="round,pad=0,rounding_size=0.08",
            mutation_aspect=_CELL / _ROW, facecolor=fill, linewidth=0,
        )
    )  # fmt: skip
    axes.text(
        at[0] + 0.5, at[1] + 0.52, said, ha="center", va="center", fontsize=8.5, color=INK,
    )  # fmt: skip
