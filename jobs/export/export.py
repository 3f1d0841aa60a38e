"""``eyecatch export``: what the index holds, for other programs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, Unpack, overload

from eyecatch.core.errors import RequestError
from eyecatch.core.files import refuse, whole_file, whole_folder
from eyecatch.db.index import open_index
from eyecatch.jobs.export import appearances as found
from eyecatch.jobs.export import frames, segment_rows, tables
from eyecatch.jobs.export.formats import KINDS, Format, find_format, targets
from eyecatch.jobs.export.options import (
    AppearanceKeywords,
    AppearanceOptions,
    DatasetKeywords,
    DatasetOptions,
    EpisodeKeywords,
    EpisodeOptions,
    ExportKeywords,
    ExportOptions,
    SheetKeywords,
    SheetOptions,
)
from eyecatch.jobs.progress import StepListener, ignore_steps
from eyecatch.jobs.selection import Selection, pick


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        files: the files, or the folder of a dataset; none where it went to standard output.
        rows: how many faces, appearances or pictures they hold.
    """

    files: tuple[Path, ...]
    rows: int


@overload
def export(
    what: Literal["frames"],
    *,
    db: str = ...,
    out: Path | None = ...,
    **keywords: Unpack[ExportKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["appearances"],
    *,
    db: str = ...,
    out: Path | None = ...,
    **keywords: Unpack[AppearanceKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["segments"],
    *,
    db: str = ...,
    out: Path | None = ...,
    **keywords: Unpack[EpisodeKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["dataset"],
    *,
    db: str = ...,
    out: Path | None = ...,
    listener: StepListener = ...,
    **keywords: Unpack[DatasetKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["sheet"],
    *,
    db: str = ...,
    out: Path | None = ...,
    **keywords: Unpack[SheetKeywords],
) -> Exported: ...


def export(
    what: str,
    *,
    db: str = "eyecatch.db",
    out: Path | None = None,
    listener: StepListener = ignore_steps,
    **keywords: Any,
) -> Exported:
    """Write what the index holds in a format of other programs; ``docs/exports.md`` has them all.

    Args:
        what: ``frames``, ``appearances``, ``segments``, ``dataset`` or ``sheet``.
        db: path of an SQLite file, or any SQLAlchemy URL.
        out: the file, or the folder of a dataset; None for standard output, where the format is
            text. Where there is a file for each episode or character, a name that doesn't end as
            those do is a folder for them.
        listener: datasets only: called with how many pictures are written, and of how many.
        **keywords: all optional:

            form: the name of a format; None for the first that ``docs/exports.md`` has of them.
            episodes: file names, with or without suffix, or paths; all if empty.
            force: replace what is there; of folders, only what an export wrote.
            characters: but for segments: names or aliases; all, and unknown faces, if empty.
            unsure: but for segments: names that are unsure count too.
            join: of appearances: seconds between two of a character that still count as one.
            with_kinds: of appearances and a sheet: kinds of segments that count too, such as
                ``("opening", "recap")``, or ``all``.
            every: of a dataset: every n-th drawing becomes a picture.
            sheet: of a sheet: ``season`` (a grid), ``timeline`` (of each episode) or ``faces`` (of
                each character).

    Raises:
        RequestError: there is no such episode or format, nothing to draw, or ``out`` can't be
            written.
        UnknownCharacterError: no character is called so.
        MediaError: an episode's file is gone or has changed (datasets only).
        DatabaseError: there is no index, or it can't be read.

    Example:
        >>> import eyecatch
        >>> from pathlib import Path
        >>> done = eyecatch.export("frames", db="season.db", form="csv", out=Path("frames.csv"))
        >>> done.rows > 100
        True
        >>> eyecatch.export("appearances", db="season.db", form="edl", out=Path("edl/")).rows
        2
    """
    match what:
        case "frames":
            return _frames(db, out, ExportOptions(**keywords))
        case "appearances":
            return _appearances(db, out, AppearanceOptions(**keywords))
        case "segments":
            return _segments(db, out, EpisodeOptions(**keywords))
        case "dataset":
            return _dataset(db, out, DatasetOptions(**keywords), listener)
        case "sheet":
            return _sheet(db, out, SheetOptions(**keywords))
        case _:
            raise RequestError(f"{what!r} is no export", f"choose {' or '.join(KINDS)}")


def _frames(db: str, out: Path | None, options: ExportOptions) -> Exported:
    form = find_format("frames", options.form)
    with _selected(db, options) as chosen:
        rows = frames.frame_rows(
            chosen.index, chosen.episodes, chosen.characters, unsure=chosen.unsure
        )
        return _write_table(form, _target(form, out), options.force, frames.COLUMNS, rows)


def _appearances(db: str, out: Path | None, options: AppearanceOptions) -> Exported:
    form = find_format("appearances", options.form)
    with _selected(db, options, options.with_kinds) as chosen:
        casts = found.appearances_of(chosen, join=options.join, by_segment=form.kind == "table")
    if form.kind == "table":
        rows = found.appearance_rows(casts)
        return _write_table(form, _target(form, out), options.force, found.COLUMNS, rows)
    titles = [cast.episode.title for cast in casts]
    files = _write_episodes(form, out, options.force, titles, casts)
    return Exported(files, sum(len(cast.appearances) for cast in casts))


def _segments(db: str, out: Path | None, options: EpisodeOptions) -> Exported:
    form = find_format("segments", options.form)
    with open_index(db, create=False) as index:
        episodes = segment_rows.segments_of(index, pick(index, options.episodes))
    if form.kind == "table":
        rows = segment_rows.segment_rows(episodes)
        return _write_table(form, _target(form, out), options.force, segment_rows.COLUMNS, rows)
    titles = [one.episode.title for one in episodes]
    files = _write_episodes(form, out, options.force, titles, episodes)
    return Exported(files, sum(len(one.segments) for one in episodes))


def _dataset(
    db: str, out: Path | None, options: DatasetOptions, listener: StepListener
) -> Exported:
    form = find_format("dataset", options.form)
    with _selected(db, options) as chosen:
        folder = _named(form, out)
        with whole_folder(folder, force=options.force) as aside:
            pictures = form.load_writer()(chosen, options.every, aside, listener)
    return Exported((folder,), pictures)


def _sheet(db: str, out: Path | None, options: SheetOptions) -> Exported:
    form = find_format("sheet", options.form)
    sheets = importlib.import_module("eyecatch.jobs.export.sheets")  # loads matplotlib
    with _selected(db, options, options.with_kinds) as chosen:
        drawn = sheets.sheets(options.sheet, chosen)
        files = _files([name for name, _ in drawn], form, _named(form, out), options.force)
        write: Callable[[object, Path, str], None] = form.load_writer()
        for (_, draw), file in zip(drawn, files, strict=True):
            with whole_file(file, force=options.force) as aside:
                write(draw, aside, form.name)
    return Exported(tuple(files), len(files))


@contextmanager
def _selected(
    db: str, options: ExportOptions, with_kinds: str | Sequence[str] = ()
) -> Iterator[Selection]:
    """What of an index is exported; the index stays open inside the block."""
    with open_index(db, create=False) as index:
        names = [index.characters.own_name(name) for name in options.characters]
        yield Selection(index, pick(index, options.episodes), names, options.unsure, with_kinds)


def _named(form: Format, out: Path | None) -> Path:
    """``out``, for what can't go to standard output."""
    if out is None:
        raise RequestError(f"{form.name} can't go to standard output", "name a file with --out")
    return out


def _target(form: Format, out: Path | None) -> Path | None:
    return _named(form, out) if form.binary else out


def _write_table(
    form: Format,
    out: Path | None,
    force: bool,
    columns: tuple[tables.Column, ...],
    rows: Iterator[tables.Row],
) -> Exported:
    write: tables.Writer = form.load_writer()
    with _stream(out, force) as stream:
        count = write(stream, columns, rows)
    return Exported(() if out is None else (out,), count)


def _write_episodes(
    form: Format, out: Path | None, force: bool, titles: Sequence[str], episodes: Sequence[Any]
) -> tuple[Path, ...]:
    """A file for each episode, or one episode to standard output; what the writer takes of each."""
    write: Callable[[Any], str] = form.load_writer()
    files: Sequence[Path | None]
    if out is not None:
        files = _files(titles, form, out, force)
    elif len(episodes) == 1:
        files = [None]
    else:
        problem = f"there are {len(episodes)} episodes, and {form.name} has a file for each"
        raise RequestError(problem, "name a folder with --out, or one episode")
    for episode, file in zip(episodes, files, strict=True):
        with _stream(file, force) as stream:
            stream.write(write(episode).encode())
    return tuple(file for file in files if file is not None)


def _files(names: Sequence[str], form: Format, out: Path, force: bool) -> list[Path]:
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
