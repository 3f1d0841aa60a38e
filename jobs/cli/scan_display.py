"""What a terminal shows while episodes are indexed: a bar for each at work, and one for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from eyecatch.core.text import clock, visible
from eyecatch.jobs.progress import Listener, Progress
from eyecatch.jobs.under_way import EpisodeProgress

REDRAWN: Final = 4
"""Times a second: a bar that creeps, at less than a hundredth of a core's time."""

MOST: Final = 4
"""Episodes that get a bar: on a cluster there may be hundreds at work."""


class ScanDisplay:
    """Draws how far a job is, whenever it is asked.

    Attributes:
        progress: of the job; None before it has begun.
    """

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self._spinner = Spinner("dots")

    def draw(self) -> RenderableType:
        """All of it, for rich."""
        progress = self.progress
        if progress is None:
            return self._doing("starting")
        parts: list[RenderableType] = []
        if progress.chunks:
            parts += [_bars(progress), Text(_numbers(progress), no_wrap=True, overflow="ellipsis")]
        if progress.doing:
            parts.append(self._doing(progress.doing))
        return Group(*parts)

    def _doing(self, what: str) -> RenderableType:
        self._spinner.update(text=Text(visible(what), no_wrap=True, overflow="ellipsis"))
        return self._spinner


def _bars(progress: Progress) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=3)
    table.add_column(ratio=4)
    table.add_column(no_wrap=True, justify="right")
    shown = progress.under_way.episodes[:MOST]
    for one in shown:
        table.add_row(Text(visible(one.name)), *_bar(one))
    if progress.episodes > 1 or not shown:
        what = f"{progress.episodes_done} of {progress.episodes} episodes"
        name = what if progress.episodes > 1 else "1 episode"
        scanned = progress.video_seconds_scanned
        table.add_row(name, *_bar(EpisodeProgress(name, progress.video_seconds, scanned)))
    return table


def _bar(one: EpisodeProgress) -> tuple[ProgressBar, str]:
    done = min(one.seconds_done, one.seconds)
    return (
        ProgressBar(max(one.seconds, 0.001), done),
        f"{clock(done)} of {clock(one.seconds)}",
    )


def _numbers(progress: Progress) -> str:
    parts = [f"{progress.faces_found:,} faces"]
    if progress.rate is not None:
        parts.append(f"{progress.rate:.1f} x real time")
    if progress.left is not None and progress.chunks_done < progress.chunks:
        parts.append(f"{clock(progress.left)} left")
    if progress.failures:
        parts.append(f"{progress.failures} failed")
    return " · ".join(parts)


@contextmanager
def displayed(console: Console) -> Iterator[Listener]:
    """A listener whose job is drawn for as long as the block runs; then nothing is left of it."""
    display = ScanDisplay()

    def listener(progress: Progress) -> None:
        display.progress = progress

    with Live(
        get_renderable=display.draw, console=console, refresh_per_second=REDRAWN, transient=True
    ):
        yield listener
