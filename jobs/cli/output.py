"""What verbs print: answers on standard output; messages and the log on standard error."""

from __future__ import annotations

import csv
import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from eyecatch.core.file_names import shown
from eyecatch.core.text import OBEYED, cell, visible
from eyecatch.jobs.cli.hints import runnable
from eyecatch.jobs.cli.streams import answering, has_all_letters, telling

Row = Mapping[str, Any]

LOG: Final = logging.getLogger("eyecatch")

TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
"""Form of a line of the log."""

WARNING: Final = "eyecatch: %(message)s"
"""Form of a warning to somebody who asked for no log."""

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


def print_json(value: object, *, line: bool = False) -> None:
    """Print one JSON value, readable or on one line, in UTF-8 or ASCII.

    Letters that a terminal obeys, and bytes that are no UTF-8, are written as JSON's escapes.
    """
    text = json.dumps(
        value, ensure_ascii=not has_all_letters(sys.stdout), indent=None if line else 2
    )
    print_text(_ESCAPED.sub(lambda letter: f"\\u{ord(letter.group()):04x}", text))


_ESCAPED = re.compile(f"[{OBEYED}\ud800-\udfff]")


def print_csv(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print a header and a line a row; no text is a formula to a spreadsheet.

    The items of a list are parted by semicolons; where one has some itself, they become commas.
    """
    with answering() as stream:
        clean = visible if stream.isatty() else shown
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            texts = [_joined(c) if isinstance(c, list) else c for c in map(row.get, columns)]
            writer.writerow([clean(c) if isinstance(c, str) else c for c in map(cell, texts)])


def _joined(items: Sequence[object]) -> str:
    return ";".join(str(one).replace(";", ",") for one in items)


def print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print an aligned table: numbers stand right, lists are joined, None is empty.

    A column in which no row says anything is left out.
    """
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    columns = [one for one in columns if any(row[one] not in (None, "", [], ()) for row in rows)]
    for column in columns:
        number = isinstance(rows[0][column], int | float)
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(row[column]) for column in columns))
    with answering() as stream:
        width = None if stream.isatty() else PIPE_WIDTH
        console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
        with console.capture() as drawn:  # rich itself would end without a word at a closed pipe
            console.print(table)
        stream.write(drawn.get())


def print_text(text: str) -> None:
    """Print lines that hold nothing but what is ours or was made ``visible``."""
    with answering() as stream:
        stream.write(f"{text}\n")


def note(*lines: str) -> None:
    """Tell the person something on standard error; never part of the answer."""
    if json_lines():
        LOG.info("\n".join(lines))
        return
    with telling() as stream:
        stream.write("".join(f"{visible(runnable(line))}\n" for line in lines))


def complain(sentence: str, ids: Mapping[str, object] | None = None) -> None:
    """Tell the person of something that went wrong.

    Args:
        sentence: what it is, and what to do.
        ids: what it is about: fields of its line in a log of JSON lines, where it is an error.
    """
    if json_lines():
        LOG.error("%s", runnable(sentence), extra=dict(ids or {}))
    else:
        note(f"eyecatch: {sentence}")


def set_up_logs(verbose: bool, form: str | None) -> None:
    """Log to standard error.

    Args:
        verbose: everything, of the libraries too; else only their warnings.
        form: ``text`` or ``json`` to log each step of ours; None for warnings alone, as text. With
            ``json`` every line on standard error is a JSON object, messages to people too.
    """
    handler = _JsonHandler() if form == "json" else _Handler()
    handler.setFormatter(
        _json_formatter() if form == "json" else _Formatter(TEXT if form or verbose else WARNING)
    )
    if not (form or verbose):  # what is said of a chunk, the end of the job says too
        handler.addFilter(lambda record: not hasattr(record, "chunk"))
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler], force=True
    )
    LOG.setLevel(logging.INFO if form and not verbose else logging.NOTSET)


def json_lines() -> bool:
    """Whether standard error is a log of JSON lines, as ``set_up_logs`` was asked for."""
    return any(isinstance(handler, _JsonHandler) for handler in logging.getLogger().handlers)


class _Handler(logging.Handler):
    """Writes to standard error, and loses what can't be written, as ``note`` does."""

    def emit(self, record: logging.LogRecord) -> None:
        with telling() as stream:
            stream.write(f"{self.format(record)}\n")


class _JsonHandler(_Handler):
    """The handler of a log in JSON, known by its class."""


def _time(record: logging.LogRecord) -> str:
    """When it was, as ISO 8601 has it: to the millisecond, and how far the zone is from UTC."""
    when = datetime.fromtimestamp(record.created).astimezone()
    return when.isoformat(timespec="milliseconds")


class _Formatter(logging.Formatter):
    """Of messages on one line each, with tracebacks below them."""

    def formatTime(  # noqa: N802 - logging's
        self,
        record: logging.LogRecord,
        datefmt: str | None = None,  # noqa: ARG002
    ) -> str:
        return _time(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = visible(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - logging's
        return "\n".join(map(visible, super().formatException(ei).split("\n")))


def _json_formatter() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - few want it

    class Formatter(JsonFormatter):
        def formatTime(  # noqa: N802 - logging's
            self,
            record: logging.LogRecord,
            datefmt: str | None = None,  # noqa: ARG002
        ) -> str:
            return _time(record)

    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=names)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(visible(str(one)) for one in value)
    return f"{value:.1f}" if isinstance(value, float) else visible(str(value))
