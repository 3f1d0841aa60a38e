"""``eyecatch demo``."""

from __future__ import annotations

from pathlib import Path

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli import progress as live
from eyecatch.jobs.cli.output import note, print_table


@click.command(epilog="Example:  eyecatch demo --out demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="The folder that is made for all of it.",
)
@click.option("--runner", type=click.Choice(["inline", "ray"]), default="ray", show_default=True)
@options.detector
@options.force
@options.quiet
def demo(out: Path, runner: str, detector: DetectorConfig | None, force: bool, quiet: bool) -> None:
    """Draw a small season, train on drawn faces, index it and ask who is where.

    Nothing is downloaded. Takes about a minute and a half on two free cores.
    """
    with live.listener(quiet) as listener:
        made = eyecatch.demo(
            out,
            runner=runner,
            detector=detector,
            force=force,
            say=lambda step: None if quiet else note(f"* {step}"),
            listener=listener,
        )
    rows = [
        {
            "episode": cell.episode,
            "character": cell.character,
            "drawn, s": cell.drawn,
            "found, s": cell.found,
            "left out, s": cell.left_out,
        }
        for cell in made.cells
    ]
    print_table(rows, list(rows[0]))
    note(
        "",
        "Drawn and found is what the story shows; left out are the opening and the cards.",
        "",
        f"episodes     {made.season.folder}",
        f"truth        {made.season.truth}",
        f"classifier   {made.bundle}",
        f"index        {made.db}",
        f"frames       {made.frames}",
        f"to watch     {made.annotated[0].parent}",
        f"at a glance  {made.grid}",
        "",
        f"Ask it:      eyecatch find {made.season.characters[0]} --db {made.db}",
    )
