"""What verbs print: answers on standard output, everything else on standard error."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

Row = Mapping[str, Any]

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
    """Say something to the person; never part of the answer."""
    say(message)


def say_plainly(message: str) -> None:
    """The way of ``note``, unless logs are JSON."""
    click.echo(message, err=True)


say: Callable[[str], None] = say_plainly


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:.1f}" if isinstance(value, float) else str(value)
