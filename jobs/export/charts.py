"""Charts of screen time: a season's grid (characters by episodes), and an episode's timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FuncFormatter, MultipleLocator

from eyecatch.core.palette import Colours
from eyecatch.core.plotting import FAINT, INK, LINE, breadth, canvas, fit, save
from eyecatch.core.short_names import short
from eyecatch.core.text import clock
from eyecatch.db.records.face_rows import TrackRow
from eyecatch.jobs.export.appearances import EpisodeAppearances
from eyecatch.jobs.time_axis import label_step

_CELL, _ROW, _TOTAL = 0.72, 0.36, 0.8  # inches, of a grid; rows of a timeline are as high
_PALEST = 0.16  # of the colour, for the shortest time: still to be seen on white

_WIDTH, _HEAD, _FOOT, _RIGHT = 12.0, 0.75, 0.55, 0.75  # inches, of a timeline

_NAME, _LABEL = 4.0, 3.0  # inches of a name and of an episode's label at most

Span = tuple[float, float]  # start and length, in seconds


@dataclass(frozen=True, slots=True)
class _Grid:
    """Seconds on screen by character and place of the episode."""

    seconds: dict[str, list[float]]
    labels: list[str]
    colours: Colours

    @property
    def longest(self) -> float:
        return max(max(row) for row in self.seconds.values())


def draw_grid(casts: Sequence[EpisodeAppearances], title: str, path: Path, form: str) -> None:
    """Draw who is on screen how long in which episode; longest over all episodes first.

    Args:
        casts: one an episode, in the order of the columns; with an appearance at least.
        title: stands above.
        path: the file.
        form: ``png`` or ``svg``.
    """
    grid = _grid(casts)
    left = 0.4 + max(breadth(fit(name, _NAME)) for name in grid.seconds)
    slanted = max(breadth(label, 9) for label in grid.labels) > _CELL
    head = 0.5 + (0.75 * max(breadth(label, 9) for label in grid.labels) if slanted else 0.4)
    inside = _CELL * len(grid.labels), _ROW * len(grid.seconds)
    width, height = max(left + inside[0] + _TOTAL, 4.0), head + inside[1] + 0.25
    with canvas(width, height) as figure:
        axes = figure.add_axes((left / width, 0.25 / height, inside[0] / width, inside[1] / height))
        _draw(axes, grid, slanted)
        heading = fit(title, width - 0.4, 14)
        figure.text(0.2 / width, 1 - 0.3 / height, heading, fontsize=14, va="center")
        save(figure, path, form)


def _grid(casts: Sequence[EpisodeAppearances]) -> _Grid:
    seconds: dict[str, list[float]] = {}
    for place, cast in enumerate(casts):
        time_base = cast.episode.video.time_base
        for one in cast.appearances:
            row = seconds.setdefault(one.character, [0.0] * len(casts))
            row[place] += float((one.range.stop_pts - one.range.start_pts) * time_base)
    ordered = sorted(seconds, key=lambda name: (-sum(seconds[name]), name))
    return _Grid(
        {name: seconds[name] for name in ordered},
        [fit(label, _LABEL, 9) for label in short([c.episode for c in casts])],
        casts[0].colours,
    )


def _draw(axes: Axes, grid: _Grid, slanted: bool) -> None:
    axes.set_xlim(0, len(grid.labels))
    axes.set_ylim(len(grid.seconds), 0)
    axes.axis("off")
    for place, label in enumerate(grid.labels):
        how = {"rotation": 45, "ha": "left"} if slanted else {"ha": "center"}
        axes.text(place + 0.5, -0.25, label, color=FAINT, fontsize=9, va="bottom", **how)
    for row, (name, seconds) in enumerate(grid.seconds.items()):
        axes.text(-0.16, row + 0.5, fit(name, _NAME), ha="right", va="center")
        for place, time in enumerate(seconds):
            if time > 0:
                # The square root, so that a short time shows too.
                share = _PALEST + (1 - _PALEST) * (time / grid.longest) ** 0.5
                _cell(axes, (place, row), clock(time), (grid.colours[name], share))
            else:
                axes.plot(place + 0.5, row + 0.5, ".", color=LINE, markersize=4)
        axes.text(
            len(seconds) + 0.75, row + 0.5, clock(sum(seconds)), ha="right", va="center",
            color=FAINT, fontsize=9,
        )  # fmt: skip


def _cell(axes: Axes, at: tuple[int, int], text: str, fill: tuple[str, float]) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (at[0] + 0.06, at[1] + 0.1), 0.88, 0.8, boxstyle="round,pad=0,rounding_size=0.08",
            mutation_aspect=_CELL / _ROW, facecolor=fill, linewidth=0,
        )
    )  # fmt: skip
    axes.text(
        at[0] + 0.5, at[1] + 0.52, text, ha="center", va="center", fontsize=8.5, color=INK,
    )  # fmt: skip


def draw_timeline(cast: EpisodeAppearances, tracks: list[TrackRow], path: Path, form: str) -> None:
    """Draw an episode's characters over its time, longest on screen first.

    Faces that nobody named are a grey row at the bottom; names that are unsure are pale.

    Args:
        cast: the appearances that are sure.
        tracks: all tracks of the episode, one at least.
        path: the file.
        form: ``png`` or ``svg``.
    """
    rows = _rows(cast, tracks)
    left = 0.35 + max(breadth(fit(name or "unknown", _NAME)) for name, _, _ in rows)
    height = _HEAD + _ROW * len(rows) + _FOOT
    with canvas(_WIDTH, height) as figure:
        axes = figure.add_axes(
            (
                left / _WIDTH,
                _FOOT / height,
                (_WIDTH - left - _RIGHT) / _WIDTH,
                _ROW * len(rows) / height,
            )
        )
        length = float(cast.episode.length)
        for place, (name, sure, pale) in enumerate(rows):
            _draw_row(axes, place, name, cast.colours[name], (sure, pale))
        _frame(axes, len(rows), length)
        _title(figure, cast, left)
        save(figure, path, form)


def _rows(
    cast: EpisodeAppearances, tracks: list[TrackRow]
) -> list[tuple[str | None, list[Span], list[Span]]]:
    """(name, sure spans, other spans) from the top down."""
    names = cast.characters()
    maybe = sorted({t.character for t in tracks if t.unsure and t.character} - set(names))
    rows = [
        (
            name,
            [
                _span(cast, one.range.start_pts, one.range.stop_pts)
                for one in cast.appearances
                if one.character == name
            ],
            [
                _span(cast, t.start_pts, t.stop_pts)
                for t in tracks
                if t.unsure and t.character == name
            ],
        )
        for name in [*names, *maybe]
    ]
    strangers = [_span(cast, t.start_pts, t.stop_pts) for t in tracks if t.character is None]
    return [*rows, (None, strangers, [])] if strangers else list(rows)


def _span(cast: EpisodeAppearances, start: int, stop: int) -> Span:
    begin = float(cast.player_seconds(start))
    return begin, float(cast.player_seconds(stop)) - begin


def _draw_row(
    axes: Axes, place: int, name: str | None, colour: str, spans: tuple[list[Span], list[Span]]
) -> None:
    sure, pale = spans
    axes.broken_barh(pale, (place - 0.28, 0.56), facecolor=colour, alpha=0.3, linewidth=0)
    # The thin edge keeps a single frame of a long episode visible.
    axes.broken_barh(sure, (place - 0.28, 0.56), facecolor=colour, edgecolor=colour, linewidth=0.4)
    beside: dict[str, Any] = {
        "va": "center",
        "transform": axes.get_yaxis_transform(),
        "clip_on": False,
    }
    label = "unknown" if name is None else fit(name, _NAME)
    axes.text(-0.012, place, label, ha="right", color=FAINT if name is None else INK, **beside)
    # Those of a name add up to its time on screen; strangers may be several at once.
    if name is not None:
        total = sum(length for _, length in sure)
        axes.text(1.012, place, clock(total), color=FAINT, fontsize=8.5, **beside)


def _frame(axes: Axes, rows: int, length: float) -> None:
    axes.set_xlim(0, max(length, 0.001))
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.hlines([place + 0.5 for place in range(rows - 1)], 0, length, color=LINE, linewidth=0.6)
    axes.xaxis.set_major_locator(MultipleLocator(label_step(length)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda time, _: clock(time)))
    axes.tick_params(axis="x", colors=FAINT, labelsize=8.5, length=0, pad=5)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _title(figure: Figure, cast: EpisodeAppearances, left: float) -> None:
    height = figure.get_figheight()
    figure.text(
        left / _WIDTH, 1 - 0.32 / height, fit(cast.episode.heading, _WIDTH - left, 14),
        fontsize=14, va="center",
    )  # fmt: skip
