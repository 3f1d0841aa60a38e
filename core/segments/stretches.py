"""Where an episode is of which kind: segments without overlaps, and what is cut at their edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from eyecatch.core.segments.kinds import KINDS, STORY


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
