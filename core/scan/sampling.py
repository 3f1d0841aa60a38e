"""Which drawings a detector looks at: a few a second, and more of them where those disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.detections import Detections
from eyecatch.core.scan.matching import affinity, pairs
from eyecatch.core.scan.tracker import STARTS, Follower
from eyecatch.core.video.frame import Frame

ALIKE = 0.5
"""Affinity from which a face is taken to have gone straight from one look to the next: half a face
apart at most, so that it can't have been anywhere else between them."""


Look = Callable[[Frame], Detections]
"""Finds the faces of a frame, in pixels of the video."""


@dataclass(slots=True, eq=False)
class _Drawing:
    """A fresh frame and those that show it again; ``found`` is None until it is known."""

    frame: Frame
    held: int = 0
    found: Detections | None = None
    looked_at: bool = False


class Looks:
    """Tells a follower of every frame, having looked at as few as will do.

    After ``end`` the first drawing is looked at, then the last one of every ``every`` frames, and
    the last one before ``end``. Where two looks in a row show the same faces at about the same
    places, the drawings between them are interpolated. Where they don't, the drawing in the middle
    is looked at, and so on by halves: a face that comes or goes is found on the very frame on which
    it would have been found by looking at all.

    Args:
        look: finds the faces of a frame.
        follower: is told of every frame in order.
        every: most frames from one look to the next; 1 looks at every drawing.
    """

    def __init__(self, look: Look, follower: Follower, every: int) -> None:
        self._look, self._follower, self._every = look, follower, every
        self._drawings: list[_Drawing] = []  # the last one that was told, and those after it

    def see(self, frame: Frame) -> None:
        """Go on by a frame with a new drawing."""
        self._drawings.append(_Drawing(frame))
        if len(self._drawings) == 1:
            self._inspect(self._drawings[0])
            self._tell(self._drawings[0])
        self._settle_by(frame.number)

    def hold(self, number: int) -> None:
        """Go on by a frame that shows what the one before it did."""
        if len(self._drawings) < 2:
            self._follower.hold(number)
        else:
            self._drawings[-1].held += 1
            self._settle_by(number)

    def end(self) -> None:
        """What comes next is not to be compared with what came before."""
        self._settle()
        self._drawings = []
        self._follower.end()

    def _settle_by(self, number: int) -> None:
        if number - self._drawings[0].frame.number >= self._every:
            self._settle()

    def _settle(self) -> None:
        """Tell of all drawings that wait."""
        if len(self._drawings) < 2:
            return
        self._inspect(self._drawings[-1])
        self._fill(0, len(self._drawings) - 1)
        for drawing in self._drawings[1:]:
            self._tell(drawing)
        self._drawings = self._drawings[-1:]

    def _fill(self, start: int, stop: int) -> None:
        """Find the faces of the drawings between two that were looked at."""
        between = self._drawings[start + 1 : stop]
        if not between:
            return
        first, last = self._drawings[start], self._drawings[stop]
        assert first.found is not None
        assert last.found is not None
        same = _same(first.found, last.found)
        if same is None:
            middle = (start + stop) // 2
            self._inspect(self._drawings[middle])
            self._fill(start, middle)
            self._fill(middle, stop)
            return
        for drawing in between:
            done = drawing.frame.number - first.frame.number
            share = done / (last.frame.number - first.frame.number)
            drawing.found = _between(first.found, last.found, same, share)

    def _inspect(self, drawing: _Drawing) -> None:
        drawing.found, drawing.looked_at = self._look(drawing.frame), True

    def _tell(self, drawing: _Drawing) -> None:
        assert drawing.found is not None
        frame = drawing.frame
        part = frame.part if drawing.looked_at else None
        self._follower.see(frame.number, drawing.found, part)
        for number in range(frame.number + 1, frame.number + 1 + drawing.held):
            self._follower.hold(number)


def _same(a: Detections, b: Detections) -> list[tuple[int, int]] | None:
    """Pairs of one face each, if all that are sure in either are in both, and about there."""
    near = affinity(a.boxes, b.boxes)
    found = [(i, j) for i, j in pairs(near) if near[i, j] >= ALIKE]
    paired_a, paired_b = {i for i, _ in found}, {j for _, j in found}
    whole = _sure(a) <= paired_a and _sure(b) <= paired_b
    return found if whole else None


def _sure(found: Detections) -> set[int]:
    return set(np.flatnonzero(found.scores >= STARTS).tolist())


def _between(a: Detections, b: Detections, same: list[tuple[int, int]], share: float) -> Detections:
    """The faces that two looks have in common, after a share of the way from one to the other."""
    index = np.array(same, np.intp).reshape(-1, 2)
    boxes = _mixed(a.boxes[index[:, 0]], b.boxes[index[:, 1]], share)
    scores = _mixed(a.scores[index[:, 0]], b.scores[index[:, 1]], share)
    order = np.argsort(-scores, kind="stable")
    return Detections(boxes[order], scores[order])


def _mixed(
    a: npt.NDArray[np.float32], b: npt.NDArray[np.float32], share: float
) -> npt.NDArray[np.float32]:
    return np.asarray(a + (b - a) * share, np.float32)
