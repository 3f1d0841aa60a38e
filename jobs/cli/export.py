"""``eyecatch export frames``, ``appearances``, ``segments``, ``dataset``, ``sheet``, ``bundle``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

import eyecatch
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note
from eyecatch.jobs.cli.progress import bar
from eyecatch.jobs.cli.streams import answering
from eyecatch.jobs.export.character_crops import CROPS, LEAST_SIDE, MOST_SIDE
from eyecatch.jobs.export.formats import formats_of
from eyecatch.jobs.export.options import (
    ENLARGE,
    EVERY,
    MAX,
    RESOLUTION,
    SHEETS,
    AppearanceKeywords,
    BundleKeywords,
    DatasetKeywords,
    ExportKeywords,
    SegmentKeywords,
    SheetKeywords,
)
from eyecatch.jobs.statuses import status_of

if TYPE_CHECKING:  # the job loads when it runs
    from eyecatch.jobs.export.exporting import Exported

_EPISODES = click.argument("episodes", nargs=-1, metavar="[EPISODE...]")
_CHARACTERS = click.option(
    "--character",
    "characters",
    multiple=True,
    metavar="NAME",
    help="Only this character; may be given several times.",
)
_BESIDE = click.option(
    "--beside",
    is_flag=True,
    help="Write each file beside its episode, called like it, where players look for it.",
)
_UNSURE = click.option("--unsure", is_flag=True, help="Also where it may be them.")


def _out(what: str, required: bool = False) -> options.Decorator:
    return click.option(
        "--out", type=click.Path(path_type=Path), metavar="PATH", required=required, help=what
    )


def _form(what: str) -> options.Decorator:
    names = [one.name for one in formats_of(what)]
    return click.option(
        "--format",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="What is written; see below.",
    )


class _Export(click.Command):
    """A command whose help lists the formats of what it exports."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Formats"):
            formatter.write_dl([(one.name, one.help) for one in formats_of(self.name or "")])


@click.group(epilog="Example:  eyecatch export frames --format csv > frames.csv")
def export() -> None:
    """Write rows of the index for other programs.

    EPISODE is a file's name, with or without its suffix, or a path to it; without one, all are
    exported. docs/exports.md describes every format.
    """


@export.command(
    cls=_Export,
    epilog="Example:  eyecatch export frames S01E01.mkv --format parquet --out e01.parquet",
)
@_EPISODES
@_form("frames")
@_CHARACTERS
@_UNSURE
@_out("The file.  [default: standard output]")
@options.force
@options.db
def frames(db: str, out: Path | None, **keywords: Unpack[ExportKeywords]) -> None:
    """Every face of every frame: where it is and whose.

    A face whose name is not sure has none; --unsure gives it the likeliest one. JSON and Parquet
    list the names it may have.
    """
    with answering():
        done = eyecatch.export("frames", db=db, out=out, **keywords)
    _report(done, "No faces found.")


@export.command(
    cls=_Export,
    epilog="Example:  eyecatch export appearances --format nfo --beside",
)
@_EPISODES
@_form("appearances")
@_CHARACTERS
@_UNSURE
@click.option(
    "--join",
    type=options.Amount(0),
    default=0.0,
    metavar="SECONDS",
    help="Appearances of a character no further apart than this are one.",
)
@options.min_seconds
@options.with_kinds
@_out("The file, or a folder for a file an episode.  [default: standard output]")
@_BESIDE
@click.option(
    "--thumbs",
    metavar="WHERE",
    help="For nfo: folder or URL by which the player sees the pictures in .actors, if not by "
    "their path here; `none` writes no pictures.",
)
@options.force
@options.db
def appearances(db: str, out: Path | None, **keywords: Unpack[AppearanceKeywords]) -> None:
    """Who is on screen from when to when.

    CSV, JSON and Parquet hold all episodes in one file; the others have a file for each. Only
    story counts: openings, endings, eyecatches, recaps and previews do with --with. An NFO that is
    there is added to, and keeps all that is in it.
    """
    with answering():
        done = eyecatch.export("appearances", db=db, out=out, **keywords)
    _report(done, "Nobody known was found there.")


@export.command(
    cls=_Export, epilog="Example:  eyecatch export segments --format kodi --out /media/season"
)
@_EPISODES
@_form("segments")
@_out("The file, or a folder for a file an episode.  [default: standard output]")
@_BESIDE
@options.force
@options.db
def segments(db: str, out: Path | None, **keywords: Unpack[SegmentKeywords]) -> None:
    """Openings, endings, eyecatches, recaps, previews and reused shots.

    CSV, JSON and Parquet hold all episodes in one file; the others have a file for each. Chapters
    name the parts of the story too; what players pass over are openings, endings, recaps and
    previews.
    """
    with answering():
        done = eyecatch.export("segments", db=db, out=out, **keywords)
    _report(done, "No segment was found there.")


@export.command(
    cls=_Export, epilog="Example:  eyecatch export dataset --format yolo --out yuyu-yolo"
)
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
    help="For coco and yolo: a picture of every N-th drawing; held frames are no new drawings.",
)
@click.option(
    "--crop",
    "crops",
    multiple=True,
    type=click.Choice(CROPS),
    default=CROPS,
    help="For kohya: the whole picture, its full height round a character, a bust, a head; may be "
    "given several times.  [default: all]",
)
@click.option(
    "--max",
    type=click.IntRange(1),
    default=MAX,
    show_default=True,
    metavar="N",
    help="For kohya: pictures of a character, the sharpest ones, of all episodes alike.",
)
@click.option(
    "--resolution",
    type=click.IntRange(LEAST_SIDE, MOST_SIDE),
    default=RESOLUTION,
    show_default=True,
    metavar="PIXELS",
    help="For kohya: side of the square that is learned on; no picture has more pixels.",
)
@click.option(
    "--enlarge",
    type=options.Amount(0, min_open=True),
    default=ENLARGE,
    show_default=True,
    metavar="TIMES",
    help="For kohya: what would have to be enlarged further is smaller, or left out.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1),
    metavar="N",
    help="For kohya: the N of each folder.  [default: such that characters are shown alike]",
)
@_out("The folder to make.", required=True)
@options.force
@options.db
@options.quiet
def dataset(db: str, out: Path, quiet: bool, **keywords: Unpack[DatasetKeywords]) -> None:
    """Pictures with boxes and names, or crops by character, to train with elsewhere.

    COCO and YOLO pictures are frames of the video with a face on them; with --character, with one
    of theirs. Faces without a name are of the class "unknown". Crops are the best ones that the
    index keeps of each track, in folders as `eyecatch train` takes them. Kohya is for LoRA
    trainings: folders N_name of pictures with captions, each drawing once.
    """
    with bar("pictures", quiet) as step:
        done = eyecatch.export("dataset", db=db, out=out, listener=step, **keywords)
    _report(done)


@export.command(cls=_Export, epilog="Example:  eyecatch export sheet --of season --out season.png")
@_EPISODES
@click.option(
    "--of",
    type=click.Choice(SHEETS),
    default=SHEETS[0],
    show_default=True,
    help="A grid of characters and episodes, a timeline of each episode, or each one's faces.",
)
@options.min_seconds
@options.with_kinds
@_form("sheet")
@_CHARACTERS
@_UNSURE
@_out("The file, or a folder for several.", required=True)
@options.force
@options.db
def sheet(db: str, out: Path, **keywords: Unpack[SheetKeywords]) -> None:
    """Draw the season's screen times, an episode's timeline, or a character's faces."""
    default, *others = formats_of("sheet")
    if keywords["format"] == default.name:  # a file's name says it too
        ends = {one.suffix: one.name for one in others}
        keywords["format"] = ends.get(out.suffix.lower(), default.name)
    _report(eyecatch.export("sheet", db=db, out=out, **keywords))


@export.command(epilog="Example:  eyecatch export bundle --db season1.db --out season1.bundle")
@click.option("--series", metavar="NAME", help="Only the people of this show.  [default: all]")
@_out("The bundle to make.", required=True)
@options.force
@options.db
def bundle(db: str, out: Path, **keywords: Unpack[BundleKeywords]) -> None:
    """A bundle of everybody whom people named, without training.

    `eyecatch index`, `identify` and `evaluate` take it, and `enrol` adds to it. Only faces that a
    person named count, not those that names followed to; faces that are nobody tell it whom not to
    name.
    """
    done = eyecatch.export("bundle", db=db, out=out, **keywords)
    people = "1 character" if done.rows == 1 else f"{done.rows} characters"
    note(f"Wrote {out}: {people}.")


def _report(done: Exported, empty: str = "") -> None:
    """Say what was written; ``empty`` where that is nothing."""
    if not done.rows:
        note(empty)
    elif len(done.files) == 1:
        note(f"Wrote {done.files[0]}.")
    elif done.files:
        folders = {file.parent for file in done.files}
        where = f"to {folders.pop()}" if len(folders) == 1 else f"to {len(folders)} folders"
        note(f"Wrote {len(done.files)} files {where}.")
    if done.left:
        sys.exit(status_of(len(done.files), len(done.left)))
