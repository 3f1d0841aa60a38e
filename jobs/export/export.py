"""``eyecatch export``: what the index holds, for other programs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Unpack, overload

from eyecatch.core.arguments import (
    AnyPath,
    Database,
    Names,
    check_keywords,
    checked,
    path_of,
    renamed,
    several,
)
from eyecatch.core.errors import RequestError
from eyecatch.core.files import whole_file, whole_folder
from eyecatch.core.identity.bundle_writer import check_free
from eyecatch.db.index import open_index
from eyecatch.jobs.bundling.index_bundle import bundle_of_index, save_made
from eyecatch.jobs.export import appearances as found
from eyecatch.jobs.export import frames, outputs, segment_rows, tables
from eyecatch.jobs.export.formats import KINDS, Format, find_format
from eyecatch.jobs.export.options import (
    AppearanceKeywords,
    AppearanceOptions,
    BundleKeywords,
    BundleOptions,
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
        files: the files, or the folder of a dataset or bundle; none where it was standard output.
        rows: how many faces, appearances, pictures or characters they hold.
    """

    files: tuple[Path, ...]
    rows: int


@overload
def export(
    what: Literal["frames"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[ExportKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["appearances"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[AppearanceKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["segments"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[EpisodeKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["dataset"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    listener: StepListener = ...,
    **keywords: Unpack[DatasetKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["sheet"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[SheetKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["bundle"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[BundleKeywords],
) -> Exported: ...


@renamed(form="format", sheet="of")
@checked
def export(
    what: str,
    *,
    db: Database | None = None,
    out: AnyPath | None = None,
    listener: StepListener = ignore_steps,
    **keywords: Any,
) -> Exported:
    """Write what the index holds in a format of other programs; ``docs/exports.md`` has them all.

    Args:
        what: ``frames``, ``appearances``, ``segments``, ``dataset``, ``sheet`` or ``bundle``.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        out: the file, or the folder of a dataset or bundle; None for standard output, where the
            format is text. Where there is a file for each episode or character, a name that doesn't
            end as those do is a folder for them.
        listener: datasets only: called with how many pictures are written, and of how many.
        **keywords: all optional:

            format: but for a bundle: the name of a format; None for the first that
                ``docs/exports.md`` has of them.
            episodes: but for a bundle: a file's name, with or without suffix, or its path; or
                several; all if empty.
            force: replace what is there; of folders, only what an export wrote, or a bundle.
            characters: but for segments and a bundle: a name or alias, or several; all, and unknown
                faces, if empty.
            unsure: but for segments and a bundle: names that are unsure count too.
            join: of appearances: seconds between two of a character that still count as one.
            with_kinds: of appearances and a sheet: kinds of segments that count too, such as
                ``("opening", "recap")``, or ``all``.
            min_seconds: of appearances and a sheet: least screen time in an episode, as in
                ``find``; 0 for glimpses too.
            every: of a dataset: every n-th drawing becomes a picture.
            of: of a sheet: ``season`` (a grid), ``timeline`` (of each episode) or ``faces`` (of
                each character).
            series: of a bundle: only the people of this show; None for all.

    Raises:
        RequestError: there is no such episode, format or series, nothing to draw, nobody named,
            or ``out`` can't be written.
        UnknownCharacterError: no character is called so.
        MediaError: an episode's file is gone or has changed (datasets only).
        DatabaseError: there is no index, or it can't be read.

    Example:
        >>> import eyecatch
        >>> done = eyecatch.export("frames", db="season.db", format="csv", out="frames.csv")
        >>> done.rows > 100
        True
        >>> eyecatch.export("appearances", db="season.db", format="edl", out="edl/").rows
        2
    """
    where = path_of(out)
    match what:
        case "frames":
            return _frames(db, where, ExportOptions(**_known(ExportKeywords, keywords)))
        case "appearances":
            chosen = AppearanceOptions(**_known(AppearanceKeywords, keywords))
            return _appearances(db, where, chosen)
        case "segments":
            return _segments(db, where, EpisodeOptions(**_known(EpisodeKeywords, keywords)))
        case "dataset":
            return _dataset(
                db, where, DatasetOptions(**_known(DatasetKeywords, keywords)), listener
            )
        case "sheet":
            return _sheet(db, where, SheetOptions(**_known(SheetKeywords, keywords)))
        case "bundle":
            return _bundle(db, where, BundleOptions(**_known(BundleKeywords, keywords)))
        case _:
            choices = " or ".join([*KINDS, "bundle"])
            raise RequestError(f"{what!r} is no export", f"choose {choices}")


def _known(typed: type, keywords: dict[str, Any]) -> dict[str, Any]:
    return check_keywords("export()", typed, keywords)


def _frames(db: Database | None, out: Path | None, options: ExportOptions) -> Exported:
    form = find_format("frames", options.format)
    with _selected(db, options) as chosen:
        rows = frames.frame_rows(
            chosen.index, chosen.episodes, chosen.characters, unsure=chosen.unsure
        )
        return _table(form, out, options.force, frames.COLUMNS, rows)


def _appearances(db: Database | None, out: Path | None, options: AppearanceOptions) -> Exported:
    form = find_format("appearances", options.format)
    with _selected(db, options, options.with_kinds, options.min_seconds) as chosen:
        casts = found.appearances_of(chosen, join=options.join, by_segment=form.kind == "table")
    if form.kind == "table":
        rows = found.appearance_rows(casts)
        return _table(form, out, options.force, found.COLUMNS, rows)
    titles = [cast.episode.title for cast in casts]
    files = outputs.write_episodes(form, out, options.force, titles, casts)
    return Exported(files, sum(len(cast.appearances) for cast in casts))


def _segments(db: Database | None, out: Path | None, options: EpisodeOptions) -> Exported:
    form = find_format("segments", options.format)
    with open_index(db, create=False, filled=True) as index:
        episodes = segment_rows.segments_of(index, pick(index, several(options.episodes)))
    if form.kind == "table":
        rows = segment_rows.segment_rows(episodes)
        return _table(form, out, options.force, segment_rows.COLUMNS, rows)
    titles = [one.episode.title for one in episodes]
    files = outputs.write_episodes(form, out, options.force, titles, episodes)
    return Exported(files, sum(len(one.segments) for one in episodes))


def _table(
    form: Format,
    out: Path | None,
    force: bool,
    columns: tuple[tables.Column, ...],
    rows: Iterator[tables.Row],
) -> Exported:
    count = outputs.write_table(form, outputs.target(form, out), force, columns, rows)
    return Exported(() if out is None else (out,), count)


def _dataset(
    db: Database | None, out: Path | None, options: DatasetOptions, listener: StepListener
) -> Exported:
    form = find_format("dataset", options.format)
    with _selected(db, options) as chosen:
        folder = outputs.named(form, out)
        with whole_folder(folder, force=options.force) as aside:
            pictures = form.load_writer()(chosen, options.every, aside, listener)
    return Exported((folder,), pictures)


def _sheet(db: Database | None, out: Path | None, options: SheetOptions) -> Exported:
    form = find_format("sheet", options.format)
    sheets = importlib.import_module("eyecatch.jobs.export.sheets")  # loads matplotlib
    with _selected(db, options, options.with_kinds, options.min_seconds) as chosen:
        drawn = sheets.sheets(options.of, chosen)
        files = outputs.files_for(
            [name for name, _ in drawn], form, outputs.named(form, out), options.force
        )
        write: Callable[[object, Path, str], None] = form.load_writer()
        for (_, draw), file in zip(drawn, files, strict=True):
            with whole_file(file, force=options.force) as aside:
                write(draw, aside, form.name)
    return Exported(tuple(files), len(files))


def _bundle(db: Database | None, out: Path | None, options: BundleOptions) -> Exported:
    if out is None:
        raise RequestError("a bundle can't go to standard output", "name a folder with --out")
    check_free(out, options.force)
    with open_index(db, create=False, filled=True) as index:
        made = bundle_of_index(index, options.series)
    saved = save_made(made, out, force=options.force)
    return Exported((out,), len(saved.characters))


@contextmanager
def _selected(
    db: Database | None,
    options: ExportOptions,
    with_kinds: Names = (),
    min_seconds: float = 0,
) -> Iterator[Selection]:
    """What of an index is exported; the index stays open inside the block."""
    with open_index(db, create=False, filled=True) as index:
        names = [index.characters.own_name(name) for name in several(options.characters)]
        episodes = pick(index, several(options.episodes))
        yield Selection(index, episodes, names, options.unsure, with_kinds, min_seconds)
