"""What all plots share: fonts with Japanese letters, one style, and files that are reproducible."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure

INK: Final = "#24262b"
FAINT: Final = "#7d828c"
LINE: Final = "#e4e6ea"

DPI: Final = 150
"""Pixels of an inch in a PNG: a season's grid is about 1,500 wide, sharp on today's screens."""

# Fonts with the signs of East Asia that systems come with; those installed stand in for what the
# others lack, Korean above all.
_FALLBACKS = (
    "Noto Sans CJK JP",
    "Hiragino Sans",
    "Yu Gothic",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Microsoft YaHei",
)


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """A figure of so many inches to draw on, and to ``save``, inside the block."""
    style: dict[Any, Any] = {
        "font.family": list(font_families()),
        "font.size": 10,
        "text.color": INK,
        "text.parse_math": False,  # a name may hold dollars
        "svg.hashsalt": "eyecatch",  # else no two files are the same
        "axes.unicode_minus": False,
    }
    with mpl.rc_context(style):
        yield Figure((width, height), dpi=DPI, facecolor="white")


LARGEST: Final = 2**16 - 1
"""Pixels of a side that Agg draws at most; a picture of more inches has fewer pixels in each."""


def save(figure: Figure, path: Path, form: str) -> None:
    """Write a figure as ``png`` or ``svg``, whose letters are paths: it looks the same anywhere."""
    dated = {"Date": None} if form == "svg" else {}
    dpi = min(DPI, int(LARGEST / max(figure.get_size_inches())))
    with mpl.rc_context({"svg.hashsalt": "eyecatch"}):
        figure.savefig(path, format=form, metadata=dated, dpi=dpi)


def shown(text: str) -> str:
    """Text with ``?`` for letters that no font has, which would be drawn as boxes."""
    known = _code_points()
    return "".join(sign if ord(sign) in known else "?" for sign in text)


def fit(text: str, inches: float, size: float = 10) -> str:
    """What is ``shown`` of a text in so many inches; one that is too long ends with three dots."""
    text = shown(text)
    if breadth(text, size) <= inches:
        return text
    ends = (end for end in range(len(text) - 1, 0, -1) if not unicodedata.combining(text[end]))
    return next((cut for end in ends if breadth(cut := f"{text[:end]}…", size) <= inches), "…")


@cache
def font_families() -> tuple[str, ...]:
    """Names of the fonts, the first one that has a sign drawing it."""
    fonts = [mpl.rcParamsDefault["font.sans-serif"][0]]  # DejaVu Sans, which comes with matplotlib
    installed = set(font_manager.get_font_names())
    fonts += [name for name in _FALLBACKS if name in installed]
    # IPAex Gothic; its package is not imported, as that would change matplotlib for everybody.
    spec = importlib.util.find_spec("matplotlib_fontja")
    for folder in spec.submodule_search_locations or () if spec else ():
        for file in sorted((Path(folder) / "fonts").glob("*.ttf")):
            font_manager.fontManager.addfont(file)
            fonts.append(font_manager.FontProperties(fname=file).get_name())
    return tuple(dict.fromkeys(fonts))


@cache
def _code_points() -> frozenset[int]:
    """Code points that one of the fonts has."""
    files = (font_manager.findfont(name) for name in font_families())
    return frozenset().union(*(font_manager.get_font(file).get_charmap() for file in files))


def breadth(text: str, size: float = 10) -> float:
    """About how many inches wide a text is: .64 of its size a letter, 1 an East Asian one."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return (0.64 * (len(text) - wide) + 1.0 * wide) * size / 72
