"""The series of episodes, each with all its episodes in their order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from eyecatch.db.index import Index
from eyecatch.db.models.base import PENDING
from eyecatch.db.records.scan import EpisodeRecord

_DIGITS: Final = re.compile(r"(\d+)")


def series_of(index: Index, wanted: Collection[int]) -> Iterator[list[EpisodeRecord]]:
    """The series of some episodes, by their ids: what ``--series`` says, or a folder's files."""
    by_series: dict[str | Path, list[EpisodeRecord]] = defaultdict(list)
    for episode in index.episodes.listed():
        if episode.state != PENDING and not episode.replaced:
            by_series[episode.series or episode.video.path.parent].append(episode)
    for episodes in by_series.values():
        if any(one.id in wanted for one in episodes):
            yield sorted(episodes, key=_in_order)


def _in_order(episode: EpisodeRecord) -> tuple[object, ...]:
    """As they were shown; where that isn't known by folder and name, with 9 before 10."""
    parts = _DIGITS.split(str(episode.video.path).lower())
    return episode.named.place, [(0, int(one)) if one.isdecimal() else (1, one) for one in parts]
