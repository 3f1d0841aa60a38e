"""Where an export goes: a file, a file for each episode, or standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from eyecatch.core.errors import RequestError
from eyecatch.core.files import refuse, whole_file
from eyecatch.jobs.export import tables
from eyecatch.jobs.export.formats import Format, targets


def named(form: Format, out: Path | None) -> Path:
    """``out``, for what can't go to standard output."""
    if out is None:
        raise RequestError(f"{form.name} can't go to standard output", "name a file with --out")
    return out


def target(form: Format, out: Path | None) -> Path | None:
    """``out``; RequestError where that is standard output, and the format is no text."""
    return named(form, out) if form.binary else out


def write_table(
    form: Format,
    out: Path | None,
    force: bool,
    columns: tuple[tables.Column, ...],
    rows: Iterator[tables.Row],
) -> int:
    """Write a table to a file, or to standard output for None; returns how many rows it has."""
    write: tables.Writer = form.load_writer()
    with _stream(out, force) as stream:
        return write(stream, columns, rows)


def write_episodes(
    form: Format, out: Path | None, force: bool, titles: Sequence[str], episodes: Sequence[Any]
) -> tuple[Path, ...]:
    """A file for each episode, or one episode to standard output; what the writer takes of each."""
    write: Callable[[Any], str] = form.load_writer()
    files: Sequence[Path | None]
    if out is not None:
        files = files_for(titles, form, out, force)
    elif len(episodes) == 1:
        files = [None]
    else:
        problem = f"there are {len(episodes)} episodes, and {form.name} has a file for each"
        raise RequestError(problem, "name a folder with --out, or one episode")
    for episode, file in zip(episodes, files, strict=True):
        with _stream(file, force) as stream:
            stream.write(write(episode).encode())
    return tuple(file for file in files if file is not None)


def files_for(names: Sequence[str], form: Format, out: Path, force: bool) -> list[Path]:
    """A file for each name; RequestError if one of them may not be written."""
    files = targets(names, out, form.suffix)
    for file in files:
        refuse(file, force)
    return files


@contextmanager
def _stream(out: Path | None, force: bool) -> Iterator[BinaryIO]:
    if out is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(out, force=force) as aside, aside.open("wb") as stream:
        yield stream
