"""Files and folders that appear only when they are whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eyecatch.core.errors import RequestError

CARD = ".eyecatch-export.json"
"""The file by which a folder is known to have been written by eyecatch: only such a folder is ever
replaced, so that a slip in ``--out`` never costs anybody a folder of theirs."""


def refuse(path: Path, force: bool) -> None:
    """RequestError if there is something already that may not be replaced."""
    if not os.path.lexists(path):
        return
    if path.is_dir():
        raise RequestError(f"{path} is a folder", "name a file in it")
    if path.exists() and not path.is_file():  # a device or a pipe must never be replaced
        raise RequestError(f"{path} is no regular file", "name another")
    if not force:
        raise RequestError(f"{path} exists already", "choose another name, or replace it: --force")


@contextmanager
def whole_file(path: Path, *, force: bool = False) -> Iterator[Path]:
    """A name to write to; when the block ends well, it becomes ``path``, else it is gone.

    Args:
        path: the file; its folder is made where there is none.
        force: replace a file that is there.

    Raises:
        RequestError: it exists, or can't be written.
    """
    refuse(path, force)
    target = path.resolve()  # a link stays, and what it points to is replaced
    aside = target.with_name(f".{target.stem}.part{target.suffix}")
    with _told(path):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            yield aside
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, *, force: bool = False) -> Iterator[Path]:
    """A folder to fill; when the block ends well, it becomes ``path``, else it is gone.

    The block writes ``CARD`` into it.

    Args:
        path: the folder; an empty one may be there.
        force: replace a folder that an earlier export wrote.

    Raises:
        RequestError: it exists, or can't be written.
    """
    _refuse_folder(path, force)
    aside, old = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.old")
    with _told(path):
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            yield aside
            if path.exists():
                path.replace(old)
            aside.replace(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def _refuse_folder(path: Path, force: bool) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise RequestError(f"{path} is a file", "name a folder")
    if not any(path.iterdir()):
        return
    if not (path / CARD).is_file():
        raise RequestError(f"{path} holds files that no export wrote", "choose another folder")
    if not force:
        raise RequestError(f"{path} exists already", "choose another name, or replace it: --force")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"{path} can't be written ({error.strerror or error})"
        advice = "check its folder and the free space, and run the same again"
        raise RequestError(problem, advice) from error
