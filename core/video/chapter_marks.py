"""The chapters that a file's maker named."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

from eyecatch.core.segments.types import ChapterMark
from eyecatch.core.storage import is_remote
from eyecatch.core.text import one_line
from eyecatch.core.video.clock import MATROSKA
from eyecatch.core.video.container import open_container
from eyecatch.core.video.ordered_chapters import linked_chapters

MOST: Final = 1000
"""Chapters that are read of a file: a hundred times as many as an episode has."""

LONGEST: Final = 200
"""Letters of a title that are kept."""


def chapter_marks(path: Path, stop: Fraction) -> tuple[ChapterMark, ...]:
    """The chapters of a file, in order, in seconds on its clock.

    Titles come from strangers: they are one line of at most ``LONGEST`` letters, without any that
    control; letters in an unknown encoding are U+FFFD. A chapter without length is left
    out, and so is one that Matroska has in another file.

    Args:
        path: the file.
        stop: seconds at which its video ends; so do they.

    Raises:
        MediaError: it can't be opened.
    """
    with open_container(path) as container:
        found = container.chapters()[:MOST]
        linked = _linked(path, container.format.name) if found else frozenset()
        marks = [
            ChapterMark(
                float(one["start"] * unit),
                float(min(one["end"] * unit, stop)),
                _title(one["metadata"].get("title", "")),
            )
            for one in found
            if (unit := one["time_base"]) and one["id"] % 2**64 not in linked
        ]
    return tuple(sorted(mark for mark in marks if mark.start < mark.stop))


def _linked(path: Path, container: str) -> frozenset[int]:
    if MATROSKA not in container.split(",") or is_remote(path):  # it would be read whole for that
        return frozenset()
    return linked_chapters(path)


def _title(text: str) -> str:
    return " ".join(one_line(text).split())[:LONGEST]
