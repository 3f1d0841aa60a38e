"""The chapters that a file has already, and ours where its maker named nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from eyecatch.core.segments.story_parts import SHORTEST, TITLES, NamedPart

_NO_NAME: Final = re.compile(
    r"(?:chapter|chapitre|kapitel|cap[ií]tulo|チャプター|第)?\s*[\d:.]*\s*章?", re.IGNORECASE
)
"""What programs call a chapter that nobody named: "Chapter 01", "00:12:30.000"."""


def merged(maker: Sequence[NamedPart], ours: Sequence[NamedPart]) -> list[NamedPart]:
    """Chapters with the names of the file's maker, and ours for the rest.

    Every chapter of the maker still begins where it began. A segment of ours in the middle of one
    is named there, and what follows it has the maker's name again; one that is a chapter of the
    maker, or several, has the maker's names. Ends less than ``SHORTEST`` apart are the maker's.

    Args:
        maker: the file's chapters, in order.
        ours: parts of the episode, in order and without gaps.
    """
    ends = [ours[0].start, ours[-1].stop] if ours else []
    bounds = sorted({*ends, *(one for mark in maker for one in (mark.start, mark.stop))})
    mine = [
        one._replace(start=_snapped(one.start, bounds), stop=_snapped(one.stop, bounds))
        for one in ours
    ]
    every = sorted({*bounds, *(one for part in mine for one in (part.start, part.stop))})
    pieces = [
        NamedPart(start, stop, _title(_at(maker, start), _at(mine, start)))
        for start, stop in pairwise(every)
    ]
    begins = {mark.start for mark in maker}
    joined: list[NamedPart] = []
    for one in pieces:
        if joined and joined[-1].title == one.title and one.start not in begins:
            joined[-1] = joined[-1]._replace(stop=one.stop)
        else:
            joined.append(one)
    return joined


def _snapped(time: Fraction, bounds: Sequence[Fraction]) -> Fraction:
    nearest = min(bounds, key=lambda one: abs(one - time), default=time)
    return nearest if abs(nearest - time) < SHORTEST else time


def _at(parts: Sequence[NamedPart], time: Fraction) -> NamedPart | None:
    return next((one for one in parts if one.start <= time < one.stop), None)


def _title(mark: NamedPart | None, part: NamedPart | None) -> str:
    if part is None:
        return "" if mark is None else mark.title
    if mark is None or _NO_NAME.fullmatch(mark.title.strip()):
        return part.title
    whole = part.start <= mark.start and mark.stop <= part.stop
    return part.title if part.title in TITLES and not whole else mark.title
