"""``eyecatch doctor``."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

import eyecatch
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import answer


@click.command(epilog="Example:  eyecatch doctor")
@options.form()
def doctor(form: str) -> None:
    """What this machine has (cores, GPU, codecs, ffmpeg), what will run where, and what limits it.

    Status 1 where something is missing that a verb needs.
    """
    findings = eyecatch.doctor()
    if form == "table":
        for finding in findings:
            click.echo(f"{'' if finding.fine else '! '}{finding.what}: {finding.found}")
            if finding.so:
                click.echo(click.wrap_text(finding.so, 96, "    ", "    "))
    else:
        answer(form, [asdict(finding) for finding in findings], ("what", "found", "so"), "")
    if not all(finding.fine for finding in findings):
        sys.exit(1)
