"""Where a Ray of our own keeps its sockets and logs: a path that is short enough for sockets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from eyecatch.core.errors import RequestError

LONGEST_SOCKET = 103 if sys.platform == "darwin" else 107
"""Bytes of a socket's path; the system keeps one more, a zero."""

BELOW = "/ray/session_2026-01-01_00-00-00_000000_4194304/sockets/plasma_store"
"""The longest path that Ray makes in there; the number is the largest of a process on Linux."""

LONGEST = LONGEST_SOCKET - len(BELOW)


def temporary_folder() -> str:
    """A folder for Ray's: where Ray itself would look first, else where its sockets can be made.

    Raises:
        RequestError: there is none.
    """
    wished = (os.environ.get("RAY_TMPDIR"), os.environ.get("TMPDIR"))
    for folder in (*wished, "/tmp", "/var/tmp", "/dev/shm"):
        if folder and _does(Path(folder).absolute()):
            return f"{Path(folder).absolute()}/ray"
    raise RequestError(
        f"Ray finds no folder for its sockets that can be written to and whose path has {LONGEST} "
        "bytes at most",
        "set RAY_TMPDIR to one, or use --runner inline",
    )


def _does(folder: Path) -> bool:
    fits = len(os.fsencode(folder)) <= LONGEST
    return fits and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
