"""Names of files: as they are shown, and as they are shortened so that a file system takes them.

Most systems keep any bytes as a name. Python has those that are no UTF-8 as lone surrogates (PEP
383), so the bytes come back from any path; only what is shown or written into a text goes through
``shown``.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate
from typing import Final

MOST: Final = 255
"""Bytes of a name on most file systems."""

ROOM: Final = 200
"""Bytes of a name that we make up: what is added while the file is written has room beside it."""

_NO_LETTER = re.compile("[\ud800-\udfff]")
_JOINER: Final = "\u200d"


def shown(name: str) -> str:
    r"""A name as people read it: what is no letter in UTF-8 becomes U+FFFD.

    Example:
        >>> shown("\udc83G\udc83s 1.mkv")
        '�G�s 1.mkv'
    """
    return _NO_LETTER.sub("\ufffd", name)


def fitted(stem: str, ending: str = "", most: int = ROOM) -> str:
    """A name of at most so many bytes; one that is too long is cut between two letters.

    What is cut keeps a mark of the whole name, so that two long names that begin alike stay two.

    Args:
        stem: what may be shortened.
        ending: what may not, such as a number and a suffix.
        most: bytes of both together.

    Example:
        >>> fitted("Rei", ".mp4")
        'Rei.mp4'
        >>> fitted("綾波レイ" * 30, ".mp4", 40)
        '綾波レイ綾波レ~f36c4e01.mp4'
    """
    if _size(stem + ending) <= most:
        return stem + ending
    import hashlib  # noqa: PLC0415 - most names are short enough, and it takes 6 ms to load

    mark = "~" + hashlib.blake2b(_bytes(stem), digest_size=4).hexdigest()
    room = most - _size(mark + ending)
    letters = bisect_right(list(accumulate(map(_size, stem))), room)
    return stem[: _boundary(stem, letters)].rstrip() + mark + ending


def _boundary(text: str, place: int) -> int:
    """The last place up to ``place`` where no letter is taken apart: an accent, a joined emoji."""
    while 0 < place < len(text) and (_joins(text[place]) or text[place - 1] == _JOINER):
        place -= 1
    return place


def _joins(letter: str) -> bool:
    """Whether a character belongs to the one before it: marks, skin tones, what joins emoji."""
    return (
        letter == _JOINER
        or unicodedata.category(letter).startswith("M")
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
    )


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _size(name: str) -> int:
    return len(_bytes(name))
