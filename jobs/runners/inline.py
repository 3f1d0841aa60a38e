"""Everything in this process, one chunk after another: for tests and a single short file."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from eyecatch.jobs.pipeline import IdentifyStage, Outcome, ScanStage, Task, Work


class InlineRunner:
    """Runs the stages in this process, without Ray."""

    def run(self, tasks: Sequence[Task], work: Work) -> Generator[Outcome]:
        """Scan and identify chunk by chunk, in the order of ``tasks``."""
        scan, identify = ScanStage(work), IdentifyStage(work)
        for task in tasks:
            yield from identify([scan(task)])
