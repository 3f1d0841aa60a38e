"""Rows as CSV, JSON or Parquet, however many there are."""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

Value = str | int | float | bool | list[tuple[str, float]] | None
Row = tuple[Value, ...]
Kind = Literal["text", "label", "int", "float", "bool", "chances"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: its heading and JSON key.
        kind: what its values are, if not None; ``label`` is a text that comes again and again,
            ``chances`` names with their probabilities.
        in_csv: False for what only JSON and Parquet have.
    """

    name: str
    kind: Kind
    in_csv: bool = True


def write_table(
    stream: BinaryIO, form: str, columns: tuple[Column, ...], rows: Iterable[Row]
) -> int:
    """Write rows, one by one as they come, and return how many there were.

    Args:
        stream: is left open.
        form: one of ``offered.TABLES``.
        columns: what a row holds.
        rows: a value for each column.
    """
    if form == "parquet":
        parquet = importlib.import_module("eyecatch.jobs.export.parquet")  # pyarrow: 0.2 s
        return int(parquet.write(stream, columns, rows))
    return {"csv": _write_csv, "json": _write_json}[form](stream, columns, rows)


def _write_csv(stream: BinaryIO, columns: tuple[Column, ...], rows: Iterable[Row]) -> int:
    """None is empty, True 1, False 0."""
    places = [place for place, column in enumerate(columns) if column.in_csv]
    count = 0
    with _text(stream) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([columns[place].name for place in places])
        for row in rows:
            cells = (row[place] for place in places)
            writer.writerow([int(cell) if isinstance(cell, bool) else cell for cell in cells])
            count += 1
    return count


def _write_json(stream: BinaryIO, columns: tuple[Column, ...], rows: Iterable[Row]) -> int:
    """One array, an object a line."""
    names = [column.name for column in columns]
    count = 0
    with _text(stream) as text:
        text.write("[")
        for row in rows:
            text.write(",\n" if count else "\n")
            text.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False))
            count += 1
        text.write("\n]\n")
    return count


@contextmanager
def _text(stream: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """UTF-8 text over a stream that stays open."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()
