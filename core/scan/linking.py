"""Shots and tracks of an episode, from what the scans of its chunks found.

Pure functions, whose result does not depend on how the episode was cut into chunks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from eyecatch.core.scan.cuts import change, detect_cuts
from eyecatch.core.scan.matching import MAX_MISSED, greedy_match, similarity
from eyecatch.core.scan.types import ScannedChunk, Timeline, Tracklet


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames between two cuts.

    Attributes:
        index: its place in the episode, from 0.
        start, stop: number of its first frame, and of the first frame after it.
        start_pts, last_pts: presentation times of its first and of its last frame.
    """

    index: int
    start: int
    stop: int
    start_pts: int
    last_pts: int


@dataclass(frozen=True, slots=True)
class Track:
    """One face followed through one shot.

    Attributes:
        shot: index of the shot.
        tracklets: (index of the chunk, place of the tracklet in it) of each part, in order of time;
            no two have a frame in common.
        start, stop: number of its first frame, and of the first frame after its last.
    """

    shot: int
    tracklets: tuple[tuple[int, int], ...]
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Linked:
    """The shots of an episode in order of time, and its tracks by first frame."""

    shots: tuple[Shot, ...]
    tracks: tuple[Track, ...]


Box = tuple[int, int, int, int]
"""x, y, w, h in pixels of the video."""


class TrackletEnds(NamedTuple):
    """How a tracklet begins and ends.

    Attributes:
        start, last: numbers of its first and of its last frame.
        first_box, last_box: the face's box in them.
    """

    start: int
    last: int
    first_box: Box
    last_box: Box

    @classmethod
    def of(cls, tracklet: Tracklet) -> Self:
        """Those of a tracklet."""
        (start, last), boxes = tracklet.frames[[0, -1]].tolist(), tracklet.boxes[[0, -1]].tolist()
        return cls(start, last, *map(tuple, boxes))


@dataclass(frozen=True, slots=True)
class ChunkEnds:
    """A scanned chunk as far as it is looked at here; all is as in ``ScannedChunk``."""

    index: int
    timeline: Timeline
    tracklets: tuple[TrackletEnds, ...]

    @classmethod
    def of(cls, chunk: ScannedChunk) -> Self:
        """Those of a chunk."""
        return cls(chunk.index, chunk.timeline, tuple(map(TrackletEnds.of, chunk.tracklets)))


@dataclass(frozen=True, slots=True)
class _TrackletRef:
    """A tracklet, with the index of its chunk and its place there as ``key``."""

    key: tuple[int, int]
    ends: TrackletEnds


def link(chunks: Sequence[ScannedChunk]) -> Linked:
    """Find the cuts of an episode, and join the tracklets that are one face in one shot.

    Args:
        chunks: those that were scanned, in any order; where one is missing or broken a shot ends.

    Returns:
        Every frame of the chunks in one shot, every tracklet in one track.
    """
    return link_ends([ChunkEnds.of(chunk) for chunk in chunks])


def link_ends(chunks: Sequence[ChunkEnds]) -> Linked:
    """As ``link``, of chunks whose tracklets are known by their ends alone."""
    chunks = sorted((one for one in chunks if len(one.timeline.pts)), key=lambda one: one.index)
    shots = tuple(_shots(chunks))
    parts = [
        _TrackletRef((chunk.index, place), ends)
        for chunk in chunks
        for place, ends in enumerate(chunk.tracklets)
    ]
    parts.sort(key=lambda part: (part.ends.start, *part.ends.first_box))
    starts = np.array([shot.start for shot in shots])
    of_shot = np.searchsorted(starts, [part.ends.start for part in parts], "right") - 1
    by_shot = groupby(zip(of_shot.tolist(), parts, strict=True), itemgetter(0))
    tracks = [
        Track(shot, tuple(part.key for part in track), track[0].ends.start, track[-1].ends.last + 1)
        for shot, members in by_shot
        for track in _join_tracklets([part for _, part in members])
    ]
    return Linked(shots, tuple(tracks))


def _shots(chunks: Sequence[ChunkEnds]) -> Iterator[Shot]:
    index = 0
    for run in _contiguous(chunks):
        pts = np.concatenate([one.timeline.pts for one in run])
        first = run[0].timeline.start
        edges = [0, *detect_cuts(_changes(run)).tolist(), len(pts)]
        for start, stop in pairwise(edges):
            yield Shot(index, first + start, first + stop, int(pts[start]), int(pts[stop - 1]))
            index += 1


def _contiguous(chunks: Sequence[ChunkEnds]) -> Iterator[list[ChunkEnds]]:
    """Chunks that follow each other without a gap."""
    run: list[ChunkEnds] = []
    for chunk in chunks:
        if run and chunk.timeline.start != run[-1].timeline.start + len(run[-1].timeline.pts):
            yield run
            run = []
        run.append(chunk)
    if run:
        yield run


def _changes(run: Sequence[ChunkEnds]) -> npt.NDArray[np.float32]:
    """The change of every frame, those at the chunks' borders from their thumbnails."""
    parts = [one.timeline.change.copy() for one in run]
    parts[0][0] = 0
    for before, after, part in zip(run, run[1:], parts[1:], strict=False):
        a, b = before.timeline.last_thumbnail, after.timeline.first_thumbnail
        part[0] = change(a, b) if a.size and b.size else 0
    return np.concatenate(parts)


def _join_tracklets(parts: Sequence[_TrackletRef]) -> list[list[_TrackletRef]]:
    """The tracks of one shot, from its tracklets in order of their first frames."""
    tracks: list[list[_TrackletRef]] = []
    recent: list[list[_TrackletRef]] = []
    for start, group in groupby(parts, lambda part: part.ends.start):
        new = list(group)
        recent = [track for track in recent if start - track[-1].ends.last <= MAX_MISSED + 1]
        near = [track for track in recent if track[-1].ends.last < start]
        chosen: dict[int, list[_TrackletRef]] = {}
        if near:
            last = np.array([track[-1].ends.last_box for track in near], np.float32)
            first = np.array([part.ends.first_box for part in new], np.float32)
            chosen = {b: near[a] for a, b in greedy_match(similarity(last, first))}
        for place, part in enumerate(new):
            if place in chosen:
                chosen[place].append(part)
            else:
                recent.append([part])
                tracks.append(recent[-1])
    return tracks
