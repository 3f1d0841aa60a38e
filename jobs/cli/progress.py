"""Progress as one live line on a terminal, and as plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from eyecatch.jobs.cli import output
from eyecatch.jobs.cli.output import note
from eyecatch.jobs.progress import Listener, Progress, silent

# Seconds between plain lines: a night's log stays readable.
PLAIN_EVERY = 10.0


@contextmanager
def listener(quiet: bool) -> Iterator[Listener]:
    """A listener that shows progress on standard error for as long as the block runs."""
    if quiet:
        yield silent
    elif sys.stderr.isatty() and output.say is output.say_plainly:
        with Live(Text("starting"), console=Console(stderr=True), auto_refresh=False) as screen:
            yield lambda progress: screen.update(Text(progress.line()), refresh=True)
    else:
        yield _Plain()


class _Plain:
    def __init__(self) -> None:
        self._last = float("-inf")

    def __call__(self, progress: Progress) -> None:
        finished = progress.chunks_done == progress.chunks
        if finished or time.monotonic() - self._last >= PLAIN_EVERY:
            self._last = time.monotonic()
            note(progress.line())
