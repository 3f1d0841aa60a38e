"""An episode's timeline: who is on screen when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from eyecatch.core.plotting import FAINT, INK, LINE, breadth, canvas, save, shown
from eyecatch.db.records.answers import TrackRow
from eyecatch.jobs.colours import colour_of
from eyecatch.jobs.export.appearances import Cast
from eyecatch.jobs.progress import clock

_ROW, _HEAD, _FOOT = 0.36, 0.75, 0.55  # inches
_WIDTH, _RIGHT = 12.0, 0.75
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)  # seconds between labels

Span = tuple[float, float]  # start and length, in seconds


def draw_timeline(cast: Cast, tracks: list[TrackRow], path: Path, form: str) -> None:
    """Draw an episode's characters over its time, longest on screen first.

    Faces that nobody named are a grey row at the bottom; names that are unsure are pale.

    Args:
        cast: the appearances that are sure.
        tracks: all tracks of the episode, one at least.
        path: the file.
        form: ``png`` or ``svg``.
    """
    rows = _rows(cast, tracks)
    left = 0.35 + max(breadth(name or "unknown") for name, _, _ in rows)
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
        length = float(cast.episode.end - cast.origin)
        for place, (name, sure, pale) in enumerate(rows):
            _draw_row(axes, place, name, sure, pale)
        _frame(axes, len(rows), length)
        _title(figure, cast, left)
        save(figure, path, form)


def _rows(cast: Cast, tracks: list[TrackRow]) -> list[tuple[str | None, list[Span], list[Span]]]:
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


def _span(cast: Cast, start: int, stop: int) -> Span:
    begin = float(cast.played(start))
    return begin, float(cast.played(stop)) - begin


def _draw_row(axes: Axes, place: int, name: str | None, sure: list[Span], pale: list[Span]) -> None:
    colour = colour_of(name)
    axes.broken_barh(pale, (place - 0.28, 0.56), facecolor=colour, alpha=0.3, linewidth=0)
    # The thin edge keeps a single frame of a long episode visible.
    axes.broken_barh(sure, (place - 0.28, 0.56), facecolor=colour, edgecolor=colour, linewidth=0.4)
    beside: dict[str, Any] = {
        "va": "center",
        "transform": axes.get_yaxis_transform(),
        "clip_on": False,
    }
    said = "unknown" if name is None else shown(name)
    axes.text(-0.012, place, said, ha="right", color=FAINT if name is None else INK, **beside)
    # Those of a name add up to its time on screen; strangers may be several at once.
    if name is not None:
        total = sum(length for _, length in sure)
        axes.text(1.012, place, clock(total), color=FAINT, fontsize=8.5, **beside)


def _frame(axes: Axes, rows: int, length: float) -> None:
    axes.set_xlim(0, max(length, 0.001))
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.hlines([place + 0.5 for place in range(rows - 1)], 0, length, color=LINE, linewidth=0.6)
    step = next((step for step in _STEPS if length / step <= 12), 3600)
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda time, _: clock(time)))
    axes.tick_params(axis="x", colors=FAINT, labelsize=8.5, length=0, pad=5)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _title(figure: Figure, cast: Cast, left: float) -> None:
    height = figure.get_figheight()
    figure.text(
        left / _WIDTH, 1 - 0.32 / height, shown(cast.episode.title), fontsize=14,
        va="center",
    )  # fmt: skip
