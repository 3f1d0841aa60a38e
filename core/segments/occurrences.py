"""Where else a part of an episode is shown, that a person marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from eyecatch.core.segments.alignment import spans_of
from eyecatch.core.segments.candidates import MAX_DISTANCE
from eyecatch.core.segments.edges import exact
from eyecatch.core.segments.evidence import is_certain
from eyecatch.core.segments.grid import Grid, distance
from eyecatch.core.segments.types import EpisodeSignature

_MOST: Final = 0.8
"""Share of what was marked that an episode shows, if it shows it."""


def occurrences(
    signatures: Sequence[EpisodeSignature], episode: int, start: int, stop: int
) -> list[tuple[int, int, int]]:
    """Where other episodes show what one shows from a frame to another.

    Args:
        signatures: of the episodes.
        episode: place of the one that is meant.
        start: number of its first frame.
        stop: number of the first frame after it.

    Returns:
        (episode, start, stop) as frames, by episode and time. An episode that shows most of it has
        ends where those that were given would be.
    """
    mine = Grid.of(signatures[episode])
    first, last = float(mine.frames[start]), float(mine.frames[stop])
    found = []
    for place, signature in enumerate(signatures):
        if place == episode:
            continue
        theirs = Grid.of(signature)
        seeds = _seeds(mine, theirs, first, last)
        for span in spans_of(episode, place, mine, theirs, seeds) if seeds else ():
            common = min(span.stop, last) - max(span.start, first)
            if common >= _MOST * (last - first) and is_certain(span, mine, theirs):
                ends = exact(span, mine, theirs)
                there = theirs.frame(ends.there(first)), theirs.frame(ends.there(last))
                found.append((place, *there))
    return sorted(found)


def _seeds(mine: Grid, theirs: Grid, first: float, last: float) -> list[tuple[float, float]]:
    """Pairs of drawings that look alike, of the one episode from a time to another."""
    inside = (mine.drawings >= first - 1e-6) & (mine.drawings < last) & (mine.values != 0)
    alike = distance(mine.values[inside, None], theirs.values[None]) <= MAX_DISTANCE
    a, b = np.nonzero(alike & (theirs.values != 0))
    times = mine.drawings[inside][a].tolist(), theirs.drawings[b].tolist()
    return list(zip(*times, strict=True))
