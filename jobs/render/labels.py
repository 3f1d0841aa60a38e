"""Which box and name is on screen for which frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from eyecatch.db.records.answers import FrameRow


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
                yield Label(start, stop, *key[1:])
        key = (row.track, row.x, row.y, row.w, row.h, row.character)
        if key in shown:
            shown[key][1] = frame + 1
        else:
            shown[key] = [frame, frame + 1]
    for key, (start, stop) in shown.items():
        yield Label(start, stop, *key[1:])


def within(of: Iterable[Label], start: int, stop: int) -> Iterator[Label]:
    """What of the labels is seen in the frames ``start`` to ``stop``, numbered from ``start``."""
    for label in of:
        first, last = max(label.start, start), min(label.stop, stop)
        if first < last:
            yield replace(label, start=first - start, stop=last - start)
