"""Where an export goes: a file, a file for each episode, or standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from eyecatch.core.errors import RequestError
from eyecatch.core.files import check_writable, refuse, whole_file
from eyecatch.core.storage import is_remote
from eyecatch.jobs.export import tables
from eyecatch.jobs.export.formats import Format, targets
from eyecatch.jobs.found_file import found_file
from eyecatch.jobs.selection import Selection


def named(form: Format, out: Path | None) -> Path:
    """``out``, for what can't go to standard output."""
    if out is None:
        raise RequestError(f"{form.name} can't go to standard output", "name a file with --out")
    return out


def write_table(
    form: Format,
    out: Path | None,
    force: bool,
    columns: tuple[tables.Column, ...],
    rows: Iterator[tables.Row],
) -> int:
    """Write a table to a file, or to standard output for None; returns how many rows it has."""
    write: tables.Writer = form.load_writer()
    with stream(out, force) as opened:
        return write(opened, columns, rows)


def check_place(form: Format, out: Path | None, force: bool, beside: bool = False) -> None:
    """RequestError, before anything is asked, where an export can't go.

    Args:
        form: is a table, or has a file for each episode.
        out: the file or folder; None for standard output, or ``beside``.
        force: what is there may be replaced.
        beside: its files shall be beside their episodes.
    """
    if beside and out is not None:
        raise RequestError("--beside and --out say two places", "give one of them")
    if beside and form.kind == "table":
        problem = f"{form.name} holds all episodes in one file, which is beside none of them"
        raise RequestError(problem, "name a file with --out, or another --format")
    if form.binary:
        named(form, out)
    if out is None:
        return
    if form.kind == "table":
        refuse(out, force)
    check_writable(out / form.name if out.is_dir() else out)


def episode_files(
    chosen: Selection, form: Format, out: Path | None, beside: bool, force: bool
) -> Sequence[Path | None]:
    """A file for each episode; None for standard output.

    Args:
        chosen: of which episodes; the index is open.
        form: has a file for each.
        out: the file or folder; None for standard output.
        beside: beside the videos, called like them.
        force: what is there may be replaced, or added to.

    Raises:
        RequestError: there are several for standard output, or one of them may not be written.
        MediaError: an episode that a file shall be beside is gone.
    """
    episodes = chosen.episodes
    if beside:
        videos = [found_file(chosen.index, episode) for episode in episodes]
        for video in videos:
            if is_remote(video):
                raise RequestError(f"{video} is an address", "name a folder with --out")
        files = [video.with_name(f"{video.stem}{form.suffix}") for video in videos]
        for file in files:
            refuse(file, force)
        return files
    if out is not None:
        return files_for([episode.title for episode in episodes], form, out, force)
    if len(episodes) == 1:
        return [None]
    problem = f"there are {len(episodes)} episodes, and {form.name} has a file for each"
    raise RequestError(problem, "name a folder with --out, or one episode")


def write_episodes(
    form: Format, files: Sequence[Path | None], force: bool, episodes: Sequence[Any]
) -> None:
    """Write a file for each episode: what the writer makes of it."""
    write: Callable[[Any], str] = form.load_writer()
    for episode, file in zip(episodes, files, strict=True):
        with stream(file, force) as opened:
            opened.write(write(episode).encode())


def files_for(names: Sequence[str], form: Format, out: Path, force: bool) -> list[Path]:
    """A file for each name; RequestError if one of them may not be written."""
    files = targets(names, out, form.suffix)
    for file in files:
        refuse(file, force)
    return files


@contextmanager
def stream(out: Path | None, force: bool) -> Iterator[BinaryIO]:
    """A file that appears when it is whole, or standard output for None."""
    if out is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(out, force=force) as aside, aside.open("wb") as opened:
        yield opened
