"""What repeats in a series, and what it is: from signatures of episodes to their segments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from eyecatch.core.segments.alignment import SharedSpan, shared_spans
from eyecatch.core.segments.borrowed import GAP, excerpts
from eyecatch.core.segments.candidates import find_candidates
from eyecatch.core.segments.chapter_hints import with_chapters
from eyecatch.core.segments.consensus import trimmed
from eyecatch.core.segments.edges import exact
from eyecatch.core.segments.evidence import is_certain
from eyecatch.core.segments.grid import Grid
from eyecatch.core.segments.layout import Placed, institutions
from eyecatch.core.segments.shared_parts import TOUCH, SharedPart, parts
from eyecatch.core.segments.sound_agreement import heard
from eyecatch.core.segments.types import (
    PREVIEW,
    RECAP,
    EpisodeSignature,
    FoundSegment,
)

_TWICE: Final = 0.8
"""Share of both episodes that one span covers, if they are the same episode."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """What was found.

    Attributes:
        segments: in order of episodes and time.
        twice: pairs of places of episodes that are the same, the earlier first.
    """

    segments: tuple[FoundSegment, ...]
    twice: tuple[tuple[int, int], ...]


def find_repeats(signatures: Sequence[EpisodeSignature]) -> Repeats:
    """Openings, endings, eyecatches, recaps, previews and reused shots of a series.

    Time grows with the number of episodes, not with that of their pairs.

    Args:
        signatures: of the episodes, in their order.

    Returns:
        Nothing for a single episode.
    """
    grids = [Grid.of(one) for one in signatures]
    found = _spans(grids)
    twice = _same_episodes(found, grids)
    copies = {second: first for first, second in twice}
    spans = [span for span in found if span.first not in copies and span.second not in copies]
    segments = _classified(spans, grids)
    for second, first in copies.items():
        whole = max(
            (span for span in found if {span.first, span.second} == {first, second}),
            key=lambda span: span.stop - span.start,
        )
        segments += _copied(segments, whole if whole.first == first else whole.mirrored(), grids)
    return Repeats(tuple(with_chapters(segments, signatures)), tuple(twice))


def _copied(
    segments: Sequence[FoundSegment], whole: SharedSpan, grids: Sequence[Grid]
) -> list[FoundSegment]:
    """The segments of an episode in another that is the same."""
    mine, theirs = grids[whole.first], grids[whole.second]
    return [
        one._replace(
            episode=whole.second,
            start=_frame(theirs, whole.there(float(mine.frames[one.start]))),
            stop=_frame(theirs, whole.there(float(mine.frames[one.stop]))),
        )
        for one in segments
        if one.episode == whole.first
    ]


def _spans(grids: Sequence[Grid]) -> list[SharedSpan]:
    """The spans that two episodes share for certain, with exact ends."""
    by_pair: dict[tuple[int, int], list[SharedSpan]] = defaultdict(list)
    for span in shared_spans(grids, find_candidates(grids)):
        by_pair[span.first, span.second].append(span)
    return [
        exact(span, grids[first], grids[second])
        for (first, second), spans in by_pair.items()
        for span in heard(spans, grids[first], grids[second])
        if is_certain(span, grids[first], grids[second])
    ]


def _same_episodes(spans: Iterable[SharedSpan], grids: Sequence[Grid]) -> list[tuple[int, int]]:
    """Pairs of episodes that are one: an earlier one, and the second, which is in one pair only."""
    first_of: dict[int, int] = {}
    for span in sorted(spans):
        longest = max(grids[span.first].length, grids[span.second].length)
        if span.stop - span.start > _TWICE * longest and span.first not in first_of:
            first_of.setdefault(span.second, span.first)
    return sorted((first, second) for second, first in first_of.items())


def _classified(spans: Sequence[SharedSpan], grids: Sequence[Grid]) -> list[FoundSegment]:
    shared = parts(trimmed(spans), grids)
    lengths = [grid.length for grid in grids]
    placed = institutions(shared, lengths)
    drawings = [_drawings(part, grids) for part in shared]
    placed += excerpts(shared, placed, lengths, drawings)
    return _joined(placed, shared, grids)


def _drawings(part: SharedPart, grids: Sequence[Grid]) -> int:
    showing = part.showings[0]
    grid = grids[showing.episode]
    inside = (grid.drawings >= showing.start - 0.01) & (grid.drawings < showing.stop - 0.01)
    count, last = 0, 0
    for value in grid.values[inside].tolist():
        if (value ^ last).bit_count() > 5:
            count, last = count + 1, value
    return count


def _joined(
    placed: Sequence[Placed], shared: Sequence[SharedPart], grids: Sequence[Grid]
) -> list[FoundSegment]:
    """Segments of what was placed; recaps and previews are one from first excerpt to last."""
    lines: dict[tuple[int, str], list[list[Placed]]] = defaultdict(list)
    for one in sorted(placed):
        runs = lines[one.showing.episode, one.kind]
        gap = GAP if one.kind in {RECAP, PREVIEW} else TOUCH
        if runs and one.showing.start - max(p.showing.stop for p in runs[-1]) <= gap:
            runs[-1].append(one)
        else:
            runs.append([one])
    segments = []
    for (episode, kind), runs in lines.items():
        for run in runs:
            longest = max(run, key=lambda one: one.showing.length)
            witnesses = len(shared[longest.part].episodes) - 1
            segments.append(
                FoundSegment(
                    episode,
                    kind,
                    _frame(grids[episode], min(one.showing.start for one in run)),
                    _frame(grids[episode], max(one.showing.stop for one in run)),
                    round(1 - 0.5 ** (witnesses + 1), 4),
                    longest.part,
                )
            )
    return sorted(segments)


def _frame(grid: Grid, time: float) -> int:
    """The number of the frame that begins nearest to a time."""
    place = int(np.searchsorted(grid.frames, time))
    near = [k for k in (place - 1, place) if 0 <= k < len(grid.frames)]
    return min(near, key=lambda k: abs(grid.frames[k] - time))
