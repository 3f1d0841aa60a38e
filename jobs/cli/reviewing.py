"""``eyecatch review``."""

from __future__ import annotations

import click

import eyecatch
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note


@click.command(epilog="Example:  eyecatch review --db season1.db")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any but this machine's own asks visitors for a token.",
)
@click.option("--token", help="That token.  [default: one is made up]")
@options.db
def review(port: int, host: str, token: str | None, db: str) -> None:
    """The web page: name the faces nobody named, see who is where, watch with boxes.

    It listens on this machine alone, needs nothing from outside, and stops with Ctrl-C.
    """
    eyecatch.review(
        db=db,
        port=port,
        host=host,
        token=token,
        say=lambda address: note(f"Open {address} in a browser; Ctrl-C stops it."),
    )
