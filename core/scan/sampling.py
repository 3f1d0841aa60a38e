"""Which frames the detector runs on: a few a second, and more of them where those disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.detections import Detections
from eyecatch.core.scan.matching import greedy_match, similarity
from eyecatch.core.scan.tracker import MIN_START_SCORE, Tracker
from eyecatch.core.video.frame import Frame

INTERPOLATED = 0.5
"""Similarity from which a face is taken to have moved in a straight line between two samples: its
boxes are at most half a face apart, so it can't have been anywhere else in between."""


DetectFn = Callable[[Frame], Detections]
"""Finds the faces of a frame, in pixels of the video."""


@dataclass(slots=True, eq=False)
class _Drawing:
    """A fresh frame.

    Attributes:
        frame: the first frame that shows the drawing.
        held: how many frames after it show the same.
        found: its faces, detected or interpolated; None until then.
        detected: the detector ran on it.
    """

    frame: Frame
    held: int = 0
    found: Detections | None = None
    detected: bool = False


class FrameSampler:
    """Runs the detector on a sample of frames and passes the faces of every frame to the tracker.

    After a ``reset`` the detector runs on the first drawing, then on the last drawing of every
    ``every`` frames, and on the last one before the next ``reset``. Between two samples that show
    the same faces in about the same places, boxes are interpolated. Where two samples disagree, the
    detector also runs on the drawing in the middle, and so on by halves: a face that comes or goes
    is found on the same frame as if the detector ran on all of them.

    Args:
        detect: finds the faces of a frame.
        tracker: gets every frame, in order.
        every: most frames from one sample to the next; 1 samples every drawing.
    """

    def __init__(self, detect: DetectFn, tracker: Tracker, every: int) -> None:
        self._detect, self._tracker, self._every = detect, tracker, every
        self._drawings: list[_Drawing] = []  # the last one that was passed on, and those after it

    def add(self, frame: Frame) -> None:
        """Go on by a frame with a new drawing."""
        self._drawings.append(_Drawing(frame))
        if len(self._drawings) == 1:
            self._sample(self._drawings[0])
            self._pass_on(self._drawings[0])
        self._flush_if_due(frame.number)

    def hold(self, number: int) -> None:
        """Go on by a frame that shows the same drawing as the one before it."""
        if len(self._drawings) < 2:
            self._tracker.hold(number)
        else:
            self._drawings[-1].held += 1
            self._flush_if_due(number)

    def reset(self) -> None:
        """Pass on all frames so far; the next one is not compared with them."""
        self._flush()
        self._drawings = []
        self._tracker.reset()

    def _flush_if_due(self, number: int) -> None:
        if number - self._drawings[0].frame.number >= self._every:
            self._flush()

    def _flush(self) -> None:
        """Pass on all drawings that wait."""
        if len(self._drawings) < 2:
            return
        self._sample(self._drawings[-1])
        self._fill(0, len(self._drawings) - 1)
        for drawing in self._drawings[1:]:
            self._pass_on(drawing)
        self._drawings = self._drawings[-1:]

    def _fill(self, start: int, stop: int) -> None:
        """Find the faces of the drawings between two samples."""
        between = self._drawings[start + 1 : stop]
        if not between:
            return
        first, last = self._drawings[start], self._drawings[stop]
        assert first.found is not None
        assert last.found is not None
        matches = _match_all(first.found, last.found)
        if matches is None:
            middle = (start + stop) // 2
            self._sample(self._drawings[middle])
            self._fill(start, middle)
            self._fill(middle, stop)
            return
        for drawing in between:
            done = drawing.frame.number - first.frame.number
            share = done / (last.frame.number - first.frame.number)
            drawing.found = _interpolate(first.found, last.found, matches, share)

    def _sample(self, drawing: _Drawing) -> None:
        drawing.found, drawing.detected = self._detect(drawing.frame), True

    def _pass_on(self, drawing: _Drawing) -> None:
        assert drawing.found is not None
        frame = drawing.frame
        cut = frame.crop if drawing.detected else None
        self._tracker.update(frame.number, drawing.found, cut)
        for number in range(frame.number + 1, frame.number + 1 + drawing.held):
            self._tracker.hold(number)


def _match_all(a: Detections, b: Detections) -> list[tuple[int, int]] | None:
    """Matches of two samples' faces, near enough to interpolate; None if a sure face has none."""
    near = similarity(a.boxes, b.boxes)
    matches = [(i, j) for i, j in greedy_match(near) if near[i, j] >= INTERPOLATED]
    matched_a, matched_b = {i for i, _ in matches}, {j for _, j in matches}
    complete = _sure(a) <= matched_a and _sure(b) <= matched_b
    return matches if complete else None


def _sure(found: Detections) -> set[int]:
    return set(np.flatnonzero(found.scores >= MIN_START_SCORE).tolist())


def _interpolate(
    a: Detections, b: Detections, matches: list[tuple[int, int]], share: float
) -> Detections:
    """The matched faces of two samples, after a share (0..1) of the way from ``a`` to ``b``."""
    index = np.array(matches, np.intp).reshape(-1, 2)
    boxes = _mixed(a.boxes[index[:, 0]], b.boxes[index[:, 1]], share)
    scores = _mixed(a.scores[index[:, 0]], b.scores[index[:, 1]], share)
    order = np.argsort(-scores, kind="stable")
    return Detections(boxes[order], scores[order])


def _mixed(
    a: npt.NDArray[np.float32], b: npt.NDArray[np.float32], share: float
) -> npt.NDArray[np.float32]:
    return np.asarray(a + (b - a) * share, np.float32)
