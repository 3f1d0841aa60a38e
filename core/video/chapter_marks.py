"""The chapters that a file's maker named."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

from eyecatch.core.segments.types import ChapterMark
from eyecatch.core.text import one_line
from eyecatch.core.video.container import open_container

MOST: Final = 1000
"""Chapters that are read of a file: a hundred times as many as an episode has."""

LONGEST: Final = 200
"""Letters of a title that are kept."""


def chapter_marks(path: Path, stop: Fraction) -> tuple[ChapterMark, ...]:
    """The chapters of a file, in order, in seconds on its clock.

    Titles come from strangers: they are one line of at most ``LONGEST`` letters, without any that
    control; letters in an unknown encoding are U+FFFD. A chapter without length is left out.

    Args:
        path: the file.
        stop: seconds at which its video ends; so do they.

    Raises:
        MediaError: it can't be opened.
    """
    with open_container(path) as container:
        marks = [
            ChapterMark(
                float(one["start"] * unit),
                float(min(one["end"] * unit, stop)),
                _title(one["metadata"].get("title", "")),
            )
            for one in container.chapters()[:MOST]
            if (unit := one["time_base"])
        ]
    return tuple(sorted(mark for mark in marks if mark.start < mark.stop))


def _title(text: str) -> str:
    return " ".join(one_line(text).split())[:LONGEST]
