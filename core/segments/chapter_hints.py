"""Chapters that the file's maker named: a hint, which wins where pictures agree with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from eyecatch.core.segments.kinds import ENDING, EYECATCH, OPENING, PREVIEW, RECAP
from eyecatch.core.segments.types import EpisodeSignature, FoundSegment

_AGREE: Final = 0.6
"""Share of a chapter, and of what was found there, that they have in common."""

_OFF: Final = 0.5
"""Seconds between an end of a chapter and one that pictures tell: it is exact, a chapter's may not
be. What is farther off is the chapter's: there the pictures had nothing to tell."""

_CONFIDENCE: Final = 0.99

_TITLES: Final = (
    (OPENING, r"(nc)?op\d*|intro|opening( (theme|credits|titles?|song|\d+))?|オープニング.*|op曲"),
    (
        ENDING,
        r"(nc)?ed\d*|outro|ending( (theme|credits|song|\d+))?|(end )?credits|エンディング.*|ed曲",
    ),
    (EYECATCH, r"eye ?-?catch( ?[ab\d])?|bumper|sponsors?|アイキャッチ.*|提供"),
    (RECAP, r"recap|previously( on .*)?|synopsis|avant( recap)?|前回.*|あらすじ.*"),
    (PREVIEW, r"preview|next( (time|episode|on .*))?|next episode preview|(次回)?予告.*|次回.*"),
)
"""What makers of discs and rips call the parts of an episode."""


def kind_of(title: str) -> str | None:
    """What a chapter of that title is; None if it doesn't say, or is a part of the story.

    Example:
        >>> kind_of("OP"), kind_of("Opening theme"), kind_of("次回予告"), kind_of("Part A")
        ('opening', 'opening', 'preview', None)
    """
    plain = unicodedata.normalize("NFKC", title).strip(" -_.:#[]()「」").casefold()
    for kind, pattern in _TITLES:
        if re.fullmatch(pattern, plain):
            return kind
    return None


def with_chapters(
    segments: Sequence[FoundSegment], signatures: Sequence[EpisodeSignature]
) -> list[FoundSegment]:
    """Segments as the chapters of their episodes have them, where both agree.

    Args:
        segments: that pictures told.
        signatures: of the episodes, with their chapters.

    Returns:
        All of them, in order; of those that a chapter covers its kind, and its ends where they are
        far from those that were found.
    """
    return sorted(_told(segment, signatures[segment.episode]) for segment in segments)


def _told(segment: FoundSegment, signature: EpisodeSignature) -> FoundSegment:
    times = signature.times
    start, stop = float(times[segment.start]), float(times[segment.stop])
    for kind, begin, end in _chapters(signature):
        common = min(stop, end) - max(start, begin)
        if common >= _AGREE * max(stop - start, end - begin):
            return segment._replace(
                kind=kind,
                start=segment.start if abs(begin - start) <= _OFF else _frame(times, begin),
                stop=segment.stop if abs(end - stop) <= _OFF else _frame(times, end),
                confidence=max(segment.confidence, _CONFIDENCE),
            )
    return segment


def _chapters(signature: EpisodeSignature) -> Iterator[tuple[str, float, float]]:
    for mark in signature.chapters:
        kind = kind_of(mark.title)
        if kind is not None:
            yield kind, mark.start, mark.stop


def _frame(times: np.ndarray, time: float) -> int:
    return int(np.argmin(np.abs(times - time)))
