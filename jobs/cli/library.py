"""``eyecatch episode`` and ``forget``: what is in the index, and under which name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import click

import eyecatch
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note

if TYPE_CHECKING:
    from eyecatch.jobs.episode_naming import SaidOfEpisode


class _Season(click.IntRange):
    """A season, or an empty text for none."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 - as above
        """The number; a usage error where it is none."""
        return value if value == "" else super().convert(value, param, ctx)


@click.command(epilog="Example:  eyecatch episode 'Show - 03v2' --season 2 --number 3")
@click.argument("episode")
@click.option("--series", help="The show.")
@click.option("--season", type=_Season(0, 99), help="0 is where players put specials.")
@click.option("--number", metavar="NUMBER", help="3, 12.5, or 1-2 of a file with several.")
@click.option("--title", help="Of this episode.")
@click.option("--special", metavar="KIND", help="What it is if no story: OVA, NCOP.")
@options.db
def episode(episode: str, db: str, **said: Unpack[SaidOfEpisode]) -> None:
    """Say what EPISODE is called, where its file's name was read wrongly.

    What is not given stays; '' takes it away. No file is renamed, and nothing that is read of a
    file's name later changes what you said. With another --series its faces are compared with those
    of that show.
    """
    now = eyecatch.episode(episode, db=db, **said)
    name = now.named
    parts = [name.series, name.label, name.title and f"“{name.title}”"]
    told = " ".join(part for part in parts if part)
    note(f"{now.name} is {told}." if told else f"{now.name} has no name but its file's.")


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
