"""Which of the drawings that two episodes have in common are extended to spans.

Every second of an opening has drawings that look alike, all along one lag: a few are enough.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.candidates import Candidates

BUCKET: Final = 0.25
"""Seconds of lag that pairs of drawings share to speak of one span."""

_PLACE, _PARTNERS, _TRIED = 8.0, 6, 40
"""Seconds; for so many of an episode, the other episodes that they are laid beside, and the lags
that are tried with each."""

_NEXT: Final = 2
"""Episodes that are laid beside it in any case: recaps and previews are of the nearest."""

_Numbers = npt.NDArray[np.int64]


def thinned(candidates: Candidates) -> dict[tuple[int, int], list[tuple[float, float]]]:
    """A pair of drawings for each lag of each two episodes and each _PLACE; best lags first.

    Of each place only the _PARTNERS episodes with which it has most in common and the _NEXT ones,
    and of these only the _TRIED lags that most pairs of drawings have.
    """
    lag = np.round((candidates.other - candidates.start) / BUCKET).astype(np.int64)
    place = (candidates.start / _PLACE).astype(np.int64)
    first, second = candidates.first, candidates.second
    here, common = _counted(first, place, second)
    close = (_best(np.stack([first, place]), common, here) < _PARTNERS) | (second - first <= _NEXT)
    keys = np.stack([first, second, lag])[:, close]
    of_lag, votes = _counted(*keys)
    at = np.stack([keys[0], keys[1], place[close]])
    one = _counted(*at, keys[2])[0]
    kept = np.unique(one, return_index=True)[1]
    kept = kept[_best(at[:, kept], votes[kept], of_lag[kept]) < _TRIED]
    by_pair: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    where = np.flatnonzero(close)[kept]
    for k in where[np.argsort(-votes[kept], kind="stable")].tolist():
        episodes = int(first[k]), int(second[k])
        by_pair[episodes].append((float(candidates.start[k]), float(candidates.other[k])))
    return by_pair


def _counted(*columns: _Numbers) -> tuple[_Numbers, _Numbers]:
    """The number of each row among those that differ, and how often the row is there."""
    _, number, counts = np.unique(
        np.stack(columns), axis=1, return_inverse=True, return_counts=True
    )
    return number.ravel(), counts[number.ravel()]


def _best(groups: _Numbers, counts: _Numbers, members: _Numbers) -> _Numbers:
    """The rank, from 0, of each row's member among those of its group; the most frequent first."""
    group = _counted(*groups)[0]
    order = np.lexsort([members, -counts, group])
    fresh = np.append(True, (np.diff(group[order]) != 0) | (np.diff(members[order]) != 0))
    starts = np.append(True, np.diff(group[order]) != 0)
    number = np.cumsum(fresh)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = number - np.maximum.accumulate(np.where(starts, number, 0))
    return ranks
