"""How far a verb is: a live line or a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from typing import IO, Any, TypeVar, cast

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from eyecatch.jobs.adapting.pace import AdaptListener, AdaptProgress, unheard
from eyecatch.jobs.cli.output import json_lines, note
from eyecatch.jobs.cli.scan_display import displayed
from eyecatch.jobs.cli.streams import Screen
from eyecatch.jobs.progress import Listener, Progress, silent

Told = TypeVar("Told")

# Seconds between plain lines: a night's log stays readable.
PLAIN_EVERY = 10.0


@contextmanager
def listener(quiet: bool) -> Iterator[Listener]:
    """A listener that shows a job's progress on standard error for as long as the block runs."""
    with listeners(quiet) as (shown, _):
        yield shown


@contextmanager
def listeners(quiet: bool) -> Iterator[tuple[Listener, AdaptListener]]:
    """Listeners of a job and of learning, which show progress on standard error in the block."""
    if quiet:
        yield silent, unheard
        return
    with closing(_Screens()) as screens:
        yield screens.listener(scans), screens.listener(learning)


class _Screens:
    """What is shown of one thing at a time, from when it is first told of."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._make: object = None
        self._shown: Callable[[Any], None]

    def listener(
        self, make: Callable[[], AbstractContextManager[Callable[[Told], None]]]
    ) -> Callable[[Told], None]:
        """A listener that opens what ``make`` gives, in place of what is open."""

        def listener(told: Told) -> None:
            if make is not self._make:
                self.close()
                self._make, self._shown = make, self._open.enter_context(make())
            self._shown(told)

        return listener

    def close(self) -> None:
        """Show nothing more."""
        self._open.close()


@contextmanager
def learning() -> Iterator[AdaptListener]:
    """A listener that shows how far a detector is with learning."""
    with lines() as show:
        stage = ""

        def listener(progress: AdaptProgress) -> None:
            nonlocal stage
            named = f"{progress.stage} {progress.round}"
            show(progress.line(), named != stage)
            stage = named

        yield listener


@contextmanager
def scans() -> Iterator[Listener]:
    """A listener that shows how far a job is with scanning."""
    if _is_terminal():
        with displayed(_screen()) as shown:
            yield shown
        return
    show, whole = _PlainLines(), 0

    def listener(progress: Progress) -> None:
        nonlocal whole
        done = progress.chunks_done == progress.chunks > whole
        if done:
            whole = progress.chunks
        if progress.chunks:
            show(progress.line(), done)

    yield listener


@contextmanager
def lines() -> Iterator[Callable[[str, bool], None]]:
    """Shows a line in the place of the last on a terminal, and one every few seconds elsewhere.

    What it gives is called with the line, and whether it is shown at all events.
    """
    if _is_terminal():
        with Live(Text("starting"), console=_screen(), auto_refresh=False) as screen:
            yield lambda line, _: screen.update(Text(line), refresh=True)
    else:
        yield _PlainLines()


def _is_terminal() -> bool:
    return sys.stderr.isatty() and not json_lines()


def _screen() -> Console:
    return Console(file=cast("IO[str]", Screen(sys.stderr)))


class _PlainLines:
    def __init__(self) -> None:
        self._last = float("-inf")

    def __call__(self, line: str, important: bool) -> None:
        if important or time.monotonic() - self._last >= PLAIN_EVERY:
            self._last = time.monotonic()
            note(line)


Step = Callable[[int, int | None], None]
"""Called with how much is done, and of how much where that is known."""


@contextmanager
def bar(what: str, quiet: bool) -> Iterator[Step]:
    """A bar on a terminal, and a plain line for each tenth elsewhere."""
    if quiet:
        yield lambda _done, _total: None
    elif not sys.stderr.isatty():
        yield _PlainBar(what)
    else:
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with ProgressBar(*columns, console=_screen(), transient=True) as shown:
            task = shown.add_task(what, total=None)
            yield lambda done, total: shown.update(task, completed=done, total=total)


class Bars:
    """A bar for each thing that is done, one after the other; closed like a file.

    Args:
        quiet: show nothing.
    """

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._open = ExitStack()
        self._what = ""
        self._step: Step = lambda _done, _total: None

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """So much of it is done; another thing than before gets a new bar."""
        if what != self._what:
            self.close()
            self._what, self._step = what, self._open.enter_context(bar(what, self._quiet))
        self._step(done, total)

    def close(self) -> None:
        """End the bar that is shown."""
        self._open.close()


class _PlainBar:
    def __init__(self, what: str) -> None:
        self._what, self._tenth = what, 0

    def __call__(self, done: int, total: int | None) -> None:
        if total and done * 10 // total > self._tenth:
            self._tenth = done * 10 // total
            note(f"{self._what} {done}/{total}")
