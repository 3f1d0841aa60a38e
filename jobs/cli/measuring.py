"""Metrics of jobs, where somebody asked for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eyecatch.core.errors import EyecatchError
from eyecatch.jobs.cli.output import note
from eyecatch.jobs.progress import Progress
from eyecatch.jobs.statuses import NOTHING

if TYPE_CHECKING:  # the library of metrics is for those who want some
    from eyecatch.jobs.indexing.index import IndexReport
    from eyecatch.jobs.indexing.prometheus import Metrics

Work = Callable[[Sequence[str | Path]], "IndexReport"]


class Measuring:
    """Keeps metrics of job after job; a listener of each.

    Args:
        address: serve them there; None to serve none.
        file: write them to it; None to write none.

    Raises:
        RequestError: nothing can be served or written there.
    """

    def __init__(self, address: str | None, file: Path | None) -> None:
        self._metrics: Metrics | None = None
        if address or file:
            from eyecatch.jobs.indexing.prometheus import Metrics  # noqa: PLC0415 - as above

            self._metrics = Metrics(file)
            if address:
                note(f"Metrics are on port {self._metrics.serve(address)}.")

    def __call__(self, progress: Progress) -> None:
        """Take over how far a job is."""
        if self._metrics is not None:
            self._metrics(progress)

    def of(self, work: Work, files: Sequence[str | Path]) -> IndexReport:
        """Do a job, and keep when it ended and with which status."""
        if self._metrics is None:
            return work(files)
        self._metrics.begun()
        try:
            report = work(files)
        except EyecatchError:
            self._metrics.ended(NOTHING)
            raise
        self._metrics.ended(report.status)
        return report
