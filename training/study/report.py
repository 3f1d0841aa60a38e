"""The study's road map as a table and as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eyecatch.core.plotting import FAINT, INK, LINE, canvas, save

PUBLISHED = ((3, 0.91), (113, 0.66))
"""Characters and accuracy that the original study published, on its own pictures."""

COLOURS = ("#c4483c", "#3b6fb6", "#3f8f5f")


@dataclass(frozen=True, slots=True)
class Row:
    """One network on one number of characters; the attributes are keys of ``row.json``.

    Attributes:
        characters: how many.
        network: ``study`` or ``compact --quick``.
        taught, measured: pictures trained on and held out.
        top1, top5, macro, ece: see ``metrics.ClosedSetMetrics``.
        seconds: of training.
    """

    characters: int
    network: str
    taught: int
    measured: int
    top1: float
    top5: float
    macro: float
    ece: float
    seconds: float


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| characters | network | pictures to train | to measure | top-1 | top-5 | macro | ECE "
        "| training |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.characters} | `{row.network}` | {row.taught} | {row.measured} | {row.top1:.3f} "
        f"| {row.top5:.3f} | {row.macro:.3f} | {row.ece:.3f} | {row.seconds:.0f} s |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def draw_roadmap(rows: Sequence[Row], out: Path) -> None:
    """Draws top-1 by number of characters, a line a network: ``roadmap.png`` and ``.svg``."""
    with canvas(6.4, 4.2) as figure:
        axes = figure.subplots()
        axes.plot(*zip(*PUBLISHED, strict=True), "o:", color=FAINT, markersize=4)
        axes.annotate(
            "the study, its own pictures  ", PUBLISHED[-1], color=FAINT, ha="right", va="top"
        )
        for network, colour in zip(
            dict.fromkeys(row.network for row in rows), COLOURS, strict=False
        ):
            mine = [(row.characters, row.top1) for row in rows if row.network == network]
            axes.plot(*zip(*mine, strict=True), "o-", color=colour, markersize=5)
            axes.annotate(
                network, mine[-1], (0, 9), textcoords="offset points", color=colour, ha="right"
            )
        axes.set_xscale("log")
        sizes = sorted({row.characters for row in rows})
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set_xlabel("characters", color=INK)
        axes.set_ylabel("top-1 on pictures kept aside", color=INK)
        axes.set_ylim(top=1.0)
        axes.grid(color=LINE, linewidth=0.8)
        axes.tick_params(colors=FAINT, length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        figure.set_layout_engine("constrained")
        for form in ("png", "svg"):
            save(figure, out / f"roadmap.{form}", form)
