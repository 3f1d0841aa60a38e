"""The identity of an episode: a hash of its content, so that a rename or a move changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from eyecatch.core.errors import MediaError
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
        with path.open("rb") as file:
            return hashlib.file_digest(file, _blake2b).hexdigest()
    except OSError as error:
        raise MediaError(str(path), f"can't be read to its end ({error.strerror})") from error


def _blake2b() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=DIGEST_SIZE)
