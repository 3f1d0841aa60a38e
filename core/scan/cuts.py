"""Hard cuts, from how much each frame differs from the one before it.

In two steps, since a scan starts afresh at each keyframe: while scanning, ``may_be_cut`` ends
tracklets wherever there might be a cut; once all chunks of the episode are in, ``detect_cuts``
decides.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

MIN_SUSPECT = 0.02
"""Change from which a frame may follow a cut. The least change at a cut between two stills of one
show is .014 (of 872 cuts, the next .032); the fastest pan on twos reaches .015."""

MIN_CUT = 0.022
"""Change that a cut needs in a still scene: a little above MIN_SUSPECT, so that every cut
passed ``may_be_cut`` too, even if its change was rounded on its way through a database."""

MIN_PROMINENCE = 2.0
"""How much a cut stands out of a moving scene: its change is that many times the second highest of
its neighbours, above MIN_CUT. The second, so that another cut near by hides neither; of the highest
rather than the mean or median, since in animation on threes two neighbours of three are zero."""

NEIGHBOURS = 6
"""Frames either way that count as neighbours: two drawings on threes."""

MAX_FLASH = 3
"""Frames that a flash lasts at most; and no shot is as short as that."""

FLASH_RETURN = 0.25
"""A flash is over when the picture is that much nearer to the one before it than to the flash."""


def change(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> float:
    """How much two thumbnails differ: mean absolute difference over the samples' range, 0..1.

    Args:
        a: uint8 (h, w, 3), as of ``core.video.frame.Frame.thumbnail``.
        b: another of the same shape.
    """
    return cv2.norm(a, b, cv2.NORM_L1) / a.size / 255


def may_be_cut(value: float) -> bool:
    """Whether a change may be a cut."""
    return value >= MIN_SUSPECT


class SceneChanges:
    """The change of each frame of a chunk against the one before it, without flashes.

    Where the picture returns within MAX_FLASH frames to what it was, that is a flash and no cut:
    the changes since then are replaced by the change from before the flash to after it. Flashes
    are detected between two keyframes only, so that an episode may be cut into chunks anywhere.

    Attributes:
        values: of every frame so far; NaN for the first.
    """

    def __init__(self) -> None:
        self.values: list[float] = []
        self._last: npt.NDArray[np.uint8] | None = None
        self._recent: deque[tuple[int, npt.NDArray[np.uint8]]] = deque(maxlen=MAX_FLASH + 1)

    def skip(self) -> None:
        """Go on by a frame that could not be decoded."""
        self.values.append(0.0)

    def reset(self) -> None:
        """Go past a keyframe."""
        self._recent.clear()

    def add(self, thumbnail: npt.NDArray[np.uint8], place: int) -> float:
        """Go on by a frame.

        Args:
            thumbnail: uint8 (h, w, 3), of the frame.
            place: in ``values`` where its change belongs: the end, or the keyframe before it that
                couldn't be decoded.

        Returns:
            How much it differs from the one before it; NaN for the first.
        """
        value = float("nan") if self._last is None else change(self._last, thumbnail)
        self.values.append(0.0)
        self.values[place] = value
        if may_be_cut(value):
            self._smooth(thumbnail, value)
        self._recent.append((len(self.values) - 1, thumbnail))
        self._last = thumbnail
        return value

    def _smooth(self, thumbnail: npt.NDArray[np.uint8], value: float) -> None:
        for place, old in list(self._recent)[:-1]:
            total = change(old, thumbnail)
            if total < FLASH_RETURN * value and may_be_cut(max(self.values[place + 1 : -1])):
                self.values[place + 1 :] = [total] * (len(self.values) - place - 1)
                return


def detect_cuts(changes: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Where the cuts are.

    Args:
        changes: float32 (n,): of each frame of an episode, 0..1; that of the first is disregarded.

    Returns:
        intp (k,): places of the first frames after a cut, rising.
    """
    if len(changes) < 2:
        return np.zeros(0, np.intp)
    values = np.concatenate([[0], changes[1:]]).astype(np.float64)
    windows = sliding_window_view(np.pad(values, NEIGHBOURS), 2 * NEIGHBOURS + 1)
    others = np.delete(windows, NEIGHBOURS, axis=1)
    second = np.partition(others, -2, axis=1)[:, -2]
    found = np.flatnonzero(values >= MIN_CUT + MIN_PROMINENCE * second)
    return _merge_near(found, values)


def _merge_near(
    found: npt.NDArray[np.intp], values: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Of cuts as near to each other as a flash only the highest: one cut over blended frames."""
    kept: list[int] = []
    for place in found.tolist():
        if kept and place - kept[-1] <= MAX_FLASH:
            if values[place] > values[kept[-1]]:
                kept[-1] = place
        else:
            kept.append(place)
    return np.array(kept, np.intp)
