"""Rows as CSV, JSON or Parquet, however many there are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final, Literal

from eyecatch.core.runtime import load
from eyecatch.core.text import cell

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


Writer = Callable[[BinaryIO, tuple[Column, ...], Iterable[Row]], int]
"""Writes rows, one by one as they come, to a stream that stays open, and returns how many there
were. Columns say what a row holds; a row has a value for each."""

GROUP: Final = 65_536
"""Rows of one row group of a Parquet file: a few megabytes in memory, and still read quickly in
parts."""


def write_csv(stream: BinaryIO, columns: tuple[Column, ...], rows: Iterable[Row]) -> int:
    """Write rows as CSV with a header: None is empty, True 1, False 0; see ``Writer``.

    No text is a formula to a spreadsheet: see ``core.text.cell``.
    """
    places = [place for place, column in enumerate(columns) if column.in_csv]
    count = 0
    with _text(stream) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([columns[place].name for place in places])
        for row in rows:
            cells = (row[place] for place in places)
            writer.writerow([int(one) if isinstance(one, bool) else cell(one) for one in cells])
            count += 1
    return count


def write_json(stream: BinaryIO, columns: tuple[Column, ...], rows: Iterable[Row]) -> int:
    """Write rows as one JSON array, an object a line; see ``Writer``."""
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


def write_parquet(stream: BinaryIO, columns: tuple[Column, ...], rows: Iterable[Row]) -> int:
    """Write rows as Parquet, in row groups; see ``Writer``."""
    pa, pq = load("pyarrow"), load("pyarrow.parquet")  # they take 0.2 s
    schema = pa.schema([(column.name, _arrow_type(pa, column.kind)) for column in columns])
    left, count = iter(rows), 0
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        while group := list(islice(left, GROUP)):
            values = zip(zip(*group, strict=True), schema, strict=True)
            arrays = [pa.array(column, field.type) for column, field in values]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(group)
    return count


def _arrow_type(pa: Any, kind: Kind) -> Any:  # noqa: ANN401 - pyarrow has no types
    return {
        "text": pa.string(),
        "label": pa.dictionary(pa.int32(), pa.string()),
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
        "chances": pa.map_(pa.string(), pa.float64()),
    }[kind]


@contextmanager
def _text(stream: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """UTF-8 text over a stream that stays open."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()
