"""``eyecatch index``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli import progress as live
from eyecatch.jobs.cli.index_report import say_report, say_what_next
from eyecatch.jobs.cli.measuring import Measuring
from eyecatch.jobs.cli.output import json_lines, note
from eyecatch.jobs.progress import together
from eyecatch.jobs.ray_options import RayOptions
from eyecatch.jobs.statuses import NOTHING

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
    type=options.Amount(0),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="With --watch: how long a file must not change to be complete.",
)
@click.option(
    "--metrics", metavar="[HOST:]PORT", help="Serve Prometheus metrics there while it runs."
)
@click.option(
    "--metrics-file",
    type=click.Path(path_type=Path),
    metavar="FILE.prom",
    help="Write them to a file, as node_exporter collects them.",
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
    metrics_file: Path | None,
    db: str,
    quiet: bool,
) -> None:
    """Index episodes: files and folders of videos, here or at URLs (s3://bucket/season/*.mkv).

    Run it again and it does only what is missing: new files, chunks that were not finished,
    episodes that another --detector or --model has made stale. Several --model decide together; for
    an episode of --series its own is preferred. Bad files are reported and stop nothing else.

    The status is 0 when all is done, 3 when some files could not be, 1 when nothing could, and 2
    where the command can't be understood.
    """
    measuring = Measuring(metrics, metrics_file)

    def work(files: Sequence[str | Path]) -> IndexReport:
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
                listener=together(shown, measuring),
            )
        learned.append(True)
        return report

    def once(files: Sequence[str | Path]) -> IndexReport:
        report = measuring.of(work, files)
        say_report(report, profile=profile)
        return report

    learned: list[bool] = []  # with --watch, once is enough
    if not watch:
        report = once(paths)
        if report.status != NOTHING and not (quiet or json_lines()):
            say_what_next(db)
        if report.status:
            sys.exit(report.status)
        return
    note("Watching; Ctrl-C ends it.")
    for files in _completed(paths, settle):
        once(files)


def _completed(paths: Sequence[str], settle: float) -> Iterator[Sequence[Path]]:
    from eyecatch.jobs.indexing.watch import completed  # noqa: PLC0415 - its library is for those who watch

    yield from completed(paths, settle)
