"""``eyecatch index``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import eyecatch
from eyecatch.jobs.cli import live, options
from eyecatch.jobs.cli.output import note
from eyecatch.jobs.progress import Progress, clock


@click.command(epilog="Example:  eyecatch index season1/ --model yuyu.bundle --db season1.db")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="BUNDLE",
    help="The classifier that names the faces; repeatable. Without one they stay unnamed.",
)
@options.detector
@options.cascade
@options.runner
@click.option(
    "--render",
    type=click.Choice(["soft", "burn"]),
    help="Also write each episode, with boxes and names, to the folder annotated.",
)
@click.option("--series", metavar="NAME", help="The show that the episodes belong to.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed before.")
@click.option("--profile", is_flag=True, help="Say at the end where the time went.")
@options.db
@options.quiet
def index(
    paths: tuple[Path, ...],
    models: tuple[Path, ...],
    detector: str | None,
    cascade: Path | None,
    runner: str | None,
    render: str | None,
    series: str | None,
    retry_failed: bool,
    profile: bool,
    db: str,
    quiet: bool,
) -> None:
    """Index episodes: files and folders of videos.

    Run it again and it does only what is missing: new files, chunks that were not finished,
    episodes that another --detector or --model has made stale. Bad files are told and stop nothing
    else. Several --model judge together; for an episode of --series its own is preferred.
    """
    with live.listener(quiet) as listener:
        report = eyecatch.index(
            paths,
            db=db,
            model=models or None,
            detector=options.detector_config(detector, cascade),
            runner=runner,
            render=render,
            series=series,
            retry_failed=retry_failed,
            listener=listener,
        )
    for fault in report.faults:
        note(f"eyecatch: {fault}")
    note(_summary(report.progress, len(report.episodes)))
    if profile:
        note(_profile(report.progress))
    if report.faults:
        sys.exit(1)


def _summary(progress: Progress, episodes: int) -> str:
    if not progress.chunks:
        return f"Nothing to scan: {episodes} episodes are up to date."
    return (
        f"Indexed {progress.frames} frames of {progress.episodes} episodes in "
        f"{clock(progress.elapsed)} ({progress.speed:.1f} x real time), {progress.faces} faces."
    )


def _profile(progress: Progress) -> str:
    """A line a stage, the longest first."""
    total = sum(progress.stages.values())
    lines = [f"{'stage':10}{'seconds':>9}{'share':>8}{'ms a frame':>12}"]
    lines += [
        f"{stage:10}{seconds:9.2f}{seconds / total:8.1%}{_each(seconds, progress.frames):>12}"
        for stage, seconds in sorted(progress.stages.items(), key=lambda item: -item[1])
    ]
    return "\n".join(lines)


def _each(seconds: float, frames: int) -> str:
    return f"{1000 * seconds / frames:.3f}" if frames else "-"
