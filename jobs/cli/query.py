"""``eyecatch find``, ``episodes``, ``characters`` and ``status``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

import click

import eyecatch
from eyecatch.core.identity.trust import BALANCED
from eyecatch.core.text import clock, visible
from eyecatch.jobs import rows as shapes
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.episode_column import shorten
from eyecatch.jobs.cli.left_out import (
    glimpses_said,
    places,
    remedy,
    say_glimpses,
    say_left_out,
    too_short_said,
)
from eyecatch.jobs.cli.output import answer, print_json, print_text
from eyecatch.jobs.progress import shares

if TYPE_CHECKING:
    from eyecatch.jobs.queries import CountedListKeywords, FindKeywords, ListKeywords

EMPTY = "The index has no episodes; fill it with: eyecatch index PATH."

NOBODY = "Nobody has a name yet; name the faces: eyecatch review. Or index with --model BUNDLE."


@click.command(epilog="Example:  eyecatch find Hiei Kurama --together --min-seconds 5")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--together", is_flag=True, help="Only while all of them are on screen at once.")
@options.min_seconds
@options.min_confidence
@click.option("--unsure", is_flag=True, help="Also where it may be them.")
@click.option("--series", help="Only in episodes of this show.")
@options.with_kinds
@options.form()
@options.db
def find(names: tuple[str, ...], form: str, db: str, **keywords: Unpack[FindKeywords]) -> None:
    """Which episodes feature NAME: how long, first and last, from when to when.

    Several names are answered each for itself, or with --together where all are on screen at once.
    A table's times are those that players show; JSON and CSV have those of the video's own clock,
    in seconds: most files begin at 0 there, recordings of broadcasts often don't.

    Only story counts: openings, endings, eyecatches, recaps and previews do with --with. Glimpses
    of less than a second count with --min-seconds 0.
    """
    found = eyecatch.find(names, db=db, **keywords)
    rows = [shapes.found_row(one) for one in found]
    columns = ["episode", "characters", "seconds", "first", "last", "ranges"]
    if form == "table":
        shorten(rows, [one.episode for one in found])
        for one, row in zip(found, rows, strict=True):
            zero = float(one.episode.origin)
            row["ranges"] = [
                f"{clock(r['start'] - zero)}-{clock(r['end'] - zero)}" for r in row["ranges"]
            ]
            row["first"], row["last"] = clock(row["first"] - zero), clock(row["last"] - zero)
    elif form == "csv":
        for row in rows:
            row["ranges"] = [f"{r['start']}-{r['end']}" for r in row["ranges"]]
    left_out = [(one.segment, one.episodes) for one in found.left_out]
    empty = "No episode features them."
    if left_out:
        empty = f"No episode features them; they are in {places(left_out)}: {remedy(left_out)}."
    least = keywords["min_seconds"]
    short = too_short_said(found.too_short, least)
    answer(
        form,
        rows,
        columns,
        " ".join(filter(None, (empty, short, glimpses_said(found.glimpses, least)))),
    )
    if form == "table" and rows:
        if left_out:
            print_text(f"\nAlso in {places(left_out)}: {remedy(left_out)}.")
        if short:
            print_text(f"\n{short}")
        say_glimpses(found.glimpses, least)


@click.command(epilog="Example:  eyecatch episodes --db season1.db")
@options.min_seconds
@options.min_confidence
@options.with_kinds
@options.paging
@options.form()
@options.db
def episodes(form: str, db: str, **keywords: Unpack[CountedListKeywords]) -> None:
    """What episodes are in the index, and who is in them."""
    found = eyecatch.episodes(db=db, **keywords)
    rows = [shapes.episode_row(one) for one in found]
    columns = ["episode", "series", "state", "seconds", "characters"]
    if form == "table":
        shorten(rows, [one.episode for one in found])
        for one, row in zip(found, rows, strict=True):
            row["file"] = one.episode.name
        columns.insert(1, "file")
        for row in rows:
            row["seconds"] = clock(row["seconds"])
            row["characters"] = [f"{r['character']} {r['seconds']:.0f}s" for r in row["characters"]]
    elif form == "csv":
        for row in rows:
            row["characters"] = [f"{r['character']} {r['seconds']}" for r in row["characters"]]
    answer(form, rows, columns, EMPTY)
    if form == "table":
        say_left_out(rows)
        say_glimpses(sum(row["glimpses"] for row in rows), keywords["min_seconds"])


@click.command(epilog="Example:  eyecatch characters --db season1.db --json")
@options.min_seconds
@options.min_confidence
@options.with_kinds
@options.paging
@options.form()
@options.db
def characters(form: str, db: str, **keywords: Unpack[CountedListKeywords]) -> None:
    """What characters are in the index, longest on screen first."""
    rows = [shapes.character_row(one) for one in eyecatch.characters(db=db, **keywords)]
    empty = NOBODY
    if form == "table" and not rows and not eyecatch.episodes(db=db, limit=1):
        empty = EMPTY
    columns = ["character", "series", "episodes", "seconds", "faces", "aliases"]
    answer(form, rows, columns, empty)
    if form == "table":
        say_left_out(rows)
        say_glimpses(sum(row["glimpses"] for row in rows), keywords["min_seconds"])


@click.command(epilog="Example:  eyecatch status --db season1.db")
@options.paging
@options.form()
@options.db
def status(form: str, db: str, **keywords: Unpack[ListKeywords]) -> None:
    """What is done, pending and failed, and why; files that are no episode; what runs now.

    Done, pending and failed are numbers of chunks; again is how many were begun once more, because
    something died.
    """
    found = eyecatch.status(db=db, **keywords)
    rows = [shapes.status_row(one) for one in found.episodes]
    bad = [shapes.bad_file_row(one) for one in found.bad_files]
    runs = [shapes.run_row(run) for run in found.runs]
    if form == "json":
        print_json({"episodes": rows, "files": bad, "runs": runs, "trust": found.trust})
        return
    if form == "table":
        for row in rows:
            row["state"] += ", names to follow" if row["names_due"] else ""
    columns = ["episode", "state", "done", "pending", "failed", "again", "errors"]
    answer(form, rows + bad, columns, EMPTY)
    if form == "table" and runs:
        print_text(f"\n{visible(_last_run(runs[-1]))}")
    if form == "table" and found.trust != BALANCED:
        print_text(f"Names are given at the level of trust {found.trust}.")


def _last_run(run: Mapping[str, Any]) -> str:
    """What a person wants to know of the last run, in a line."""
    began = datetime.fromisoformat(run["started"]).astimezone()
    where = f" on {run['host']}" if run["host"] else ""
    line = f"Run {run['run']}, begun {began:%Y-%m-%d %H:%M}{where}: {run['state']}."
    return f"{line} {shares(run['stages'])}" if run["stages"] else line
