"""``eyecatch doctor``."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

import eyecatch
from eyecatch.core.text import visible
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.hints import runnable
from eyecatch.jobs.cli.output import answer, print_text


@click.command(epilog="Example:  eyecatch doctor --db season.db")
@click.option("--db", metavar="FILE|URL", help="Check this index instead: every row of it is read.")
@options.form()
def doctor(db: str | None, form: str) -> None:
    """What this machine has (cores, GPU, codecs, ffmpeg), what will run where, and what limits it.

    With --db, whether an index is sound, and what is lost where it isn't. Status 1 where something
    is missing that a verb needs, or is wrong with the index.
    """
    findings = eyecatch.doctor(db=db)
    if form == "table":
        for finding in findings:
            found = f"{finding.what}: {finding.found}"
            print_text(f"{'' if finding.fine else '! '}{visible(found)}")
            if finding.so:
                print_text(click.wrap_text(visible(runnable(finding.so)), 96, "    ", "    "))
    else:
        answer(form, [asdict(finding) for finding in findings], ("what", "found", "so"), "")
    if not all(finding.fine for finding in findings):
        sys.exit(1)
