"""What of an episode is counted: story always, other kinds of segments where somebody asks."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.types import KINDS, LEFT_OUT, STORY

ALL: Final = "all"
"""Asks for every kind."""


class KindSpan(NamedTuple):
    """Frames of an episode that are of one kind; half-open.

    Attributes:
        start, stop: numbers of its first frame, and of the first after it.
        start_pts, stop_pts: when these begin, in units of the episode's time base.
        kind: one of ``KINDS``, or None for story that is shown nowhere else.
    """

    start: int
    stop: int
    start_pts: int
    stop_pts: int
    kind: str | None


class Claim(NamedTuple):
    """A segment, and whether a person set it; otherwise as in ``KindSpan``."""

    start: int
    stop: int
    start_pts: int
    stop_pts: int
    kind: str
    by_person: bool


def kinds_left_out(with_kinds: str | Sequence[str] = ()) -> frozenset[str]:
    """The kinds that are not counted.

    Args:
        with_kinds: kinds that are counted beside story, or ``all``; a text has commas between them.

    Raises:
        RequestError: there is no such kind.

    Example:
        >>> sorted(kinds_left_out("opening, recap"))
        ['ending', 'eyecatch', 'preview']
    """
    words = with_kinds.split(",") if isinstance(with_kinds, str) else with_kinds
    asked = {word.strip().lower() for word in words} - {""}
    known = (*LEFT_OUT, ALL)
    for word in sorted(asked - {*KINDS, STORY, ALL}):  # the last two of them count anyway
        near = difflib.get_close_matches(word, known, n=1)
        advice = f"did you mean {near[0]}? Choose" if near else "choose"
        raise RequestError(f"{word!r} is no kind of segment", f"{advice} of {', '.join(known)}")
    return frozenset() if ALL in asked else frozenset(LEFT_OUT) - asked


def stretches(claims: Iterable[Claim]) -> list[KindSpan]:
    """Segments without overlaps, in order; ``story`` is none of them.

    Where several are at one place, what a person set wins, and among these a kind that answers
    leave out. What touches and is of one kind is one.
    """
    known = [one for one in claims if one.start < one.stop]
    edges = sorted(
        {(one.start, one.start_pts) for one in known} | {(one.stop, one.stop_pts) for one in known}
    )
    found: list[KindSpan] = []
    for (start, start_pts), (stop, stop_pts) in pairwise(edges):
        there = [one for one in known if one.start <= start and stop <= one.stop]
        kind = min(there, key=_rank).kind if there and start < stop else STORY
        if kind == STORY:
            continue
        if found and found[-1].stop == start and found[-1].kind == kind:
            found[-1] = found[-1]._replace(stop=stop, stop_pts=stop_pts)
        else:
            found.append(KindSpan(start, stop, start_pts, stop_pts, kind))
    return found


def _rank(claim: Claim) -> tuple[bool, int]:
    return not claim.by_person, (*KINDS, STORY).index(claim.kind)


def cut_at_edges(part: KindSpan, inside: Sequence[KindSpan]) -> Iterator[KindSpan]:
    """A part of an episode, cut at the edges of stretches; what lies in none is of kind None.

    Args:
        part: of any kind.
        inside: as ``stretches`` gives them.
    """
    frame, pts = part.start, part.start_pts
    for one in inside:
        if one.stop <= frame:
            continue
        if one.start >= part.stop:
            break
        if one.start > frame:
            yield KindSpan(frame, one.start, pts, one.start_pts, None)
            frame, pts = one.start, one.start_pts
        stop, stop_pts = min((one.stop, one.stop_pts), (part.stop, part.stop_pts))
        yield KindSpan(frame, stop, pts, stop_pts, one.kind)
        frame, pts = stop, stop_pts
    if frame < part.stop:
        yield KindSpan(frame, part.stop, pts, part.stop_pts, None)
