"""What can be chosen of a rendering: classes, and the keywords of ``eyecatch.render`` for them.

``clips`` shares what is chosen of encoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from eyecatch.core.errors import RequestError

WAYS = ("soft", "burn")


class EncodingKeywords(TypedDict, total=False):
    """The keywords of ``EncodingOptions``."""

    encoder: str
    quality: int | None


class RenderKeywords(EncodingKeywords, total=False):
    """The keywords of ``RenderOptions``."""

    how: str
    unsure: bool
    runner: str
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingOptions:
    """How pictures are encoded.

    Attributes:
        encoder: ``x264``, ``nvenc``, ``qsv`` or ``videotoolbox``; or ``auto``: that of a card where
            there is one that works and can do it.
        quality: on the encoder's own scale, lower is better; None for what suits it.
    """

    encoder: str = "x264"
    quality: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions(EncodingOptions):
    """How an episode is rendered.

    Attributes:
        how: ``soft``, a subtitle track beside the untouched streams; ``burn``, in the picture.
        unsure: say the names that are unsure too; else those faces are unknown.
        runner: for burn: ``inline``, one ffmpeg on all cores, or ``ray``, one a CPU of the cluster.
        force: replace a file that is there.
    """

    how: str = "soft"
    unsure: bool = False
    runner: str = "inline"
    force: bool = False

    def __post_init__(self) -> None:
        if self.how not in WAYS:
            problem = f"an episode can't be rendered {self.how!r}"
            raise RequestError(problem, f"choose {' or '.join(WAYS)}")
