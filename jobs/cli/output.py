"""What verbs print: answers on standard output; messages and the log on standard error."""

from __future__ import annotations

import csv
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, TextIO

import click
from rich import box
from rich.console import Console
from rich.table import Table

Row = Mapping[str, Any]

LOG: Final = logging.getLogger("eyecatch")

TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
"""Form of a line of the log."""

# A pipe has no width: nothing is folded or cut there.
PIPE_WIDTH = 10_000


def answer(form: str, rows: Sequence[Row], columns: Sequence[str], empty: str) -> None:
    """Print rows as a table, JSON or CSV.

    Args:
        form: ``table``, ``json`` or ``csv``.
        rows: what was answered; JSON prints all of it, table and CSV only ``columns``.
        columns: keys of a row, in the order of the columns.
        empty: what a person reads on standard error where a table would have no rows.
    """
    if form == "json":
        print_json(list(rows))
    elif form == "csv":
        print_csv(rows, columns)
    elif rows:
        print_table(rows, columns)
    else:
        note(empty)


def print_json(value: object) -> None:
    """Print one JSON value, readable, in UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_csv(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print a header and a line a row; lists as JSON."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = (row[column] for column in columns)
        writer.writerow(
            [json.dumps(c, ensure_ascii=False) if isinstance(c, list) else c for c in cells]
        )


def print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print an aligned table: numbers stand right, lists are joined, None is empty."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        number = isinstance(rows[0][column], int | float)
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(row[column]) for column in columns))
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(width=width, highlight=False, markup=False).print(table)


def note(message: str) -> None:
    """Tell the person something on standard error; never part of the answer."""
    if json_lines():
        LOG.info(message)
    else:
        click.echo(message, err=True)


def set_up_logs(verbose: bool, form: str | None) -> None:
    """Log to standard error.

    Args:
        verbose: everything, of the libraries too; else only their warnings.
        form: ``text`` or ``json`` to log each step of ours; None for warnings alone, as text. With
            ``json`` every line on standard error is a JSON object, messages to people too.
    """
    handler = _JsonHandler(sys.stderr) if form == "json" else logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json_formatter() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler], force=True
    )
    LOG.setLevel(logging.INFO if form and not verbose else logging.NOTSET)


def json_lines() -> bool:
    """Whether standard error is a log of JSON lines, as ``set_up_logs`` was asked for."""
    return any(isinstance(handler, _JsonHandler) for handler in logging.getLogger().handlers)


class _JsonHandler(logging.StreamHandler[TextIO]):
    """The handler of a log in JSON, known by its class."""


def _json_formatter() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - few want it

    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=names)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:.1f}" if isinstance(value, float) else str(value)
