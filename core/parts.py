"""Names beside a file's own, to write to until it is whole.

Each is the writer's alone, whoever else writes the same file at the time. It is locked while its
writer lives, so that the next one knows what a killed process left behind, and removes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = ".eyecatch-"


@contextmanager
def file_part(path: Path) -> Iterator[Path]:
    """A new empty file beside ``path``, of its suffix; gone afterwards if it is still there.

    Raises:
        OSError: it can't be made.
    """
    sweep(path, "part")
    part = beside(path, "part", path.suffix)
    with _held(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)):
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def folder_part(path: Path) -> Iterator[Path]:
    """A new empty folder beside ``path``; gone afterwards if it is still there.

    Raises:
        OSError: it can't be made.
    """
    sweep(path, "part")
    part = beside(path, "part")
    part.mkdir()
    with _held(os.open(part, os.O_RDONLY)):
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)


def beside(path: Path, kind: str, suffix: str = "") -> Path:
    """A name beside ``path`` that nobody else takes; short, however long that of ``path`` is."""
    return path.with_name(f"{_mark(path, kind)}{secrets.token_hex(6)}{suffix}")


def sweep(path: Path, kind: str) -> None:
    """Remove what killed processes left beside ``path``; what can't be removed stays."""
    for left in path.parent.glob(f"{_mark(path, kind)}*"):
        if not _is_held(left):
            with suppress(OSError):
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def _mark(path: Path, kind: str) -> str:
    if path.name.startswith(_PREFIX):  # a part's own parts are those of the file it becomes
        return f"{path.name.rsplit('-', 2)[0]}-{kind}-"
    name = hashlib.blake2b(os.fsencode(path.name), digest_size=6).hexdigest()
    return f"{_PREFIX}{name}-{kind}-"


@contextmanager
def _held(number: int) -> Iterator[None]:
    """A lock on an open file, which the system lets go of when the process ends."""
    try:
        with suppress(OSError):  # a file system without locks: what is left there stays
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(number)


def _is_held(path: Path) -> bool:
    """Whether its writer lives, as far as that is known."""
    try:
        number = os.open(path, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(number)
    return False
