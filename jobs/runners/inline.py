"""Everything in this process, one chunk after another: for tests and a single short file."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from eyecatch.jobs.runners.stages import Begin, IdentifyStage, Outcome, ScanStage, Task, Work


class InlineRunner:
    """Runs the stages in this process, without Ray."""

    wave = 1  # an episode: several jobs of one index then share its episodes out

    def __init__(self) -> None:
        self._stages: tuple[Work, ScanStage, IdentifyStage] | None = None

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:
        """Scan and identify chunk by chunk, in the order of ``tasks``."""
        if self._stages is None or self._stages[0] is not work:
            self._stages = work, ScanStage(work), IdentifyStage(work)
        _, scan, identify = self._stages
        for task in tasks:
            begin(task)
            for outcome in identify([scan(task)]):
                yield replace(outcome, tries=0)
