"""``eyecatch render`` and ``eyecatch clips``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

import eyecatch
from eyecatch.core.text import exact_clock
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import answer, complain, note
from eyecatch.jobs.cli.progress import bar
from eyecatch.jobs.statuses import status_of

if TYPE_CHECKING:
    from eyecatch.jobs.clips.options import ClipKeywords
    from eyecatch.jobs.render.options import RenderKeywords

_ENCODER = click.option(
    "--encoder",
    type=click.Choice(["x264", "nvenc", "qsv", "videotoolbox", "auto"]),
    default="x264",
    show_default=True,
    help="What encodes; auto takes a card's where one works. See: eyecatch doctor.",
)
_QUALITY = click.option(
    "--quality",
    type=int,
    metavar="N",
    help="On the encoder's own scale, lower is better.  [default: 18 for x264]",
)
_UNSURE = click.option("--unsure", is_flag=True, help="Say the names that are unsure too.")


@click.command(epilog="Example:  eyecatch render S01E03.mkv --burn --out S01E03-named.mkv")
@click.argument("episode")
@click.option("--soft", "how", flag_value="soft", default="soft", help="A subtitle track; default.")
@click.option("--burn", "how", flag_value="burn", help="Draw into the picture, and encode it anew.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A .mkv; for --soft also .ass, for --burn also .mp4 and .mov.  [default: in annotated/]",
)
@_UNSURE
@click.option(
    "--chapters",
    is_flag=True,
    help="For --soft: chapters for openings, endings and the parts of the story.",
)
@_ENCODER
@_QUALITY
@click.option(
    "--runner",
    type=click.Choice(["inline", "ray"]),
    default="inline",
    show_default=True,
    help="For --burn: one ffmpeg on all cores, or one a CPU of a Ray cluster.",
)
@options.force
@options.db
@options.quiet
def render(
    episode: str, out: Path | None, db: str, quiet: bool, **keywords: Unpack[RenderKeywords]
) -> None:
    """Write EPISODE with a box and a name at every face, for exactly the frames it is there.

    EPISODE is a file's name, with or without its suffix, or a path to it. --soft adds a track that
    any player can switch, and touches nothing else; --burn keeps frames, times, sound and
    subtitles.
    """
    with bar("frames", quiet) as step:
        done = eyecatch.render(episode, db=db, out=out, listener=step, **keywords)
    note(f"Wrote {done}.")


@click.command(epilog="Example:  eyecatch clips Hiei Kurama --supercut both.mp4")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option(
    "--kind", metavar="KIND", help="Instead of anybody: each opening once, or ending, recap, …"
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="A file for each clip.")
@click.option(
    "--supercut", type=click.Path(path_type=Path), metavar="FILE", help="All clips in one video."
)
@click.option("--together", is_flag=True, help="Only while all of them are on screen at once.")
@click.option(
    "--pad",
    type=options.Amount(0),
    metavar="S",
    help="Seconds before and after, as far as the shot goes.  [default: 0.2]",
)
@click.option(
    "--gap",
    type=options.Amount(0),
    metavar="S",
    help="Seconds out of sight that don't end a scene.  [default: 1]",
)
@click.option(
    "--min-seconds",
    type=options.Amount(0),
    metavar="S",
    help="Leave out shorter scenes; with 0 glimpses are cut too.  [default: 1]",
)
@click.option(
    "--shortest",
    type=options.Amount(0),
    default=0.0,
    metavar="S",
    help="Leave out shorter clips, with what is before and after.",
)
@click.option(
    "--longest",
    type=options.Amount(0),
    metavar="S",
    help="Cut longer clips into equal parts.",
)
@click.option(
    "--min-confidence",
    type=options.Amount(0, 1),
    default=0.0,
    metavar="CHANCE",
    help="Least confidence, 0 to 1.",
)
@click.option("--unsure", is_flag=True, help="Also where it may be them.")
@options.with_kinds
@click.option(
    "--labels",
    type=click.Choice(["none", "soft", "burn"]),
    default="none",
    show_default=True,
    help="Boxes and names: a subtitle track, or in the picture.",
)
@click.option(
    "--fast", is_flag=True, help="Copy from keyframe to keyframe: quick, with frames to spare."
)
@_ENCODER
@_QUALITY
@options.form()
@options.force
@options.db
@options.quiet
def clips(
    names: tuple[str, ...],
    out: Path | None,
    supercut: Path | None,
    form: str,
    db: str,
    quiet: bool,
    **keywords: Unpack[ClipKeywords],
) -> None:
    """Cut out the scenes of NAME, or what is of a --kind, to the frame, with sound and subtitles.

    Of several names it is the scenes with any of them, or with --together those in which all are on
    screen at once: in the order of the show, each scene once. What is of a --kind is cut as it is,
    without --pad, --gap and --min-seconds. A folder of clips also gets manifest.json and
    manifest.csv, which say where each is from and who is in it.
    """
    with bar("clips", quiet) as step:
        done = eyecatch.clips(names, db=db, out=out, supercut=supercut, listener=step, **keywords)
    for fault in done.faults:
        complain(fault)
    columns = ("file", "episode", "characters", "start", "stop")
    rows = [clip.to_json() for clip in done.clips]
    if form == "table":
        for row, clip in zip(rows, done.clips, strict=True):
            row["start"], row["stop"] = (
                exact_clock(float(time - clip.episode.origin), 1)
                for time in (clip.start, clip.stop)
            )
    answer(form, rows, columns, "No clip was cut.")
    if done.supercut is not None:
        note(f"Wrote {done.supercut}.")
    if status := status_of(len(done.clips), len(done.faults)):
        sys.exit(status)
