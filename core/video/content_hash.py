"""The identity of an episode: a hash of its content, so that a rename or a move changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

from eyecatch.core.errors import MediaError
from eyecatch.core.shortage import blame_machine
from eyecatch.core.storage import BLOCK, is_remote, opened, reachable
from eyecatch.core.video.container import check_file

DIGEST_SIZE = 16
"""Bytes of a digest: 128 bits, so that no two files of any collection share one."""


def content_hash(path: Path) -> str:
    """BLAKE2b (RFC 7693) of the whole content of a file.

    Args:
        path: the file.

    Returns:
        32 hex digits.

    Raises:
        MediaError: there is no such file, it can't be read, or it is empty.
    """
    check_file(path)
    try:
        with reachable(path), opened(path) if is_remote(path) else path.open("rb") as file:
            return _digest(file)
    except OSError as error:
        blame_machine(path, error)
        reason = error.strerror or error
        raise MediaError(str(path), f"can't be read to its end ({reason})") from error


def _digest(file: IO[bytes]) -> str:
    digest = _blake2b()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _blake2b() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=DIGEST_SIZE)
