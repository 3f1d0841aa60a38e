"""``eyecatch export frames``, ``appearances``, ``dataset`` and ``sheet``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note
from eyecatch.jobs.cli.progress import bar
from eyecatch.jobs.export.formats import EVERY, OFFERED, SHEETS

_EPISODES = click.argument("episodes", nargs=-1, metavar="[EPISODE...]")
_CHARACTERS = click.option(
    "--character",
    "characters",
    multiple=True,
    metavar="NAME",
    help="Only this character; may be given several times.",
)
_UNSURE = click.option("--unsure", is_flag=True, help="Also where it may be them.")


def _out(what: str, required: bool = False) -> options.Decorator:
    return click.option(
        "--out", type=click.Path(path_type=Path), metavar="PATH", required=required, help=what
    )


def _form(what: str) -> options.Decorator:
    forms = OFFERED[what]
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help="What is written.",
    )


@click.group(epilog="Example:  eyecatch export frames --format csv > frames.csv")
def export() -> None:
    """Write rows of the index for other programs.

    EPISODE is a file's name, with or without its suffix, or a path to it; without one, all are
    exported. docs/exports.md describes every format.
    """


@export.command(
    epilog="Example:  eyecatch export frames S01E01.mkv --format parquet --out e01.parquet"
)
@_EPISODES
@_form("frames")
@_CHARACTERS
@_UNSURE
@_out("The file.  [default: standard output]")
@options.force
@options.db
def frames(**wishes: Any) -> None:  # noqa: ANN401 - click's values, passed on by name
    """Every face of every frame: where it is and whose.

    A face whose name is not sure has none; --unsure gives it the likeliest one. JSON and Parquet
    list the names it may have.
    """
    _export("frames", "No faces found.", wishes)


@export.command(epilog="Example:  eyecatch export appearances S01E01 --format edl --out S01E01.edl")
@_EPISODES
@_form("appearances")
@_CHARACTERS
@_UNSURE
@click.option(
    "--join",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="Appearances of a character no further apart than this are one.",
)
@_out("The file, or a folder for a file an episode.  [default: standard output]")
@options.force
@options.db
def appearances(**wishes: Any) -> None:  # noqa: ANN401
    """Who is on screen from when to when.

    CSV, JSON and Parquet hold all episodes in one file. The others have a file for each: subtitles
    (vtt, ass), chapters (ffmetadata; chapters, which is Matroska's), cut lists for editors (edl,
    otio), actors for Kodi and Jellyfin (nfo), and an X-Ray-like sidecar for players (xray).
    """
    _export("appearances", "Nobody known was found there.", wishes)


@export.command(epilog="Example:  eyecatch export dataset --format yolo --out yuyu-yolo")
@_EPISODES
@_form("dataset")
@_CHARACTERS
@_UNSURE
@click.option(
    "--every",
    type=click.IntRange(1),
    default=EVERY,
    show_default=True,
    metavar="N",
    help="A picture of every N-th drawing; held frames are no new drawings.",
)
@_out("The folder to make.", required=True)
@options.force
@options.db
@options.quiet
def dataset(quiet: bool, **wishes: Any) -> None:  # noqa: ANN401
    """Pictures with boxes and names, or crops by character, to train with elsewhere.

    COCO and YOLO pictures are frames of the video with a face on them; with --character, with one
    of theirs. Faces without a name are of the class "unknown". Crops are the best ones that the
    index keeps of each track, in folders as `eyecatch train` takes them.
    """
    with bar("pictures", quiet) as step:
        wishes["listener"] = step
        _export("dataset", "", wishes)


@export.command(epilog="Example:  eyecatch export sheet --of season --out season.png")
@_EPISODES
@click.option(
    "--of",
    "sheet",
    type=click.Choice(SHEETS),
    default=SHEETS[0],
    show_default=True,
    help="A grid of characters and episodes, a timeline of each episode, or each one's faces.",
)
@_form("sheet")
@_CHARACTERS
@_UNSURE
@_out("The file, or a folder for several.", required=True)
@options.force
@options.db
def sheet(**wishes: Any) -> None:  # noqa: ANN401
    """Draw the season's screen times, an episode's timeline, or a character's faces."""
    if wishes["out"].suffix.lower() == ".svg":
        wishes["form"] = "svg"
    _export("sheet", "", wishes)


def _export(what: str, empty: str, wishes: dict[str, Any]) -> None:
    try:
        done = eyecatch.export(what, **wishes)
    except OSError as error:
        # Only of standard output; else Python would complain again at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # who reads has seen enough, as `head` does
            sys.exit(141)  # what a shell says of a program that ended so: 128 + SIGPIPE
        problem = f"standard output can't be written ({error.strerror})"
        raise RequestError(problem, "make room, or name a file with --out") from error
    if not done.rows:
        note(empty)
    elif len(done.files) == 1:
        note(f"Wrote {done.files[0]}.")
    elif done.files:
        note(f"Wrote {len(done.files)} files to {done.files[0].parent}.")
