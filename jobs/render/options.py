"""What can be chosen of a rendering: classes, and the keywords of ``eyecatch.render`` for them.

``clips`` shares what is chosen of encoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from eyecatch.core.errors import RequestError
from eyecatch.core.file_names import fitted
from eyecatch.db.records.scan import EpisodeRecord

WAYS = ("soft", "burn")

FOLDER = Path("annotated")
"""Where an episode goes that no name is given for: not beside its source, which is often a folder
that is indexed as a whole."""


class EncodingKeywords(TypedDict, total=False):
    """The fields of ``EncodingOptions``, for type checkers."""

    encoder: str
    quality: int | None


class RenderKeywords(EncodingKeywords, total=False):
    """The fields of ``RenderOptions``, for type checkers."""

    how: str
    unsure: bool
    chapters: bool
    runner: str
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingOptions:
    """How pictures are encoded; ``eyecatch.render`` says what each field means."""

    encoder: str = "x264"
    quality: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions(EncodingOptions):
    """How an episode is rendered; ``eyecatch.render`` says what each field means."""

    how: str = "soft"
    unsure: bool = False
    chapters: bool = False
    runner: str = "inline"
    force: bool = False

    def __post_init__(self) -> None:
        if self.how not in WAYS:
            problem = f"an episode can't be rendered {self.how!r}"
            raise RequestError(problem, f"choose {' or '.join(WAYS)}")
        if self.chapters and self.how != "soft":
            problem = "chapters are written into the soft copy alone"
            raise RequestError(problem, "render it soft, or see: eyecatch export segments")


def default_name(episode: EpisodeRecord, how: str) -> Path:
    """Where an episode goes if no name is given; a burnt MP4 stays one."""
    suffix = episode.video.path.suffix.lower()
    kept = how == "burn" and suffix in {".mp4", ".m4v", ".mov"}
    return FOLDER / fitted(episode.title, suffix if kept else ".mkv")
