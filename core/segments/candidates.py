"""Drawings that two episodes have in common, found without comparing all with all.

Locality-sensitive hashing by sampled bits (P. Indyk and R. Motwani, 1998): drawings are sorted by a
few bits of their hashes, so that those that agree in these stand beside each other, several times
with other bits. Each is compared with a few neighbours of other episodes, which makes the time
linear in what there is: where a thousand episodes share an opening, each is tied to the nearest
ones of its series, and through them to all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.grid import Grid, distance

MAX_DISTANCE: Final = 10
"""Bits in which two drawings differ at most to be taken for one; see ``hashing.BITS``."""

TABLES: Final = 14
"""How often drawings are sorted, by other bits each time."""

KEY_BITS: Final = 20
"""Bits that have to agree. Of 64 with 5 that differ, 20 agree with a chance of .17: once in 14
tables with .93, and a second of film has several drawings."""

NEIGHBOURS: Final = 3
"""Episodes later in the order that share a drawing with which each is compared, in each table."""

PARTNERS: Final = 6
"""Episodes later in the order with which a drawing ties an episode, over all tables."""

_ALIKE: Final = 3
"""Bits that a drawing differs at least from the one before it to be looked up by itself."""

_AGAIN: Final = 2.0
"""Seconds after which one that does not is looked up all the same."""

_RECURRENCES: Final = 3
"""Times that a drawing is looked up in one episode, however often it returns there."""

_SEED: Final = 18


class Candidates(NamedTuple):
    """Pairs of drawings of two episodes that look alike; all arrays have the same length.

    Attributes:
        first, second: intp: places of the episodes, the first before the second.
        start, other: float64: seconds at which the drawing begins in each.
    """

    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    start: npt.NDArray[np.float64]
    other: npt.NDArray[np.float64]


def find_candidates(grids: Sequence[Grid]) -> Candidates:
    """Pairs of drawings that look alike, each in another episode.

    Args:
        grids: of the episodes of a series, in their order.
    """
    chosen = [_looked_up(grid) for grid in grids]
    episodes = np.repeat(np.arange(len(grids)), [len(some) for some in chosen])
    both = list(zip(grids, chosen, strict=True))
    times = np.concatenate([np.zeros(0), *(grid.drawings[some] for grid, some in both)])
    none = np.zeros(0, np.uint64)
    hashes = np.concatenate([none, *(grid.values[some] for grid, some in both)])
    random = np.random.default_rng(_SEED)
    found: list[npt.NDArray[np.int64]] = []
    for _ in range(TABLES):
        positions = random.choice(64, KEY_BITS, replace=False)
        found.append(_neighbours(_keys(hashes, positions), episodes, hashes))
    pairs = np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
    a, b = _nearest(*np.divmod(pairs, max(1, len(hashes))), episodes)
    return Candidates(episodes[a], episodes[b], times[a], times[b])


def _nearest(
    a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], episodes: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Those pairs, which are sorted, of which the second is in one of the next few episodes."""
    if not len(a):
        return a, b
    first_of_a = np.append(True, a[1:] != a[:-1])
    fresh = first_of_a | np.append(True, episodes[b[1:]] != episodes[b[:-1]])
    count = np.cumsum(fresh)
    rank = count - np.maximum.accumulate(np.where(first_of_a, count, 0))
    return a[rank < PARTNERS], b[rank < PARTNERS]


def _looked_up(grid: Grid) -> npt.NDArray[np.intp]:
    """Which drawings are looked up: not the flat ones, nor those much like the one before."""
    kept: list[int] = []
    last, last_time = 0, -np.inf
    for place, (value, time) in enumerate(
        zip(grid.values.tolist(), grid.drawings.tolist(), strict=True)
    ):
        if value and ((value ^ last).bit_count() >= _ALIKE or time - last_time >= _AGAIN):
            kept.append(place)
            last, last_time = value, time
    return np.array(kept, np.intp)


def _keys(
    hashes: npt.NDArray[np.uint64], positions: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint32]:
    keys = np.zeros(len(hashes), np.uint32)
    for place, position in enumerate(positions.tolist()):
        bit = (hashes >> np.uint64(position)) & np.uint64(1)
        keys |= (bit << np.uint64(place)).astype(np.uint32)
    return keys


def _neighbours(
    keys: npt.NDArray[np.uint32],
    episodes: npt.NDArray[np.intp],
    hashes: npt.NDArray[np.uint64],
) -> npt.NDArray[np.int64]:
    """Pairs of one key that look alike, as ``a * n + b``, a before b."""
    order = np.argsort(keys, kind="stable")  # so that those of one key keep the episodes' order
    order = order[_not_too_often(keys[order], episodes[order])]
    sorted_keys, count = keys[order], len(hashes)
    found = []
    for lag in range(1, NEIGHBOURS + 1):
        a, b = order[:-lag], order[lag:]
        near = (sorted_keys[:-lag] == sorted_keys[lag:]) & (episodes[a] != episodes[b])
        a, b = a[near], b[near]
        alike = distance(hashes[a], hashes[b]) <= MAX_DISTANCE
        found.append(a[alike].astype(np.int64) * count + b[alike])
    return np.concatenate(found)


def _not_too_often(
    keys: npt.NDArray[np.uint32], episodes: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Without those that have come _RECURRENCES times in their episode with their key."""
    same = np.zeros(len(keys), bool)
    if len(keys) > _RECURRENCES:
        n = _RECURRENCES
        same[n:] = (keys[n:] == keys[:-n]) & (episodes[n:] == episodes[:-n])
    return ~same
