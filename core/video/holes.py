"""Where a file lost pictures with the packets that held them: nobody plans or misses their frames.

Neither evidence is enough by itself. Pictures may stand still for long, and files hold bytes that
are in no packet: indexes, fonts, padding, other programmes. Where both come together, and nothing
of the container's own making explains the bytes, they were packets.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.stream import Stream

from eyecatch.core.video.layouts import CHECKS
from eyecatch.core.video.types import Hole

MIN_RUN = 4096
"""Bytes between two packets that no container needs, but for an index, a font or padding."""

LONG = 3
"""Usual distances of frames from which on one is missing; a field, or two, may be left out."""

REORDERED = 16
"""Frames by which the order of display may differ from that of the file."""

MOST_CHECKED = 64
"""Places of a file that are looked at, those first where most bytes are in no packet."""

TIMELESS = {"avi"}
"""Formats that count frames in place of telling times, so that losses leave no gap."""

Numbers = npt.NDArray[np.int64]


@dataclass(slots=True)
class Extents:
    """Where the packets of a file are in it, as they are read; and when the pictures are shown."""

    _places: array[int] = field(default_factory=lambda: array("q"))
    _sizes: array[int] = field(default_factory=lambda: array("q"))
    _pictures: array[int] = field(default_factory=lambda: array("q"))
    _times: array[int] = field(default_factory=lambda: array("q"))
    _latest: dict[int, int] = field(default_factory=dict)

    def add(self, packet: Packet[Stream], shown: bool) -> None:
        """A packet; ``shown`` where it is a picture of the chosen stream."""
        time = packet.dts if packet.pts is None else packet.pts
        if shown and time is not None:
            self._pictures.append(len(self._places))
            self._times.append(time)
        # One that was split off the packet before doesn't say where it is.
        place = self._latest.get(packet.stream_index, 0) if packet.pos is None else packet.pos
        self._latest[packet.stream_index] = place
        self._places.append(place)
        self._sizes.append(packet.size)

    def holes(self, path: Path, format_: str) -> tuple[Hole, ...]:
        """The holes of a file that was read to its end, in order of their times."""
        if len(self._pictures) < 2:
            return ()
        places, sizes = (np.array(some, np.int64) for some in (self._places, self._sizes))
        order = np.argsort(places, kind="stable")
        places, sizes = places[order], sizes[order]
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        pictures = rank[np.array(self._pictures, np.int64)]
        sequence = np.argsort(pictures)
        pictures, times = pictures[sequence], np.array(self._times, np.int64)[sequence]
        latest, earliest = _latest(times)[:-1], _earliest(times)[1:]
        lost = _uncovered(places, sizes, pictures)
        usual = np.median(np.diff(np.unique(times))) if len(np.unique(times)) > 1 else 0
        if format_ in TIMELESS:
            found, aside = lost > 0, 0
        else:
            # The first picture after a hole may say the place or the time of the last one before.
            padded = np.pad(lost, 1)
            lost, aside = padded[:-2] + padded[1:-1] + padded[2:], 1
            found = (lost > 0) & (earliest - latest > LONG * usual)
        candidates = np.flatnonzero(found)
        candidates = candidates[np.argsort(-lost[candidates], kind="stable")][:MOST_CHECKED]
        check = CHECKS.get(format_)
        ordered = np.sort(times)
        step = int(usual)

        def is_destroyed(at: int) -> bool:
            start, stop = pictures[max(0, at - aside)], pictures[at + 1 : at + 2 + aside][-1]
            return check is None or check(path, int(places[start]), int(places[stop]))

        def hole(at: int) -> Hole:
            start, stop = int(latest[at]) + step, int(earliest[at])
            return Hole(int(np.searchsorted(ordered, stop)), min(start, stop), stop)

        kept = [hole(at) for at in candidates.tolist() if is_destroyed(at)]
        return tuple(_joined(sorted(kept, key=lambda one: one.frame)))


def _joined(holes: list[Hole]) -> list[Hole]:
    """The holes of a file; one whose first frames are stragglers of those before it is one."""
    joined: list[Hole] = []
    for hole in holes:
        if joined and hole.frame - joined[-1].frame <= REORDERED:
            joined[-1] = Hole(hole.frame, joined[-1].start_pts, hole.stop_pts)
        else:
            joined.append(hole)
    return joined


def _uncovered(places: Numbers, sizes: Numbers, pictures: Numbers) -> Numbers:
    """Bytes between each picture and the next, in runs of at least ``MIN_RUN`` without a packet.

    A packet whose bytes are mixed with those of others reaches as far as it would after them.
    """
    before = np.cumsum(sizes) - sizes
    ends = np.maximum.accumulate(places - before) + before + sizes
    runs = places[1:] - ends[:-1]
    runs[runs < MIN_RUN] = 0
    total = np.concatenate([[0], np.cumsum(runs)])
    return np.asarray(total[pictures[1:]] - total[pictures[:-1]], np.int64)


def _latest(times: Numbers) -> Numbers:
    """The latest of each time and those shortly before it."""
    padded = np.concatenate([np.full(REORDERED - 1, times.min()), times])
    windows = np.lib.stride_tricks.sliding_window_view(padded, REORDERED)
    return np.asarray(windows.max(axis=1), np.int64)


def _earliest(times: Numbers) -> Numbers:
    """The earliest of each time and those shortly after it."""
    padded = np.concatenate([times, np.full(REORDERED - 1, times.max())])
    windows = np.lib.stride_tricks.sliding_window_view(padded, REORDERED)
    return np.asarray(windows.min(axis=1), np.int64)
