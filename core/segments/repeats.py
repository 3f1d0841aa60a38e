"""What repeats in a series, and what it is: from signatures of episodes to their segments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from eyecatch.core.segments.alignment import SharedSpan, shared_spans
from eyecatch.core.segments.borrowed import CLIP_SHOW, GAP, excerpts
from eyecatch.core.segments.candidates import find_candidates
from eyecatch.core.segments.chapter_hints import with_chapters
from eyecatch.core.segments.consensus import agreed
from eyecatch.core.segments.edges import exact
from eyecatch.core.segments.evidence import is_certain
from eyecatch.core.segments.grid import Grid
from eyecatch.core.segments.kinds import PREVIEW, RECAP, REUSED
from eyecatch.core.segments.layout import Placed, institutions
from eyecatch.core.segments.shared_parts import TOUCH, SharedPart, parts
from eyecatch.core.segments.sound_agreement import heard
from eyecatch.core.segments.types import EpisodeSignature, FoundSegment

_ROOM: Final = 0.5
"""Share of the excerpts of a recap that its shots without a known source have at either end, up to
where the episode begins or ends, or another segment does."""

_CLIP_SHOW_GAP: Final = 12.0
"""Seconds that a clip show has without a known source in between: its own frame, or what was shown
before the index begins."""

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
            start=theirs.frame(whole.there(float(mine.frames[one.start]))),
            stop=theirs.frame(whole.there(float(mine.frames[one.stop]))),
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
    shared = parts(agreed(spans), grids)
    lengths = [grid.length for grid in grids]
    placed = institutions(shared, lengths)
    placed += excerpts(shared, placed, lengths)
    return _joined(placed, shared, grids)


def _joined(
    placed: Sequence[Placed], shared: Sequence[SharedPart], grids: Sequence[Grid]
) -> list[FoundSegment]:
    """Segments of what was placed; recaps and previews are one from first excerpt to last."""
    by_episode: dict[int, list[Placed]] = defaultdict(list)
    for one in sorted(placed):
        by_episode[one.showing.episode].append(one)
    segments = []
    for episode, some in by_episode.items():
        gap = _gap(some, grids[episode].length)
        for run in _runs(some, gap):
            start, stop = _ends(run, some, grids[episode], gap)
            longest = max(run, key=lambda one: one.showing.length)
            confidence = round(1 - 0.5 ** len(shared[longest.part].episodes), 4)
            frames = grids[episode].frame(start), grids[episode].frame(stop)
            segments.append(FoundSegment(episode, run[0].kind, *frames, confidence, longest.part))
    return sorted(segments)


def _gap(placed: Sequence[Placed], length: float) -> float:
    """Seconds without a known source in the midst of recaps: more in a clip show, which is one."""
    recaps = sum(one.showing.length for one in placed if one.kind == RECAP)
    others = sum(one.showing.length for one in placed if one.kind != RECAP)
    return _CLIP_SHOW_GAP if recaps > CLIP_SHOW * (length - others) else GAP


def _runs(placed: Sequence[Placed], most: float) -> list[list[Placed]]:
    """Those of one kind that follow each other; excerpts with something else in between."""
    runs: list[list[Placed]] = []
    for one in placed:
        gap = most if one.kind in {RECAP, PREVIEW} else TOUCH
        last = runs[-1] if runs else []
        if last and last[0].kind == one.kind and one.showing.start - _stop(last) <= gap:
            last.append(one)
        else:
            runs.append([one])
    return runs


def _stop(run: Sequence[Placed]) -> float:
    return max(one.showing.stop for one in run)


def _ends(
    run: Sequence[Placed], placed: Sequence[Placed], grid: Grid, gap: float
) -> tuple[float, float]:
    """Where a segment begins and ends; a recap or a preview goes on to what is next to it."""
    start, stop = run[0].showing.start, _stop(run)
    if run[0].kind not in {RECAP, PREVIEW}:
        return start, stop
    room = min(gap, _ROOM * sum(one.showing.length for one in run))
    others = [one.showing for one in placed if one not in run and one.kind != REUSED]
    before = max((one.stop for one in others if one.stop <= start + TOUCH), default=0.0)
    after = min((one.start for one in others if one.start >= stop - TOUCH), default=grid.length)
    return (
        before if start - before <= room else start,
        after if after - stop <= room else stop,
    )
