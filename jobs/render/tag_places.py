"""The places that a name may have beside its face, which of them are free, and which is taken."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SIDES = (
    "above left", "above", "above right", "below left", "below", "below right",
    "right top", "left top", "right bottom", "left bottom",
    "inside top left", "inside top right", "inside bottom left", "inside bottom right",
)  # fmt: skip
"""Where a name may stand, the best first. Inside is a corner of the box that the face itself, an
ellipse as large as the box, doesn't reach: room enough in a close-up, which leaves none outside."""

INSIDE = np.array([side.startswith("inside") for side in SIDES])
"""Which of them are."""

Rects = npt.NDArray[np.float32]
"""float32 (..., 4): left, top, right, bottom in pixels; NaN where there is none."""

Flags = npt.NDArray[np.bool_]

SHORTEST_STAY = 12
"""Frames that a name stays on a side at least, half a second: what comes and goes faster is a
flicker. A track that is shorter keeps its side to its end."""


def places(boxes: Rects, size: tuple[int, int], picture: tuple[int, int]) -> Rects:
    """The tags on each of ``SIDES`` of some boxes: (sides, frames, 4).

    Above and below they are moved along the box until they are in the picture, and so are those
    beside it, which may go up and down.
    """
    left, top, right, bottom = boxes.T
    w, h = size
    seen_left, seen_top = np.maximum(left, 0), np.maximum(top, 0)
    seen_right, seen_bottom = np.minimum(right, picture[0]), np.minimum(bottom, picture[1])
    starts = (left, (left + right - w) / 2, right - w)
    along = [np.floor(np.clip(x, 0, picture[0] - w) + 0.5) for x in starts]
    down = [np.clip(y, 0, picture[1] - h) for y in (top, bottom - h)]
    corners = [
        *((x, top - h) for x in along),
        *((x, bottom) for x in along),
        (right, down[0]), (left - w, down[0]), (right, down[1]), (left - w, down[1]),
        (seen_left, seen_top), (seen_right - w, seen_top),
        (seen_left, seen_bottom - h), (seen_right - w, seen_bottom - h),
    ]  # fmt: skip
    return np.stack([np.stack([x, y, x + w, y + h], -1) for x, y in corners])


def in_picture(rects: Rects, picture: tuple[int, int]) -> Flags:
    """Whether rectangles lie in the picture as a whole."""
    width, height = picture
    left, top, right, bottom = np.moveaxis(rects, -1, 0)
    found: Flags = (left >= 0) & (top >= 0) & (right <= width) & (bottom <= height)
    return found


def overlap(rects: Rects, others: Rects) -> Flags:
    """Whether rectangles have a part in common, frame by frame."""
    left, top, right, bottom = np.moveaxis(rects, -1, 0)
    across = (left < others[:, 2]) & (others[:, 0] < right)
    found: Flags = across & (top < others[:, 3]) & (others[:, 1] < bottom)
    return found


def on_ellipse(rects: Rects, boxes: Rects) -> Flags:
    """Whether rectangles touch the ellipses that are as large as the boxes."""
    middle, radius = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    nearest = np.clip(middle, rects[..., :2], rects[..., 2:])
    found: Flags = (((nearest - middle) / np.maximum(radius, 1)) ** 2).sum(axis=-1) < 1
    return found


def choose(free: Flags, whole: int) -> npt.NDArray[np.int64]:
    """Where a name stands in each frame of a track.

    Args:
        free: bool (forms, sides, frames): the places that cover nothing, the best first.
        whole: how many of the forms have the whole name.

    Returns:
        int64 (frames,): form x sides + side; -1 where it is left out.
    """
    forms, sides, frames = free.shape
    places = free.reshape(forms * sides, frames)
    stays = np.zeros((frames + 1, forms * sides), np.int64)  # for how many frames each stays free
    for frame in reversed(range(frames)):
        stays[frame] = (stays[frame + 1] + 1) * places[:, frame]
    chosen = np.full(frames, -1)
    least = min(SHORTEST_STAY, frames)
    frame = 0
    while frame < frames:
        stay = stays[frame]
        place = _best(stay.reshape(forms, sides), whole, least, frames - frame)
        if place is not None:
            chosen[frame : frame + stay[place]] = place
        frame += 1 if place is None else int(stay[place])
    return chosen


def _best(stay: npt.NDArray[np.int64], whole: int, least: int, rest: int) -> int | None:
    """The place that is taken: one that stays to the end, else the one that stays longest."""
    lasting = np.flatnonzero(stay[:whole] == rest)
    if len(lasting) and rest >= least:
        return int(lasting[0])
    form = next((form for form, some in enumerate(stay) if some.max() >= least), None)
    return None if form is None else form * stay.shape[1] + int(stay[form].argmax())
