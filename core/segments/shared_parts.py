"""From spans that two episodes share to parts that many share.

The ends of all spans cut an episode into pieces. Pieces that spans lay upon each other are one
piece shown several times; and pieces that follow each other nearly wherever they are shown are one
part: an opening that one episode cuts short is still one opening.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.alignment import SharedSpan
from eyecatch.core.segments.candidates import MAX_DISTANCE
from eyecatch.core.segments.grid import STEP, Grid, distance
from eyecatch.core.segments.pieces import ONE_EDGE, Showing, pieces_of

TOUCH: Final = 0.3
"""Seconds between two pieces that follow each other without anything in between."""

_LAID: Final = 0.6
"""Share of the longer of two pieces that a span lays upon the other."""

_ALWAYS, _REST, _OFTEN = 0.9, 0.25, 3
"""The same of those of the rarer one, where it is so much of the other's length, and so many of
them: the rest of an opening that some episodes cut short, rather than a card behind it."""

_SHORTEST_CARD: Final = 1.2
"""Seconds that a card stands at least."""

_INSEPARABLE: Final = 0.9
"""The same, whatever they are: a card that ends every ending is a part of it."""

_FEW, _UNLIKE = 4, 17.0
"""Showings of which none is the odd one; and bits in which one differs from most others that is."""

_TOGETHER: Final = 0.7
"""Share of the showings in which two pieces follow each other, if they are one part."""


class SharedPart(NamedTuple):
    """What several episodes show, or one several times.

    Attributes:
        showings: in order of episodes and time.
        drawings: how many that differ among themselves it has.
        bits: in which the hash in its middle differs from showing to showing, as a median.
    """

    showings: tuple[Showing, ...]
    drawings: int
    bits: float

    @property
    def still(self) -> bool:
        """Whether it is a picture that hardly changes."""
        longest = max(one.length for one in self.showings)
        few = self.drawings <= max(1.0, min(3.0, 0.4 * longest))
        return longest >= _SHORTEST_CARD and few

    @property
    def episodes(self) -> set[int]:
        """Those that show it."""
        return {one.episode for one in self.showings}

    @property
    def length(self) -> float:
        """Seconds, as in most showings."""
        return _length(self.showings)


def parts(spans: Sequence[SharedSpan], grids: Sequence[Grid]) -> list[SharedPart]:
    """The parts that episodes share, in order of their first showing.

    Args:
        spans: that two episodes share, with exact ends.
        grids: of the episodes.
    """
    pieces = pieces_of(spans, grids)
    same = _Sets()
    for span in spans:
        _lay(span, pieces, same)
    groups: dict[object, list[Showing]] = defaultdict(list)
    for of_one in pieces.values():
        for piece in of_one:
            groups[same.root(piece)].append(piece)
    shared = {key: group for key, group in groups.items() if len(group) > 1}
    chains = _chained(shared, grids)
    made: dict[object, list[Showing]] = defaultdict(list)
    for of_one in _by_episode(shared.values()).values():
        for piece in of_one:
            chain = chains.root(same.root(piece))
            before = made[chain][-1] if made[chain] else None
            if before is not None and _follows(before, piece):
                made[chain][-1] = before._replace(stop=piece.stop)
            else:
                made[chain].append(piece)
    found = [
        _part(one, grids)
        for some in made.values()
        if len(one := _like_most(sorted(some), grids)) > 1
    ]
    return sorted(found, key=lambda part: part.showings[0])


class _Sets:
    """Disjoint sets (union-find) of anything that can be a key."""

    def __init__(self) -> None:
        self._parent: dict[object, object] = {}

    def root(self, one: object) -> object:
        path = []
        while (parent := self._parent.get(one, one)) != one:
            path.append(one)
            one = parent
        for some in path:
            self._parent[some] = one
        return one

    def join(self, a: object, b: object) -> None:
        self._parent[self.root(b)] = self.root(a)


def _lay(span: SharedSpan, pieces: dict[int, list[Showing]], same: _Sets) -> None:
    theirs = pieces[span.second]
    for piece in pieces[span.first]:
        if not span.start - ONE_EDGE < (piece.start + piece.stop) / 2 < span.stop + ONE_EDGE:
            continue
        start, stop = span.there(piece.start), span.there(piece.stop)
        for other in theirs:
            overlap = min(stop, other.stop) - max(start, other.start)
            if overlap > _LAID * max(stop - start, other.length):
                same.join(piece, other)


def _by_episode(groups: Iterable[Sequence[Showing]]) -> dict[int, list[Showing]]:
    order: dict[int, list[Showing]] = defaultdict(list)
    for group in groups:
        for one in group:
            order[one.episode].append(one)
    return {episode: sorted(some) for episode, some in sorted(order.items())}


def _follows(a: Showing, b: Showing) -> bool:
    return a.episode == b.episode and -TOUCH <= b.start - a.stop <= TOUCH


def _chained(groups: dict[object, list[Showing]], grids: Sequence[Grid]) -> _Sets:
    """Which groups of pieces are one part, since they follow each other nearly everywhere."""
    of = {piece: key for key, group in groups.items() for piece in group}
    still = {key: _part(group, grids).still for key, group in groups.items()}
    follow = Counter(
        (of[a], of[b])
        for some in _by_episode(groups.values()).values()
        for a, b in pairwise(some)
        if _follows(a, b) and of[a] != of[b]
    )
    chains = _Sets()
    for (a, b), count in sorted(follow.items(), key=lambda one: -one[1]):
        shorter, longer = sorted(_length(groups[one]) for one in (a, b))
        often = count >= _TOGETHER * max(len(groups[a]), len(groups[b]))
        always = count >= max(_ALWAYS * min(len(groups[a]), len(groups[b])), _OFTEN)
        one = often or (always and shorter > _REST * longer)
        inseparable = count >= _INSEPARABLE * max(len(groups[a]), len(groups[b]))
        if inseparable or (one and still[a] == still[b]):
            chains.join(a, b)
    return chains


def _length(showings: Sequence[Showing]) -> float:
    return float(np.median([one.length for one in showings]))


def _part(showings: Sequence[Showing], grids: Sequence[Grid]) -> SharedPart:
    longest = max(showings, key=lambda one: one.length)
    half = min(one.length for one in showings) / 2
    apart = _apart(showings, [one.start + half for one in showings], grids)
    drawings = _drawings(longest, grids[longest.episode])
    return SharedPart(tuple(showings), drawings, float(np.median(apart)))


def _like_most(showings: list[Showing], grids: Sequence[Grid]) -> list[Showing]:
    """Without those that look unlike most others wherever one looks: a false link joins groups."""
    if len(showings) <= _FEW:
        return showings
    length = min(one.length for one in showings)
    nearest_most = np.full(len(showings), 64.0)
    for share in (0.2, 0.4, 0.6, 0.8):
        for starts in (
            [one.start + share * length for one in showings],
            [one.stop - share * length for one in showings],
        ):
            apart = np.median(_apart(showings, starts, grids), axis=1)
            nearest_most = np.minimum(nearest_most, apart)
    return [one for one, bits in zip(showings, nearest_most, strict=True) if bits <= _UNLIKE]


def _apart(
    showings: Sequence[Showing], times: Sequence[float], grids: Sequence[Grid]
) -> npt.NDArray[np.uint8]:
    """In how many bits what showings show at times of theirs differs: uint8 (n, n)."""
    both = list(zip(showings, times, strict=True))
    shown = [
        np.array([_hash_at(grids[one.episode], time + shift) for one, time in both])
        for shift in (0.0, -STEP, STEP)
    ]
    apart = [distance(shown[0][:, None], other[None]) for other in shown]
    return np.asarray(np.min(apart, axis=0), np.uint8)


def _hash_at(grid: Grid, time: float) -> np.uint64:
    place = min(int(time / STEP), len(grid.hashes) - 1)
    return grid.hashes[place] if place >= 0 else np.uint64(0)


def _drawings(showing: Showing, grid: Grid) -> int:
    first, last = np.searchsorted(grid.drawings, [showing.start - 0.01, showing.stop - 0.01])
    count, before = 0, 0
    for value in grid.values[first:last].tolist():
        if (value ^ before).bit_count() > MAX_DISTANCE // 2:
            count, before = count + 1, value
    return count
