"""``eyecatch forget``: what is in the index no more."""

from __future__ import annotations

import click

import eyecatch
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note


@click.command(epilog="Example:  eyecatch forget S01E03 --db season1.db")
@click.argument("what", metavar="EPISODE|NAME")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@options.db
def forget(what: str, dry_run: bool, db: str) -> None:
    """Take EPISODE out of the index, or the character NAME off all its faces.

    An episode goes with all that was found in it and said of it; its file stays, and is scanned
    again when it is indexed again. A character's faces wait for a name again, and models call
    nobody so until you do; eyecatch undo takes that back.
    """
    gone = eyecatch.forget(what, db=db, dry_run=dry_run)
    if gone.kind == "character":
        faces = "1 face waits" if gone.faces == 1 else f"{gone.faces} faces wait"
        note(f"{'Would forget' if dry_run else 'Forgot'} {gone.name}: {faces} for a name again.")
        return
    faces = "1 face" if gone.faces == 1 else f"{gone.faces} faces"
    said = f", and what people said {gone.said} times" if gone.said else ""
    said = ", and the one thing that people said" if gone.said == 1 else said
    note(f"{'Would forget' if dry_run else 'Forgot'} {gone.name}: {faces}{said}.")
