"""From tracks to ranges of a character, joined and cut; pure functions, of one episode each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from eyecatch.core.segments.stretches import KindSpan, cut_at_edges


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """Tracks, or one of them, of one character; all but ``shot_id`` is as in ``Appearance``.

    Attributes:
        shot_id: of the track that stops last.
    """

    character_id: int
    unsure: bool
    start: int
    stop: int
    start_pts: int
    stop_pts: int
    confidence: float
    faces: int
    shot_id: int
    segment: str | None = None


def joined(tracks: Iterable[TrackSpan], gap: Fraction) -> Iterator[TrackSpan]:
    """Tracks joined to ranges.

    Args:
        tracks: sorted by character, unsure, start.
        gap: largest gap to join over inside a shot, in units of the time base.
    """
    for _, group in groupby(tracks, key=lambda track: (track.character_id, track.unsure)):
        yield from _joined_one(group, gap)


def _joined_one(tracks: Iterator[TrackSpan], gap: Fraction) -> Iterator[TrackSpan]:
    current = next(tracks)
    for track in tracks:
        across = gap if track.shot_id == current.shot_id else 0
        if track.start_pts - current.stop_pts > across:
            yield current
            current = track
        else:
            current = _join(current, track)
    yield current


def _join(a: TrackSpan, b: TrackSpan) -> TrackSpan:
    last = max(a, b, key=lambda span: span.stop)
    return replace(
        a,
        stop=last.stop,
        stop_pts=last.stop_pts,
        shot_id=last.shot_id,
        confidence=max(a.confidence, b.confidence),
        faces=a.faces + b.faces,
    )


FaceSpans = dict[tuple[int, bool], list[tuple[int, int, float]]]
"""(start, stop, confidence) of tracklets by character and whether the name is unsure."""


def cut(
    spans: Iterable[TrackSpan], inside: Sequence[KindSpan], faces: FaceSpans
) -> Iterator[TrackSpan]:
    """Ranges cut at the edges of segments; a part counts the faces and tracks that are in it."""
    for span in spans:
        whole = KindSpan(span.start, span.stop, span.start_pts, span.stop_pts, None)
        parts = list(cut_at_edges(whole, inside))
        if len(parts) == 1:
            yield replace(span, segment=parts[0].kind)
            continue
        ours = faces[span.character_id, span.unsure]
        for start, stop, start_pts, stop_pts, kind in parts:
            there = [one for one in ours if one[0] < stop and start < one[1]]
            yield replace(
                span,
                start=start,
                stop=stop,
                start_pts=start_pts,
                stop_pts=stop_pts,
                # A gap that was joined over has no face: all of it may lie in one part.
                confidence=max((one[2] for one in there), default=span.confidence),
                faces=sum(min(stop, one[1]) - max(start, one[0]) for one in there),
                segment=kind,
            )
