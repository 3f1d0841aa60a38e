"""The exports of ``eyecatch export``, a function each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eyecatch.core.arguments import Database, Names, several
from eyecatch.core.errors import RequestError
from eyecatch.core.files import whole_file, whole_folder
from eyecatch.core.identity.bundle_writer import check_free
from eyecatch.db.index import open_index
from eyecatch.jobs.bundling.index_bundle import bundle_of_index, save_made
from eyecatch.jobs.export import appearances as found
from eyecatch.jobs.export import frames as face_rows
from eyecatch.jobs.export import library, outputs, segment_rows, tables
from eyecatch.jobs.export.formats import Format, find_format
from eyecatch.jobs.export.options import (
    AppearanceOptions,
    BundleOptions,
    DatasetOptions,
    ExportOptions,
    SegmentOptions,
    SheetOptions,
)
from eyecatch.jobs.progress import StepListener
from eyecatch.jobs.selection import Selection, pick


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        files: the files, or the folder of a dataset or bundle; none where it was standard output.
        rows: how many faces, appearances, pictures or characters they hold.
        left: files that could not be added to, and are as they were.
    """

    files: tuple[Path, ...]
    rows: int
    left: tuple[Path, ...] = ()


def frames(db: Database | None, out: Path | None, options: ExportOptions) -> Exported:
    """Every face of every frame."""
    form = find_format("frames", options.format)
    outputs.check_place(form, out, options.force)
    with _selected(db, options) as chosen:
        rows = face_rows.frame_rows(
            chosen.index, chosen.episodes, chosen.characters, unsure=chosen.unsure
        )
        return _table(form, out, options.force, face_rows.COLUMNS, rows)


def appearances(db: Database | None, out: Path | None, options: AppearanceOptions) -> Exported:
    """Who is on screen from when to when."""
    form = find_format("appearances", options.format)
    outputs.check_place(form, out, options.force, options.beside)
    if options.thumbs is not None and form.kind != "library":
        raise RequestError(f"{form.name} has no pictures", "--thumbs is for --format nfo")
    with _selected(db, options, options.with_kinds, options.min_seconds) as chosen:
        casts = found.appearances_of(chosen, join=options.join, by_segment=form.kind == "table")
        if form.kind == "table":
            rows = found.appearance_rows(casts)
            return _table(form, out, options.force, found.COLUMNS, rows)
        force = options.force or form.kind == "library"  # what is there is kept, and added to
        files = outputs.episode_files(chosen, form, out, options.beside, force)
        left: list[Path] = []
        if form.kind == "library":
            files, left = library.write_library(
                chosen.index, casts, files, thumbs=options.thumbs, force=options.force
            )
        else:
            outputs.write_episodes(form, files, options.force, casts)
    written = tuple(file for file in files if file is not None)
    return Exported(written, sum(len(cast.appearances) for cast in casts), tuple(left))


def segments(db: Database | None, out: Path | None, options: SegmentOptions) -> Exported:
    """The parts of episodes that are no story."""
    form = find_format("segments", options.format)
    outputs.check_place(form, out, options.force, options.beside)
    with open_index(db, create=False, filled=True) as index:
        chosen = Selection(index, pick(index, several(options.episodes)))
        episodes = segment_rows.segments_of(index, chosen.episodes)
        if form.kind == "table":
            rows = segment_rows.segment_rows(episodes)
            return _table(form, out, options.force, segment_rows.COLUMNS, rows)
        files = outputs.episode_files(chosen, form, out, options.beside, options.force)
        outputs.write_episodes(form, files, options.force, episodes)
    written = tuple(file for file in files if file is not None)
    return Exported(written, sum(len(one.segments) for one in episodes))


def _table(
    form: Format,
    out: Path | None,
    force: bool,
    columns: tuple[tables.Column, ...],
    rows: Iterator[tables.Row],
) -> Exported:
    count = outputs.write_table(form, out, force, columns, rows)
    return Exported(() if out is None else (out,), count)


def dataset(
    db: Database | None, out: Path | None, options: DatasetOptions, listener: StepListener
) -> Exported:
    """Pictures to train with."""
    form = find_format("dataset", options.format)
    with _selected(db, options) as chosen:
        folder = outputs.named(form, out)
        with whole_folder(folder, force=options.force) as aside:
            where = (aside, folder.absolute()) if form.kind == "training" else (aside,)
            pictures = form.load_writer()(chosen, options, *where, listener)
    return Exported((folder,), pictures)


def sheet(db: Database | None, out: Path | None, options: SheetOptions) -> Exported:
    """Pictures of who is where."""
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


def bundle(db: Database | None, out: Path | None, options: BundleOptions) -> Exported:
    """A model of the names."""
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
