"""``eyecatch index``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.text import clock
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli import progress as live
from eyecatch.jobs.cli.output import note
from eyecatch.jobs.progress import Listener, Progress, shares, together
from eyecatch.jobs.ray_options import RayOptions

if TYPE_CHECKING:  # the job loads when it runs
    from eyecatch.jobs.indexing.index import IndexReport


@click.command(epilog="Example:  eyecatch index season1/ --model yuyu.bundle --db season1.db")
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--model",
    "models",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="BUNDLE",
    help="The classifier that names the faces; repeatable. Without one they stay unnamed.",
)
@options.detector
@options.runner
@options.ray_address
@options.gpus
@click.option(
    "--render",
    type=click.Choice(["soft", "burn"]),
    help="Also write each episode, with boxes and names, to the folder annotated.",
)
@click.option("--series", metavar="NAME", help="The show that the episodes belong to.")
@options.trust("as before, balanced at first")
@click.option(
    "--adapt", is_flag=True, help="Learn each series first, once: see eyecatch adapt --help."
)
@click.option("--adapt-again", is_flag=True, help="Learn each series first, whatever was learned.")
@click.option(
    "--rescan", is_flag=True, help="Also scan again what an earlier version's detector scanned."
)
@click.option(
    "--segments",
    is_flag=True,
    help="Also look again for openings, recaps and the like, in earlier indexes too.",
)
@click.option("--retry-failed", is_flag=True, help="Try again what failed before.")
@click.option("--profile", is_flag=True, help="Say at the end where the time went, by stage.")
@click.option(
    "--watch", is_flag=True, help="Go on: index new files of the folders as they become complete."
)
@click.option(
    "--settle",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="With --watch: how long a file must not change to be complete.",
)
@click.option(
    "--metrics", metavar="[HOST:]PORT", help="Serve Prometheus metrics there while it runs."
)
@options.db
@options.quiet
def index(
    paths: tuple[str, ...],
    models: tuple[Path, ...],
    detector: DetectorConfig | None,
    runner: str | None,
    ray_address: str | None,
    gpus: float | None,
    render: str | None,
    series: str | None,
    trust: str | None,
    adapt: bool,
    adapt_again: bool,
    rescan: bool,
    segments: bool,
    retry_failed: bool,
    profile: bool,
    watch: bool,
    settle: float,
    metrics: str | None,
    db: str,
    quiet: bool,
) -> None:
    """Index episodes: files and folders of videos, here or at URLs (s3://bucket/season/*.mkv).

    Run it again and it does only what is missing: new files, chunks that were not finished,
    episodes that another --detector or --model has made stale. Bad files are reported and stop
    nothing else. Several --model decide together; for an episode of --series its own is preferred.
    """
    listeners = [_metrics(metrics)] if metrics else []

    def once(files: Sequence[str | Path]) -> bool:
        with live.listeners(quiet) as (shown, adapting):
            report = eyecatch.index(
                files,
                db=db,
                model=models or None,
                detector=detector,
                runner=runner,
                ray=RayOptions(ray_address, gpus),
                render=render,
                series=series,
                trust=trust,
                adapt=adapt,
                adapt_again=adapt_again and not learned,
                on_adapt=adapting,
                rescan=rescan,
                segments=segments,
                retry_failed=retry_failed,
                listener=together(shown, *listeners),
            )
        learned.append(True)
        return _print_report(report, profile)

    learned: list[bool] = []  # with --watch, once is enough
    if not watch:
        if not once(paths):
            sys.exit(1)
        return
    note("Watching; Ctrl-C ends it.")
    for files in _completed(paths, settle):
        once(files)


def _completed(paths: Sequence[str], settle: float) -> Iterator[Sequence[Path]]:
    from eyecatch.jobs.indexing.watch import completed  # noqa: PLC0415 - its library is for those who watch

    yield from completed(paths, settle)


def _metrics(address: str) -> Listener:
    from eyecatch.jobs.indexing.prometheus import Metrics  # noqa: PLC0415 - as above

    made = Metrics()
    note(f"Metrics are on port {made.serve(address)}.")
    return made


def _print_report(report: IndexReport, profile: bool) -> bool:
    """Say what was done; returns whether all of it went well."""
    for fault in report.faults:
        note(f"eyecatch: {fault}")
    for line in report.notes:
        note(line)
    if report.made:
        some = "1 file is" if len(report.made) == 1 else f"{len(report.made)} files are"
        note(f"{some} left out that eyecatch wrote, such as {report.made[0]}: name it to index it.")
    if report.episodes or not report.faults:
        note(_summary(report.progress, len(report.episodes)))
    if profile and report.progress.stages:
        note(*_profile(report.progress))
    elif report.progress.stages:
        note(shares(report.progress.stages))
    return not report.faults


def _summary(progress: Progress, episodes: int) -> str:
    if not progress.chunks:
        done = "1 episode is" if episodes == 1 else f"{episodes} episodes are"
        return f"Nothing to scan: {done} up to date."
    whole = "1 episode" if progress.episodes == 1 else f"{progress.episodes} episodes"
    return (
        f"Indexed {progress.frames} frames of {whole} in "
        f"{clock(progress.elapsed)} ({progress.speed:.1f} x real time), {progress.faces} faces."
    )


def _profile(progress: Progress) -> list[str]:
    """A line a stage, the longest first."""
    total = sum(progress.stages.values())
    lines = [f"{'stage':10}{'seconds':>9}{'share':>8}{'ms a frame':>12}"]
    lines += [
        f"{stage:10}{seconds:9.2f}{seconds / total:8.1%}{_each(seconds, progress.frames):>12}"
        for stage, seconds in sorted(progress.stages.items(), key=lambda item: -item[1])
    ]
    return lines


def _each(seconds: float, frames: int) -> str:
    return f"{1000 * seconds / frames:.3f}" if frames else "-"
