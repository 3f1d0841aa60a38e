"""The folder beside a detector in which it is made, and gone on with after an interruption."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eyecatch.core.errors import RequestError
from eyecatch.core.file_names import MOST
from eyecatch.core.files import write_atomically

_KEY: Final = "settings"
_LOCK: Final = "lock"
_ENDING: Final = ".adapting"
_GO_ON: Final = "make room, and run the same again: it goes on from there"
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WorkFolder:
    """Where moments and weights are kept until the detector is written.

    Attributes:
        path: the folder.
        moments, weights: folders in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.moments, self.weights = path / "moments", path / "weights"

    def clear(self) -> None:
        """Delete all of it."""
        shutil.rmtree(self.path, ignore_errors=True)


@contextmanager
def work_folder(out: Path, settings: object) -> Iterator[WorkFolder]:
    """The folder in which ``out`` is made, ours alone while the block runs.

    What an earlier call left is gone on with if its settings were the same, else deleted. The
    folder stays when the block ends; see ``WorkFolder.clear``.

    Args:
        out: the file that is made.
        settings: all that decides what is made, for JSON.

    Raises:
        RequestError: another process is making the same file, or nothing can be written; also from
            within the block.
    """
    path = out.with_name(f"{out.name[: MOST - len(_ENDING)]}{_ENDING}")
    key = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with _locked(path / _LOCK, out):
            if _key_of(path) != key:
                _empty(path)
                write_atomically(path / _KEY, key.encode())
            work = WorkFolder(path)
            work.moments.mkdir(exist_ok=True)
            work.weights.mkdir(exist_ok=True)
            yield work
    except OSError as error:
        problem = f"{path} can't be written ({error.strerror or error})"
        advice = _GO_ON if error.errno in _FULL else "write it somewhere else"
        raise RequestError(problem, advice) from error


def _key_of(path: Path) -> str | None:
    try:
        return (path / _KEY).read_text("utf-8")
    except (OSError, ValueError):
        return None


def _empty(path: Path) -> None:
    for one in path.iterdir():
        if one.name != _LOCK:
            shutil.rmtree(one) if one.is_dir() else one.unlink()


@contextmanager
def _locked(file: Path, out: Path) -> Iterator[None]:
    """A lock that the system lets go of when the process ends."""
    number = os.open(file, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            problem = f"{out} is being made by another process"
            raise RequestError(problem, "wait for it, or choose another name") from error
        yield
    finally:
        os.close(number)
