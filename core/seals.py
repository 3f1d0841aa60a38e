"""What this user wrote into a file that others may have: told by a key that stays on this machine.

An index says where videos are. One that came from a stranger could name any file of whoever opens
it, so a path is believed as it stands only where its seal can have been made by this user.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from eyecatch.core.files import user_cache

_BYTES: Final = 32


def seal(*words: str | int) -> str | None:
    """The seal of some words: the same for the same words and user, and nobody else can make it.

    Returns:
        64 hex digits, or None where no key can be kept.
    """
    key = _key(user_cache() / "seal.key")
    import hashlib  # noqa: PLC0415 - a question to the index seals nothing
    import hmac  # noqa: PLC0415

    text = "\0".join(map(str, words)).encode("utf-8", "surrogateescape")
    return None if key is None else hmac.new(key, text, hashlib.sha256).hexdigest()


@cache
def _key(path: Path) -> bytes | None:
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError:
        return None
    return key if len(key) == _BYTES else None


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    import secrets  # noqa: PLC0415 - it loads hashlib

    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
    try:
        path.hardlink_to(new)
    except FileExistsError:  # another process was quicker
        pass
    finally:
        new.unlink()
