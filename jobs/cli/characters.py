"""``eyecatch rename`` and ``alias``."""

from __future__ import annotations

import click

import eyecatch
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note


@click.command(epilog="Example:  eyecatch rename Velma 'Velma Dinkley'")
@click.argument("character", metavar="NAME")
@click.argument("name", metavar="NEW_NAME")
@options.db
def rename(character: str, name: str, db: str) -> None:
    """Give the character NAME another one, in every episode.

    It is found by the name it had too, and a model that says that means this character. Two that
    are one person are put together by: eyecatch merge.
    """
    done = eyecatch.rename(character, name, db=db)
    note(f"{done.message[0].upper()}{done.message[1:]}.")


@click.command(epilog="Example:  eyecatch alias Hiei Jaganshi 飛影")
@click.argument("character", metavar="NAME")
@click.argument("names", nargs=-1, metavar="[OTHER_NAME...]")
@click.option("--remove", is_flag=True, help="It is not called so.")
@options.db
def alias(character: str, names: tuple[str, ...], remove: bool, db: str) -> None:
    """Let the character NAME be found by other names too; tells all that it has.

    A model that says one of them means this character. To remove the name of one that was merged
    into it parts the two again.
    """
    if remove and not names:
        raise click.UsageError("give the name that is to go")
    before = eyecatch.alias(character, db=db)
    known = eyecatch.alias(character, *names, remove=remove, db=db)
    if names and known == before:
        note("Nothing is new.")
    note(f"{character} is also called {', '.join(known)}." if known else "No other name is known.")
