"""``eyecatch doctor``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.text import visible
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.hints import runnable, without_password
from eyecatch.jobs.cli.output import answer, print_text
from eyecatch.jobs.cli.settings import check_all, default_db
from eyecatch.jobs.finding import Finding
from eyecatch.jobs.settings_files import NAME, settings_files


@click.command(epilog="Example:  eyecatch doctor --db season.db")
@click.option("--db", metavar="FILE|URL", help="Check this index instead: every row of it is read.")
@options.form()
def doctor(db: str | None, form: str) -> None:
    """What this machine has (cores, GPU, codecs, ffmpeg), what will run where, and what limits it.

    And which files of settings hold here. With --db, whether an index is sound, and what is lost
    where it isn't. Status 1 where something is missing that a verb needs, or is wrong with the
    index.
    """
    findings = [*([] if db else _settings()), *eyecatch.doctor(db=db)]
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


def _settings() -> list[Finding]:
    """The files of settings, the strongest first, and what stands in each."""
    try:
        files = list(settings_files(default_db()))
        for file in files:
            check_all(file)
    except RequestError as error:
        return [Finding("settings", error.problem, error.advice, fine=False)]
    if not files:
        return [Finding("settings", "none", f"{NAME} may be here, beside an index, or of the user")]
    return [Finding("settings", str(one.path), "; ".join(_said(one.values))) for one in files]


def _said(values: Mapping[str, Any], table: str = "") -> Iterator[str]:
    """Each value in a line of its own, as TOML has it but for quotes."""
    for key, value in values.items():
        name = f"{table}.{key}" if table else key
        if isinstance(value, dict):
            yield from _said(value, name)
        else:
            yield without_password(f"{name} = {value}")
