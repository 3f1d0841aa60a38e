"""``eyecatch segments`` and ``eyecatch segment``."""

from __future__ import annotations

import click

import eyecatch
from eyecatch.core.text import exact_clock
from eyecatch.jobs import rows as shapes
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.episode_column import shorten
from eyecatch.jobs.cli.output import answer, note


@click.command(epilog="Example:  eyecatch segments S01E03 --json")
@click.argument("episode", required=False)
@click.option("--series", help="Only of episodes of this show.")
@options.form()
@options.db
def segments(episode: str | None, series: str | None, form: str, db: str) -> None:
    """What is no story, or shown elsewhere too: openings, endings, eyecatches, recaps, previews.

    Of EPISODE, such as S01E03, a file's name or a path to it, or of all. Shots that are
    reused are listed too, though they are story. A table's times are those that players show, which
    eyecatch segment takes; JSON and CSV have those of the video's own clock, in seconds.
    """
    found = eyecatch.segments(episode, db=db, series=series)
    rows = [shapes.segment_row(one) for one in found]
    columns = ["episode", "kind", "start", "stop", "start_frame", "stop_frame", "confidence", "by"]
    if form == "table":
        shorten(rows, [one.episode for one in found])
        for one, row in zip(found, rows, strict=True):
            row |= {"start": exact_clock(float(one.start)), "stop": exact_clock(float(one.stop))}
            row["confidence"] = f"{row['confidence']:.0%}"
    of = episode or "any episode"
    empty = f"No segment is known of {of}: eyecatch index finds what episodes of a show share."
    answer(form, rows, columns, empty)


@click.command(epilog="Example:  eyecatch segment S01E03 1:02 2:32.5 opening")
@click.argument("episode")
@click.argument("start")
@click.argument("stop")
@click.argument("kind")
@click.option("--only-here", is_flag=True, help="Of this episode alone.")
@options.db
def segment(episode: str, start: str, stop: str, kind: str, only_here: bool, db: str) -> None:
    """Set what EPISODE is from START to STOP, in all episodes that share it.

    KIND is opening, ending, eyecatch, recap, preview or reused; or story: there is no segment.
    Times are those that players show: 90.5, 1:30.5 or 1:02:03. What lies there already takes the
    kind, and its ends move, in other episodes by the same time. No later search changes it;
    eyecatch undo does.
    """
    done = eyecatch.segment(episode, start, stop, kind, db=db, only_here=only_here)
    note(f"{done.message[0].upper()}{done.message[1:]}.")
