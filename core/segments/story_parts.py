"""An episode from its start to its end as parts with names: what chapters are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import count, pairwise, product
from string import ascii_uppercase
from typing import Final, NamedTuple

from eyecatch.core.segments.kinds import LEFT_OUT

SHORTEST: Final = 2
"""Seconds: story that is shorter is the black between two segments, and goes with its neighbour."""

TITLES: Final = tuple(kind.capitalize() for kind in LEFT_OUT)
"""What parts are called that are no story."""


class Stretch(NamedTuple):
    """A segment in seconds as players count; half-open."""

    kind: str
    start: Fraction
    stop: Fraction


class NamedPart(NamedTuple):
    """A part of an episode, in seconds as players count; half-open."""

    start: Fraction
    stop: Fraction
    title: str


def named_parts(segments: Iterable[Stretch], stop: Fraction) -> list[NamedPart]:
    """An episode's parts, in order, without gaps.

    A segment that is no story has the name of its kind ("Opening"), what is between two of them is
    "Part A", "Part B" and so on. Of segments that overlap, the one that begins later is named.

    Args:
        segments: those of an episode, of any kind.
        stop: seconds at which it ends; it begins at 0.
    """
    cut = [
        one._replace(start=max(one.start, Fraction(0)), stop=min(one.stop, stop))
        for one in segments
        if one.kind in LEFT_OUT
    ]
    cut = [one for one in cut if one.start < one.stop]
    letters = _letters()
    parts = _joined(_without_slivers(_joined(_pieces(cut, stop))))
    return [
        NamedPart(one.start, one.stop, one.kind.capitalize() or f"Part {next(letters)}")
        for one in parts
    ]


def _pieces(cut: list[Stretch], stop: Fraction) -> list[Stretch]:
    """From 0 to the end; the kind of a story is empty."""
    if not stop:
        return []
    bounds = sorted({Fraction(0), stop, *(one.start for one in cut), *(one.stop for one in cut)})
    return [Stretch(_kind(cut, start, end), start, end) for start, end in pairwise(bounds)]


def _kind(cut: list[Stretch], start: Fraction, stop: Fraction) -> str:
    over = [one for one in cut if one.start <= start and stop <= one.stop]
    return max(over, key=lambda one: one.start).kind if over else ""


def _without_slivers(pieces: list[Stretch]) -> list[Stretch]:
    """A sliver of story belongs to what comes before it; the first one to what comes after."""
    kinds = [
        None if not one.kind and one.stop - one.start < SHORTEST else one.kind for one in pieces
    ]
    named = next((kind for kind in kinds if kind is not None), "")
    merged = []
    for one, kind in zip(pieces, kinds, strict=True):
        named = named if kind is None else kind
        merged.append(one._replace(kind=named))
    return merged


def _joined(pieces: list[Stretch]) -> list[Stretch]:
    """Neighbours of one kind are one."""
    joined: list[Stretch] = []
    for one in pieces:
        if joined and joined[-1].kind == one.kind:
            joined[-1] = joined[-1]._replace(stop=one.stop)
        else:
            joined.append(one)
    return joined


def _letters() -> Iterator[str]:
    """A to Z, then AA, AB and so on."""
    for length in count(1):
        for letters in product(ascii_uppercase, repeat=length):
            yield "".join(letters)
