"""How texts that become part of a path or a page are kept in a database.

Its texts are UTF-8 and nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from sqlalchemy import Dialect

from eyecatch.db.models.types import Checked, Process, Words

_SCHEME = "file://"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DIGEST = re.compile(r"[0-9A-Za-z][0-9A-Za-z .:_-]{0,127}")


class PathText(Words):
    """A path as Python has it, or a URL.

    A path that is UTF-8 is kept as it is. One with other bytes in it is kept as a ``file://`` URL,
    in which those bytes, and percent signs, are escaped; so the same bytes come back.
    """

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The path as it is kept."""
        return None if value is None else kept(value)

    def checker(self, inner: Process) -> Process:
        """A function that returns the path as it was given."""
        text: Callable[[object], str | None] = super().checker(inner)

        def check(value: object) -> str | None:
            path = text(value)
            return None if path is None else restored(path)

        return check

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same: each may be kept otherwise."""
        return Checked.read_all(self, values)


class Digest(Words):
    """A hash as a text, which may be part of a file's name."""

    def checker(self, inner: Process) -> Process:
        """The same."""
        text: Callable[[object], str | None] = super().checker(inner)

        def check(value: object) -> str | None:
            if (digest := text(value)) is None or _DIGEST.fullmatch(digest):
                return digest
            raise self.wrong("a digest", value)

        return check


class HexColour(Words):
    """A colour as ``#rrggbb``; it becomes part of pages and subtitles as it is."""

    def checker(self, inner: Process) -> Process:
        """The same."""
        text: Callable[[object], str | None] = super().checker(inner)

        def check(value: object) -> str | None:
            if (colour := text(value)) is None or _COLOUR.fullmatch(colour):
                return colour
            raise self.wrong("a colour", value)

        return check


def kept(path: str) -> str:
    r"""The text that is kept for a path.

    Example:
        >>> kept("/season/1.mkv"), kept("/season/\udc83\udc47 100%.mkv")
        ('/season/1.mkv', 'file:///season/%83%47 100%25.mkv')
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        return _SCHEME + "".join(map(_escaped, path))
    return path


def restored(text: str) -> str:
    """The path for what ``kept`` made of it."""
    if not text.startswith(_SCHEME):
        return text
    return os.fsdecode(unquote_to_bytes(text.removeprefix(_SCHEME)))


def _escaped(letter: str) -> str:
    if letter == "%":
        return "%25"
    if "\udc80" <= letter <= "\udcff":
        return f"%{ord(letter) - 0xDC00:02X}"
    return letter
