"""How wide a name is in the fonts that labels are drawn with."""

from __future__ import annotations

import importlib.util
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONT, WIDE_FONT = "DejaVu Sans", "IPAexGothic"
"""For names in letters (bold), and in kana or kanji; where one is absent, players take another."""

_WIDE_SIGN: Final = 1.0
_SIGN: Final = 0.7
"""Sizes that a sign takes at most which neither font has: an East Asian one, and any other. Some
font of the system draws it, and none that we know of is wider."""


@dataclass(frozen=True)
class _Widths:
    """Advances of a font's signs, in sizes as ASS counts them: from ascender to descender."""

    by_sign: dict[int, float]

    def of(self, sign: str) -> float:
        if unicodedata.category(sign).startswith("M"):
            return 0.0  # an accent stands above the letter before it
        known = self.by_sign.get(ord(sign))
        return known if known is not None else _WIDE_SIGN if is_wide(sign) else _SIGN


def font_files() -> list[Path]:
    """The files of both fonts, for machines that have none; those that are missing are left out."""
    return [file for file in (_latin(), _japanese()) if file is not None]


def font_of(name: str) -> str:
    """The font that a name is drawn in."""
    return WIDE_FONT if any(map(is_wide, name)) else FONT


def is_wide(sign: str) -> bool:
    """Whether a sign is as wide as it is high, as those of East Asia are."""
    return unicodedata.east_asian_width(sign) in "WF"


@lru_cache(maxsize=4096)
def text_width(name: str, size: int) -> int:
    """How many pixels a name takes.

    Kerning, which brings some letters nearer to each other, is left out: a name is this wide at
    most.

    Args:
        name: in one line.
        size: as ASS counts, ascender to descender.
    """
    widths = _widths(font_of(name))
    return -(-sum(round(1000 * widths.of(sign)) for sign in name) * size // 1000)


@cache
def _widths(font: str) -> _Widths:
    file = _japanese() if font == WIDE_FONT else _latin()
    if file is None:
        return _Widths({})
    with TTFont(file, lazy=True) as opened:
        advances = opened["hmtx"].metrics
        # libass makes the ascender and descender that Windows uses as high as the size.
        height = opened["OS/2"].usWinAscent + opened["OS/2"].usWinDescent
        signs = opened.getBestCmap()
        return _Widths({sign: advances[glyph][0] / height for sign, glyph in signs.items()})


@cache
def _latin() -> Path | None:
    return _first("matplotlib", "mpl-data/fonts/ttf/DejaVuSans-Bold.ttf")


@cache
def _japanese() -> Path | None:
    return _first("matplotlib_fontja", "fonts/*.ttf")


def _first(package: str, pattern: str) -> Path | None:
    """A file of an installed package, found without importing it, which takes a second."""
    found = importlib.util.find_spec(package)
    folder = Path(found.origin).parent if found is not None and found.origin else Path("absent")
    return min(folder.glob(pattern), default=None)
