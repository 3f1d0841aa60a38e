"""Names that tell things apart: episodes called alike, and files and folders made of any texts."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, count
from pathlib import PurePosixPath
from typing import NamedTuple

from eyecatch.core.file_names import fitted, shown

_NEVER = frozenset('<>:"/\\|?*')
"""What some file system takes in no name."""

_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
"""Names that Windows takes for devices."""


class Called(NamedTuple):
    """What an episode is called where its file's name is not enough.

    Attributes:
        name: the end of its path, such as ``Season 1/E01.mkv``.
        title: the same as a file may be called, such as ``Season 1_E01``.
    """

    name: str
    title: str


def called(paths: Iterable[str]) -> dict[str, Called]:
    """What files are called whose names, but for the suffix, are another's too; and no others.

    It is as much of the end of the path as is no other's, so that it stays what it is when files
    come that are called otherwise.

    Example:
        >>> called(["/a/S1/E01.mkv", "/a/S2/E01.mkv", "/a/S2/E02.mkv"])["/a/S2/E01.mkv"]
        Called(name='S2/E01.mkv', title='S2_E01')
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        alike[_key(path.rpartition("/")[2].rpartition(".")[0])].append(path)
    found: dict[str, Called] = {}
    for those in alike.values():
        if len(those) > 1:
            same = [*map(PurePosixPath, those)]
            names = [shown("/".join(tail)) for tail in _tails([path.parts for path in same])]
            short = [str(PurePosixPath(name).with_suffix("")) for name in names]
            stems = short if len(set(map(_key, short))) == len(short) else names
            titles = (stem.strip("/").replace("/", "_") for stem in stems)
            found |= dict(zip(map(str, same), map(Called, names, titles), strict=True))
    return found


def _tails(paths: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The shortest end of each that no other has."""
    return [
        next(
            path[-size:]
            for size in range(1, len(path) + 1)
            if size == len(path) or sum(other[-size:] == path[-size:] for other in paths) == 1
        )
        for path in paths
    ]


def file_names(texts: Sequence[str], reserved: Collection[str] = ()) -> list[str]:
    """A file's or folder's name for each text: any file system takes it, and no two are the same.

    Two are the same that differ in case or in how accents are written, as on some systems. Those
    that would be have a number behind.

    Args:
        texts: one that is there twice has the same name twice.
        reserved: names that mean something else, in lower case.

    Example:
        >>> file_names(["Fate/Zero", "Fate?Zero", "fate_zero", "Rei"])
        ['Fate_Zero (2)', 'Fate_Zero (3)', 'fate_zero', 'Rei']
    """
    taken = {*reserved, *_DEVICES}
    found: dict[str, str] = {}
    for text in sorted(
        dict.fromkeys(texts), key=lambda text: text != _plain(text)
    ):  # an unchanged one keeps it
        plain = _plain(text)
        tries = chain([fitted(plain)], (fitted(plain, f" ({n})") for n in count(2)))
        found[text] = next(name for name in tries if _key(name) not in taken)
        taken.add(_key(found[text]))
    return [found[text] for text in texts]


def _plain(text: str) -> str:
    signs = (
        "_" if sign in _NEVER or unicodedata.category(sign) == "Cc" else sign
        for sign in shown(text)
    )
    return "".join(signs).strip(" .") or "_"


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
