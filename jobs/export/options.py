"""What can be chosen of exports: classes, and the keywords of ``eyecatch.export`` for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypedDict

from eyecatch.core.arguments import Names, Paths, several
from eyecatch.core.counting import LEAST_SECONDS
from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import kinds_left_out
from eyecatch.jobs.export.character_crops import CROPS, LEAST_SIDE, MOST_SIDE

SHEETS: Final = ("season", "timeline", "faces")
"""What a sheet can show."""

EVERY: Final = 12
"""Drawings from one picture of a dataset to the next: about a second of anime on twos, so that two
of them are seldom nearly the same."""


MAX: Final = 200
"""Pictures of a character: more of one show teach a LoRA little that these don't."""

RESOLUTION: Final = 1024
"""Side of the square that SDXL and later models learn on; 512 and 768 are those of SD 1.5."""

ENLARGE: Final = 1.5
"""How much larger than in the video a crop may become: further on it is nothing but blur."""


class EpisodeKeywords(TypedDict, total=False):
    """The fields of ``EpisodeOptions``, for type checkers."""

    format: str | None
    episodes: Paths
    force: bool


class ExportKeywords(EpisodeKeywords, total=False):
    """The fields of ``ExportOptions``, for type checkers."""

    characters: Names
    unsure: bool


class SegmentKeywords(EpisodeKeywords, total=False):
    """The fields of ``SegmentOptions``, for type checkers."""

    beside: bool


class AppearanceKeywords(ExportKeywords, total=False):
    """The fields of ``AppearanceOptions``, for type checkers."""

    beside: bool
    thumbs: str | None
    join: float
    with_kinds: Names
    min_seconds: float


class DatasetKeywords(ExportKeywords, total=False):
    """The fields of ``DatasetOptions``, for type checkers."""

    every: int
    crops: Names
    max: int
    resolution: int
    enlarge: float
    repeats: int | None


class SheetKeywords(ExportKeywords, total=False):
    """The fields of ``SheetOptions``, for type checkers."""

    of: str
    with_kinds: Names
    min_seconds: float


class BundleKeywords(TypedDict, total=False):
    """The fields of ``BundleOptions``, for type checkers."""

    series: str | None
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeOptions:
    """Of every export; ``eyecatch.export`` says what each field means."""

    format: str | None = None
    episodes: Paths = ()
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions(EpisodeOptions):
    """Of those that are about characters, besides."""

    characters: Names = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentOptions(EpisodeOptions):
    """Of ``segments``, besides."""

    beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AppearanceOptions(ExportOptions):
    """Of ``appearances``, besides."""

    beside: bool = False
    thumbs: str | None = None
    join: float = 0.0
    with_kinds: Names = ()
    min_seconds: float = LEAST_SECONDS

    def __post_init__(self) -> None:
        kinds_left_out(self.with_kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetOptions(ExportOptions):
    """Of a ``dataset``, besides."""

    every: int = EVERY
    crops: Names = CROPS
    max: int = MAX
    resolution: int = RESOLUTION
    enlarge: float = ENLARGE
    repeats: int | None = None

    def __post_init__(self) -> None:
        if self.every < 1:
            raise RequestError(f"every {self.every}th drawing can't be taken", "give 1 or more")
        for kind in several(self.crops):
            if kind not in CROPS:
                raise RequestError(f"{kind!r} is no crop", f"choose {' or '.join(CROPS)}")
        if self.resolution < LEAST_SIDE:
            problem = f"pictures of {self.resolution} pixels are too small to learn from"
            raise RequestError(problem, f"give {LEAST_SIDE} or more")
        if self.resolution > MOST_SIDE:
            problem = f"pictures of {self.resolution} pixels are too large to learn from"
            raise RequestError(problem, f"give {MOST_SIDE} or less")
        if self.max < 1 or self.enlarge <= 0 or (self.repeats is not None and self.repeats < 1):
            problem = "max, enlarge and repeats have to be more than nothing"
            raise RequestError(problem, "leave them out, or give 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOptions(ExportOptions):
    """Of a ``sheet``, besides."""

    of: str = "season"
    with_kinds: Names = ()
    min_seconds: float = LEAST_SECONDS

    def __post_init__(self) -> None:
        kinds_left_out(self.with_kinds)
        if self.of not in SHEETS:
            raise RequestError(f"{self.of!r} is no sheet", f"choose {' or '.join(SHEETS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleOptions:
    """Of a ``bundle``, which is of people, not of episodes: it has all its options here."""

    series: str | None = None
    force: bool = False
