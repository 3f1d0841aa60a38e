"""Files and folders that appear only when they are whole, and the user's cache.

What is written goes to a name beside its own, which it gets at the end in one step; so nobody ever
reads half of it, and what was there before stays until then. ``atomic_file`` and ``atomic_folder``
do this; ``whole_file`` and ``whole_folder`` do it for what a user asked to be written, with a
sentence about what goes wrong.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from eyecatch.core.errors import RequestError
from eyecatch.core.file_names import MOST
from eyecatch.core.parts import beside, file_part, folder_part, sweep

CARD = ".eyecatch-export.json"
"""The file by which a folder is known to have been written by eyecatch: only such a folder is ever
replaced, so that a slip in ``--out`` never costs anybody a folder of theirs."""

FOLDERS = "folders"
"""In that file, of crops: names of characters by the folders that can't be called like them."""


def user_cache() -> Path:
    """The user's folder for what can be made or fetched again, whether or not it is there.

    As XDG Base Directories has it, and on macOS ``~/Library/Caches``.
    """
    home = Path.home()
    system = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or system) / "eyecatch"


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A name to write to; when the block ends well, the file becomes ``path``, else it is gone.

    Args:
        path: the file, replaced where it exists; its folder is made where there is none.

    Raises:
        OSError: it can't be written.

    Example:
        >>> with atomic_file(Path("answer.txt")) as part:
        ...     print(part.write_text("42"), Path("answer.txt").exists())
        2 False
        >>> Path("answer.txt").read_text()
        '42'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with file_part(path) as part:
        yield part
        part.replace(path)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file at once; see ``atomic_file``.

    Raises:
        OSError: it can't be written.
    """
    with atomic_file(path) as part:
        part.write_bytes(content)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """A folder to fill; when the block ends well, it becomes ``path``, else it is gone.

    Args:
        path: the folder, replaced where it exists.

    Raises:
        OSError: it can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    old = beside(path, "old")
    with folder_part(path) as part:
        try:
            yield part
            if path.exists():
                path.replace(old)
            part.replace(path)
            sweep(path, "old")  # also one that was set aside by a process that was killed then
        finally:
            if old.exists() and not path.exists():  # the new one could not take its name
                old.replace(path)


def refuse(path: Path, force: bool) -> None:
    """RequestError if there is something already that may not be replaced, or nothing can be."""
    _check_length(path)
    if not os.path.lexists(path):
        return
    if path.is_dir():
        raise RequestError(f"{path} is a folder", "name a file in it")
    if path.exists() and not path.is_file():  # a device or a pipe must never be replaced
        raise RequestError(f"{path} is no regular file", "name another")
    if not force:
        raise RequestError(f"{path} exists already", "choose another name, or replace it: --force")


def check_writable(path: Path) -> None:
    """RequestError if no file can be written there; folders that lead to it are made later.

    Asked before work whose result goes there: what a disk refuses afterwards is lost.
    """
    folder = next(parent for parent in path.absolute().parents if os.path.lexists(parent))
    try:
        with TemporaryFile(dir=folder):
            return
    except OSError as error:
        problem = f"{path.parent} can't be written ({error.strerror})"
        raise RequestError(problem, "choose another place") from error


def check_folder(path: Path) -> None:
    """RequestError if no file can be written into a folder, which is made where there is none."""
    if path.exists() and not path.is_dir():
        raise RequestError(f"{path} is a file", "name a folder")
    check_writable(path / CARD)


def check_room(target: Path, size: int) -> None:
    """RequestError if a disk hasn't room for a file of some bytes."""
    folder = next(parent for parent in target.absolute().parents if parent.is_dir())
    free = shutil.disk_usage(folder).free
    if free < size:
        need = f"{target} needs {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
        raise RequestError(need, "make room, or choose another disk")


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
    with _sentence(path), atomic_file(target) as part:
        yield part


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
    with _sentence(path), atomic_folder(path) as part:
        yield part


def _check_length(path: Path) -> None:
    size = len(os.fsencode(path.name))
    if size > MOST:
        problem = f"{path.name[:20]}… is a name of {size} bytes"
        raise RequestError(problem, f"choose one of {MOST} bytes at most")


def _refuse_folder(path: Path, force: bool) -> None:
    _check_length(path)
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
def _sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"{path} can't be written ({error.strerror or error})"
        advice = "check its folder and the free space, and run the same again"
        raise RequestError(problem, advice) from error
