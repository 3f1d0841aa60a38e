"""Which box and name is on screen for which frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from eyecatch.db.answers import FrameRow


@dataclass(frozen=True, slots=True)
class Label:
    """A box and a name that stay as they are for some frames.

    Attributes:
        start, stop: numbers of the frames, half-open.
        x, y, w, h: pixels of the video.
        character: the name; None for unknown.
    """

    start: int
    stop: int
    x: int
    y: int
    w: int
    h: int
    character: str | None


def labels(rows: Iterable[FrameRow]) -> Iterator[Label]:
    """The labels of an episode; a face that is held in place is one label, not one a frame.

    Args:
        rows: of one episode, by frame.

    Yields:
        By their last frames; together exactly the rows.
    """
    open_: dict[tuple[int | None, int, int, int, int, str | None], Label] = {}
    frame = -1
    for row in rows:
        if row.frame != frame:
            frame = row.frame
            for key in [key for key, label in open_.items() if label.stop < frame]:
                yield open_.pop(key)
        key = (row.track, row.x, row.y, row.w, row.h, row.character)
        known = open_.get(key)
        if known is None:
            open_[key] = Label(frame, frame + 1, row.x, row.y, row.w, row.h, row.character)
        else:
            open_[key] = replace(known, stop=frame + 1)
    yield from open_.values()


def within(of: Iterable[Label], start: int, stop: int) -> Iterator[Label]:
    """What of the labels is seen in the frames ``start`` to ``stop``, numbered from ``start``."""
    for label in of:
        first, last = max(label.start, start), min(label.stop, stop)
        if first < last:
            yield replace(label, start=first - start, stop=last - start)
