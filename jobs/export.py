"""``eyecatch export``: what the index holds, for other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from eyecatch.core.errors import RequestError
from eyecatch.db.index import Index, open_index
from eyecatch.db.records import EpisodeRecord
from eyecatch.jobs.exports import cast, forms, frames, tables
from eyecatch.jobs.exports.aside import refuse, whole_file
from eyecatch.jobs.exports.pick import pick


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        files: the files and folders; none where it went to standard output.
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
    force: bool


def export(  # noqa: PLR0913 - each is one plain wish of the caller's
    what: str,
    *,
    db: str = "eyecatch.db",
    form: str = "csv",
    out: Path | None = None,
    episodes: Sequence[str | Path] = (),
    characters: Sequence[str] = (),
    unsure: bool = False,
    join: float = 0.0,
    force: bool = False,
) -> Exported:
    """Write what the index holds in a format of other programs.

    Args:
        what: ``frames`` or ``appearances``.
        db: path of an SQLite file, or any SQLAlchemy URL.
        form: ``csv``, ``json`` or ``parquet``; of appearances also what ``forms.FORMS`` lists.
        out: the file; None for standard output. Of a format that has a file for each episode, a
            name without its ending is a folder.
        episodes: file names, with or without suffix, or paths; all if empty.
        characters: names or aliases; all, and unknown faces, if empty.
        unsure: names that are unsure count too.
        join: seconds between two appearances of a character that still count as one.
        force: replace what is there.

    Raises:
        RequestError: there is no such episode or format, or ``out`` can't be written.
        UnknownCharacterError: no character is called so.
        DatabaseError: there is no index, or it can't be read.
    """
    offered = _OFFERED.get(what, ())
    if form not in offered:
        asked = (
            f"{what} can't be exported as {form!r}" if offered else f"there is no export {what!r}"
        )
        raise RequestError(asked, f"choose {' or '.join(offered or _OFFERED)}")
    with open_index(db, create=False) as index:
        names = [index.called(name) for name in characters]
        wish = _Wish(index, pick(index, episodes), names, form, out, unsure, join, force)
        return _frames(wish) if what == "frames" else _appearances(wish)


_OFFERED = {"frames": tables.FORMS, "appearances": (*tables.FORMS, *forms.FORMS)}


def _frames(wish: _Wish) -> Exported:
    rows = frames.frame_rows(wish.index, wish.episodes, wish.characters, unsure=wish.unsure)
    return _table(wish, frames.COLUMNS, rows)


def _appearances(wish: _Wish) -> Exported:
    casts = cast.gather(
        wish.index, wish.episodes, wish.characters, unsure=wish.unsure, join=wish.join
    )
    if wish.form in tables.FORMS:
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
    files = forms.targets(wish.episodes, wish.out, forms.suffix(wish.form))
    for file in files:
        refuse(file, wish.force)  # all of them, before any is written
    for one, file in zip(casts, files, strict=True):
        with _stream(file, wish.force) as stream:
            stream.write(write(one).encode())
    return Exported(tuple(files), rows)


def _table(wish: _Wish, columns: tuple[tables.Column, ...], rows: Iterator[tables.Row]) -> Exported:
    if wish.form == "parquet" and wish.out is None:
        raise RequestError("Parquet needs a file", "name one with --out")
    with _stream(wish.out, wish.force) as stream:
        count = tables.write_table(stream, wish.form, columns, rows)
    return Exported(() if wish.out is None else (wish.out,), count)


@contextmanager
def _stream(out: Path | None, force: bool) -> Iterator[BinaryIO]:
    if out is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(out, force=force) as aside, aside.open("wb") as stream:
        yield stream
