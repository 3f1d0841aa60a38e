"""The keywords of ``eyecatch.collect``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from eyecatch.core.arguments import AnyPath, Names
from eyecatch.core.detect.config import NamedDetector
from eyecatch.core.identity.clustering import Embed

Progress = Callable[[str, int, int | None], None]
"""Is called with what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Danbooru:
    """Which posts are taken; fields are called as the options of the command line.

    Attributes:
        meta: metadata as JSON lines, see ``collection.danbooru.read_posts``.
        images: folder of their pictures; those that are missing are counted.
        characters: tags such as ``hiei_(yuu_yuu_hakusho)``, spaces count as underscores; everybody
            if empty.
        ratings: their first letters; all if empty.
        most: faces of a character; None for all.
        least: a character with fewer faces is left out.
    """

    meta: AnyPath
    images: AnyPath
    characters: Names = ()
    ratings: Names = ()
    most: int | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Web:
    """What is fetched.

    Attributes:
        urls: of pages or pictures, as gallery-dl takes them.
        most: pictures and videos of each that are fetched, with those that are there already.
    """

    urls: Names
    most: int = 100


class CollectKeywords(TypedDict, total=False):
    """The fields of ``CollectOptions``, for type checkers."""

    boxes: AnyPath | None
    danbooru: Danbooru | None
    web: Web | None
    min_size: int
    max_per_group: int | None
    group: bool
    crop: bool
    detector: NamedDetector | None
    embed: Embed | None
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectOptions:
    """What is collected, and how; ``eyecatch.collect`` says what each field means."""

    boxes: AnyPath | None = None
    danbooru: Danbooru | None = None
    web: Web | None = None
    min_size: int = 32
    max_per_group: int | None = None
    group: bool = True
    crop: bool = False
    detector: NamedDetector | None = None
    embed: Embed | None = None
    progress: Progress = lambda _what, _done, _total: None
