"""What may be asked of ``collect`` besides pictures and videos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Danbooru:
    """Which posts are taken.

    Attributes:
        meta: JSON lines, see ``posts``.
        images: folder of their pictures; those that are missing are counted.
        characters: tags such as ``hiei_(yuu_yuu_hakusho)``, spaces count as underscores; everybody
            if empty.
        ratings: their first letters; all if empty.
        most: faces of a character; None for all.
        least: a character with fewer faces is left out.
    """

    meta: Path
    images: Path
    characters: tuple[str, ...] = ()
    ratings: tuple[str, ...] = ()
    most: int | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Web:
    """What is fetched.

    Attributes:
        urls: of pages or pictures, as gallery-dl takes them.
        most: pictures and videos of each that are fetched, with those that are there already.
    """

    urls: tuple[str, ...]
    most: int = 100
