"""Which box and name is on screen for which frames, and when it must come and go for that.

ASS counts centiseconds, frames begin anywhere. libass shows an event on a frame that begins at
``t`` when ``start <= t < end``, both in milliseconds. So an event begins midway between the frame
before and its first one, and ends midway between its last one and the frame after: rounding to
centiseconds, a container's rounding to milliseconds, and a player that is a millisecond or two off
change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from eyecatch.db.records.face_rows import FrameRow

Moments = npt.NDArray[np.int64]

CLEAR = 0.1
"""Centiseconds that a moment keeps from the frames on either side: the millisecond to which
containers round."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Where and how a name stands; ``tags`` finds it.

    Attributes:
        text: the name, or a short form of it.
        size: of its letters as ASS counts, ascender to descender.
        pad: pixels round them.
        left, top, right: of the tag, pixels of the video.
        to_left: it ends at ``right``, and a font that is wider makes it begin further left.
    """

    text: str
    size: int
    pad: int
    left: int
    top: int
    right: int
    to_left: bool = False

    @property
    def bottom(self) -> int:
        """Of the tag."""
        return self.top + self.size + 2 * self.pad


@dataclass(frozen=True, slots=True)
class Label:
    """A box and a name that stay as they are for some frames.

    Attributes:
        start, stop: numbers of the frames, half-open.
        x, y, w, h: pixels of the video.
        character: the name; None for unknown.
        track: number of the face's track; None before tracks are made.
        tag: where its name stands; None where there is no room for it.
    """

    start: int
    stop: int
    x: int
    y: int
    w: int
    h: int
    character: str | None
    track: int | None = None
    tag: Tag | None = None


_Key = tuple[int | None, int, int, int, int, str | None]  # track, box, character


def labels(rows: Iterable[FrameRow]) -> Iterator[Label]:
    """The labels of an episode; a face that is held in place is one label, not one a frame.

    Args:
        rows: of one episode, by frame.

    Yields:
        By their last frames; together exactly the rows.
    """
    shown: dict[_Key, list[int]] = {}
    frame = -1
    for row in rows:
        if row.frame != frame:
            frame = row.frame
            for key in [key for key, (_, stop) in shown.items() if stop < frame]:
                start, stop = shown.pop(key)
                yield Label(start, stop, *key[1:], track=key[0])
        key = (row.track, row.x, row.y, row.w, row.h, row.character)
        if key in shown:
            shown[key][1] = frame + 1
        else:
            shown[key] = [frame, frame + 1]
    for key, (start, stop) in shown.items():
        yield Label(start, stop, *key[1:], track=key[0])


def within(of: Iterable[Label], start: int, stop: int) -> Iterator[Label]:
    """What of the labels is seen in the frames ``start`` to ``stop``, numbered from ``start``."""
    for label in of:
        first, last = max(label.start, start), min(label.stop, stop)
        if first < last:
            yield replace(label, start=first - start, stop=last - start)


def moments(pts: npt.NDArray[np.int64], end: int, unit: Fraction, start: float = 0.0) -> Moments:
    """The moments at which labels change.

    Frames at least 12 ms apart (83 a second) are told apart for certain. Of closer ones, those are
    that have a whole centisecond between them; of the others, one shows its neighbour's labels.

    Args:
        pts: int64 (n,): when each frame begins, rising.
        end: when the last one ends.
        unit: seconds of one unit of these.
        start: seconds that are zero for the labels.

    Returns:
        int64 (n + 1,): centiseconds; labels of the frames a to b, half-open, last from ``[a]`` to
        ``[b]``.
    """
    begin = np.append(pts, max(end, int(pts[-1]) + 1) if len(pts) else end)
    time = (begin * (100 * unit.numerator) / unit.denominator) - 100 * start
    between = np.rint((time[:-1] + time[1:]) / 2)
    lowest = np.floor(time[:-1] + CLEAR) + 1
    highest = np.floor(time[1:] - CLEAR)
    found = np.minimum(np.maximum(between, lowest), highest)
    first = np.floor(time[:1] - CLEAR) if len(pts) else time[:0]
    last = np.maximum(np.ceil(time[-1:]), lowest[-1:])
    whole = np.concatenate([first, found[:-1], last])
    return np.maximum.accumulate(np.maximum(whole, 0)).astype(np.int64)
