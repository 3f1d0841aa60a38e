"""What ``eyecatch index`` says at its end: what was done, what is wrong, and what comes next."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import eyecatch
from eyecatch.core.text import clock
from eyecatch.jobs.cli.output import complain, note
from eyecatch.jobs.progress import Progress, shares

if TYPE_CHECKING:  # the job loads when it runs
    from eyecatch.jobs.indexing.index import IndexReport


def say_report(report: IndexReport, *, profile: bool) -> None:
    """Say what was done, and where its time went if that is asked for."""
    for problem in report.problems:
        complain(problem.sentence, problem.ids())
    for line in report.notes:
        note(line)
    if report.made:
        some = "1 file is" if len(report.made) == 1 else f"{len(report.made)} files are"
        note(f"{some} left out that eyecatch wrote, such as {report.made[0]}: name it to index it.")
    if report.episodes or not report.problems:
        note(_summary(report))
    if report.rendered:
        note(_rendered(report.rendered))
    if profile and report.progress.stages:
        note(*_profile(report.progress))


def say_what_next(db: str) -> None:
    """Say what can be done with an index now: give names, or ask."""
    known = eyecatch.characters(db=db)
    if known:
        note(f"Ask who is where:  eyecatch find {shlex.quote(known[0].name)}")
    else:
        note("Nobody has a name yet. Name the faces:  eyecatch review")


def _summary(report: IndexReport) -> str:
    progress = report.progress
    if not progress.chunks:
        count = len(report.episodes)
        done = "1 episode is" if count == 1 else f"{count} episodes are"
        return f"Nothing to scan: {done} up to date."
    whole = "1 episode" if progress.episodes == 1 else f"{progress.episodes} episodes"
    return (
        f"Indexed {whole} ({clock(progress.video_seconds_done)}) in {clock(progress.elapsed)}, "
        f"{progress.speed:.1f} x real time: {progress.faces:,} faces in {progress.frames:,} frames."
    )


def _rendered(files: tuple[Path, ...]) -> str:
    if len(files) == 1:
        return f"Wrote {files[0]}, with a box and a name at every face."
    return f"Wrote {len(files)} episodes with boxes and names to {files[0].parent}/."


def _profile(progress: Progress) -> list[str]:
    """A line a stage, the longest first, and what limits."""
    total = sum(progress.stages.values())
    lines = [f"{'stage':10}{'seconds':>9}{'share':>8}{'ms a frame':>12}"]
    lines += [
        f"{stage:10}{seconds:9.2f}{seconds / total:8.1%}{_each(seconds, progress.frames):>12}"
        for stage, seconds in sorted(progress.stages.items(), key=lambda item: -item[1])
    ]
    return [*lines, shares(progress.stages)]


def _each(seconds: float, frames: int) -> str:
    return f"{1000 * seconds / frames:.3f}" if frames else "-"
