"""Hard cuts, from how much each frame differs from the one before it.

In two steps, since a scan forgets everything at each keyframe: on the way, ``suspicious`` ends
tracklets wherever there might be a cut; once the episode is whole, ``cuts`` decides.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

SUSPECT = 0.02
"""Change from which a frame may follow a cut. The least change at a cut between two stills of one
show is .014 (of 872 cuts, the next .032); the fastest pan on twos reaches .015."""

LEAST = 0.022
"""Change that a cut needs in a still scene: a little above SUSPECT, so that every cut was
suspicious even if its change was rounded on its way through a database."""

RATIO = 2.0
"""How much a cut stands out in a moving scene: its change is that many times the second highest of
its neighbours, above LEAST. The second, so that another cut near by hides neither; of the highest
rather than the mean or median, since in animation on threes two neighbours of three are zero."""

REACH = 6
"""Frames either way that count as neighbours: two drawings on threes."""

FLASH = 3
"""Frames that a flash lasts at most; and no shot is as short as that."""

RETURN = 0.25
"""A flash is over when the picture is that much nearer to the one before it than to the flash."""


def change(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> float:
    """How much two looks differ: mean absolute difference over the samples' range, 0..1.

    Args:
        a: uint8 (h, w, 3), a look as of ``core.video.frame.Frame.look``.
        b: another of the same shape.
    """
    return cv2.norm(a, b, cv2.NORM_L1) / a.size / 255


def suspicious(value: float) -> bool:
    """Whether a change may be a cut."""
    return value >= SUSPECT


class Changes:
    """The change of each frame of a chunk, as its frames come.

    Where the picture returns after at most FLASH frames to what it was, nothing was cut: the
    changes from there on are replaced by what has changed in all. Flashes are sought between two
    keyframes only, so that it doesn't matter where an episode is cut into chunks.

    Attributes:
        values: of every frame so far; NaN for the first.
    """

    def __init__(self) -> None:
        self.values: list[float] = []
        self._last: npt.NDArray[np.uint8] | None = None
        self._recent: deque[tuple[int, npt.NDArray[np.uint8]]] = deque(maxlen=FLASH + 1)

    def skip(self) -> None:
        """Go on by a frame that couldn't be decoded."""
        self.values.append(0.0)

    def reset(self) -> None:
        """Go past a keyframe."""
        self._recent.clear()

    def add(self, look: npt.NDArray[np.uint8], place: int) -> float:
        """Go on by a frame.

        Args:
            look: uint8 (h, w, 3), what it looks like.
            place: in ``values`` where its change belongs: the end, or the keyframe before it that
                couldn't be decoded.

        Returns:
            How much it differs from the one before it; NaN for the first.
        """
        value = float("nan") if self._last is None else change(self._last, look)
        self.values.append(0.0)
        self.values[place] = value
        if suspicious(value):
            self._smooth(look, value)
        self._recent.append((len(self.values) - 1, look))
        self._last = look
        return value

    def _smooth(self, look: npt.NDArray[np.uint8], value: float) -> None:
        for place, old in list(self._recent)[:-1]:
            in_all = change(old, look)
            if in_all < RETURN * value and suspicious(max(self.values[place + 1 : -1])):
                self.values[place + 1 :] = [in_all] * (len(self.values) - place - 1)
                return


def cuts(changes: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Where the cuts are.

    Args:
        changes: float32 (n,): of each frame of an episode, 0..1; that of the first is disregarded.

    Returns:
        intp (k,): places of the first frames after a cut, rising.
    """
    if len(changes) < 2:
        return np.zeros(0, np.intp)
    values = np.concatenate([[0], changes[1:]]).astype(np.float64)
    windows = sliding_window_view(np.pad(values, REACH), 2 * REACH + 1)
    others = np.delete(windows, REACH, axis=1)
    second = np.partition(others, -2, axis=1)[:, -2]
    found = np.flatnonzero(values >= LEAST + RATIO * second)
    return _apart(found, values)


def _apart(found: npt.NDArray[np.intp], values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """The higher of any two cuts that are as near as a flash: one cut over blended frames."""
    kept: list[int] = []
    for place in found.tolist():
        if kept and place - kept[-1] <= FLASH:
            if values[place] > values[kept[-1]]:
                kept[-1] = place
        else:
            kept.append(place)
    return np.array(kept, np.intp)
