"""``eyecatch export``: what the index holds, for other programs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from eyecatch.core.errors import RequestError
from eyecatch.core.files import refuse, whole_file, whole_folder
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export import appearances as cast
from eyecatch.jobs.export import forms, frames, tables
from eyecatch.jobs.export.formats import EVERY, OFFERED, SHEETS, TABLES
from eyecatch.jobs.selection import check_titles, pick

Listener = Callable[[int, int], None]
"""Is told how many pictures of a dataset are written, and of how many."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        files: the files, or the folder of a dataset; none where it went to standard output.
        rows: how many faces, appearances or pictures they hold.
    """

    files: tuple[Path, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class _Wish:
    index: Index
    episodes: Sequence[EpisodeRecord]
    characters: Sequence[str]
    form: str
    out: Path | None
    unsure: bool
    join: float
    every: int
    sheet: str
    force: bool
    listener: Listener

    def place(self) -> Path:
        """``out``, for what can't go to standard output."""
        if self.out is None:
            raise RequestError(f"{self.form} can't go to standard output", "name a file with --out")
        return self.out


def export(  # noqa: PLR0913 - each is one plain wish of the caller's
    what: str,
    *,
    db: str = "eyecatch.db",
    form: str | None = None,
    out: Path | None = None,
    episodes: Sequence[str | Path] = (),
    characters: Sequence[str] = (),
    unsure: bool = False,
    join: float = 0.0,
    every: int = EVERY,
    sheet: str = "season",
    force: bool = False,
    listener: Listener = lambda _done, _of: None,
) -> Exported:
    """Write what the index holds in a format of other programs; ``docs/exports.md`` has them all.

    Args:
        what: ``frames``, ``appearances``, ``dataset`` or ``sheet``.
        db: path of an SQLite file, or any SQLAlchemy URL.
        form: one that ``exports.offered`` lists for it; None for the first of those.
        out: the file, or the folder of a dataset; None for standard output, where the format is
            text. Where there is a file for each episode or character, a name that doesn't end as
            those do is a folder for them.
        episodes: file names, with or without suffix, or paths; all if empty.
        characters: names or aliases; all, and unknown faces, if empty.
        unsure: names that are unsure count too.
        join: of appearances: seconds between two of a character that still count as one.
        every: of a dataset: every n-th drawing becomes a picture.
        sheet: ``season`` (a grid), ``timeline`` (of each episode) or ``faces`` (of each character).
        force: replace what is there; of folders, only what an export wrote.
        listener: is told how far a dataset is.

    Raises:
        RequestError: there is no such episode or format, nothing to draw, or ``out`` can't be
            written.
        UnknownCharacterError: no character is called so.
        MediaError: an episode's file is gone or has changed (datasets only).
        DatabaseError: there is no index, or it can't be read.
    """
    _check("export", what, tuple(OFFERED))
    form = form or OFFERED[what][0]
    _check(f"format of {what}", form, OFFERED[what])
    _check("sheet", sheet, SHEETS)
    if every < 1:
        raise RequestError(f"every {every}th drawing can't be taken", "give 1 or more")
    with open_index(db, create=False) as index:
        names = [index.characters.own_name(name) for name in characters]
        some = pick(index, episodes)
        wish = _Wish(index, some, names, form, out, unsure, join, every, sheet, force, listener)
        return _WRITERS[what](wish)


def _check(kind: str, given: str, known: Sequence[str]) -> None:
    if given not in known:
        raise RequestError(f"{given!r} is no {kind}", f"choose {' or '.join(known)}")


def _frames(wish: _Wish) -> Exported:
    rows = frames.frame_rows(wish.index, wish.episodes, wish.characters, unsure=wish.unsure)
    return _table(wish, frames.COLUMNS, rows)


def _appearances(wish: _Wish) -> Exported:
    casts = cast.gather(
        wish.index, wish.episodes, wish.characters, unsure=wish.unsure, join=wish.join
    )
    if wish.form in TABLES:
        return _table(wish, cast.COLUMNS, cast.appearance_rows(casts))
    write = forms.writer(wish.form)
    rows = sum(len(one.appearances) for one in casts)
    if wish.out is None:
        if len(casts) > 1:
            problem = f"there are {len(casts)} episodes, and {wish.form} has a file for each"
            raise RequestError(problem, "name a folder with --out, or one episode")
        with _stream(None, wish.force) as stream:
            stream.write(write(casts[0]).encode())
        return Exported((), rows)
    files = _files([one.title for one in wish.episodes], wish, forms.suffix(wish.form))
    for one, file in zip(casts, files, strict=True):
        with _stream(file, wish.force) as stream:
            stream.write(write(one).encode())
    return Exported(tuple(files), rows)


def _dataset(wish: _Wish) -> Exported:
    dataset = importlib.import_module("eyecatch.jobs.export.dataset")  # loads OpenCV
    check_titles(wish.episodes)
    order = dataset.Order(wish.index, wish.episodes, wish.characters, wish.unsure, wish.every)
    with whole_folder(wish.place(), force=wish.force) as aside:
        rows = dataset.write_dataset(order, wish.form, aside, wish.listener)
    return Exported((wish.place(),), rows)


def _sheet(wish: _Wish) -> Exported:
    sheet = importlib.import_module("eyecatch.jobs.export.sheets")  # loads matplotlib
    drawn = sheet.sheets(wish.sheet, wish.index, wish.episodes, wish.characters, unsure=wish.unsure)
    files = _files([name for name, _ in drawn], wish, f".{wish.form}")
    for (_, draw), file in zip(drawn, files, strict=True):
        with whole_file(file, force=wish.force) as aside:
            draw(aside, wish.form)
    return Exported(tuple(files), len(files))


_WRITERS: dict[str, Callable[[_Wish], Exported]] = {
    "frames": _frames,
    "appearances": _appearances,
    "dataset": _dataset,
    "sheet": _sheet,
}


def _files(names: Sequence[str], wish: _Wish, suffix: str) -> list[Path]:
    """A file for each name; RequestError if one of them may not be written."""
    files = forms.targets(names, wish.place(), suffix)
    for file in files:
        refuse(file, wish.force)
    return files


def _table(wish: _Wish, columns: tuple[tables.Column, ...], rows: Iterator[tables.Row]) -> Exported:
    out = wish.place() if wish.form == "parquet" else wish.out
    with _stream(out, wish.force) as stream:
        count = tables.write_table(stream, wish.form, columns, rows)
    return Exported(() if out is None else (out,), count)


@contextmanager
def _stream(out: Path | None, force: bool) -> Iterator[BinaryIO]:
    if out is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(out, force=force) as aside, aside.open("wb") as stream:
        yield stream
