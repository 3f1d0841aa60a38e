"""Faces followed from frame to frame, from one keyframe to the next at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.detections import Detections
from eyecatch.core.runtime import Stopwatch
from eyecatch.core.scan.crop_selection import Best
from eyecatch.core.scan.matching import MISSES, affinity, pairs
from eyecatch.core.scan.types import Tracklet

Picture = npt.NDArray[np.uint8]
Box = npt.NDArray[np.int32]

STARTS = 0.44
"""Score from which a detection starts a tracklet; one below only continues one (ByteTrack, Zhang
et al. 2022). Of what the network finds with this score or a higher one .972 are faces, on pictures
held out of its training (``judge`` of ``training.detector.train``). All that the cascade finds at 5
neighbours is above it."""


@dataclass(slots=True, eq=False)
class _Face:
    """A tracklet on its way: the frames where it was seen, those held among them."""

    best: Best
    frames: list[int] = field(default_factory=list)
    boxes: list[npt.NDArray[np.int32]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def add(self, frame: int, box: npt.NDArray[np.int32], score: float) -> None:
        self.frames.append(frame)
        self.boxes.append(box)
        self.scores.append(score)

    def tracklet(self) -> Tracklet:
        """All frames from the first to the last, those between interpolated."""
        frames = np.arange(self.frames[0], self.frames[-1] + 1, dtype=np.int32)
        columns = np.stack(self.boxes).T
        boxes = np.stack([np.interp(frames, self.frames, column) for column in columns], axis=1)
        scores = np.zeros(len(frames), np.float32)
        scores[np.array(self.frames) - frames[0]] = self.scores
        return Tracklet(frames, np.rint(boxes).astype(np.int32), scores, self.best.crops())


class Follower:
    """Makes tracklets of the detections of frame after frame.

    Args:
        width: of the video, in pixels.
        height: of the video, in pixels.
        limit: how many crops are kept of a tracklet.
        watch: counts the time that crops take.
    """

    def __init__(self, width: int, height: int, limit: int, watch: Stopwatch) -> None:
        self._watch = watch
        self._size = np.array([width, height])
        self._limit = limit
        self._faces: list[_Face] = []
        self._done: list[_Face] = []
        self._last = -1

    def end(self) -> None:
        """End all tracklets: a keyframe or what may be a cut comes next."""
        self._done += self._faces
        self._faces = []

    def hold(self, frame: int) -> None:
        """Go on by a frame that shows what the one before it did."""
        for face in self._faces:
            if face.frames[-1] == self._last:
                face.add(frame, face.boxes[-1], face.scores[-1])
        self._last = frame

    def see(
        self, frame: int, found: Detections, part: Callable[[int, int, int, int], Picture] | None
    ) -> None:
        """Go on by a frame with a drawing of its own.

        Args:
            frame: its number.
            found: its faces, in pixels of the video.
            part: makes a part of the frame, uint8 (h, w, 3), BGR, of left, top, right, bottom,
                should a crop be worth cutting; None if its faces are not worth a crop.
        """
        self._forget(frame)
        boxes = self._pixels(found.boxes)
        owners = self._owners(boxes, int(np.count_nonzero(found.scores >= STARTS)))
        for owner, box, score in zip(owners, boxes, found.scores.tolist(), strict=True):
            if owner is None:
                continue
            owner.add(frame, box, score)
            if part is not None:
                side = float(box[2:].max())
                with self._watch.during("crop"):
                    owner.best.offer(frame, side, score, partial(self._cut, part, box))
        self._last = frame

    def tracklets(self) -> tuple[Tracklet, ...]:
        """End all, and give every one there was: by first frame, then from left to right."""
        self.end()
        with self._watch.during("crop"):
            found = [face.tracklet() for face in self._done]
        return tuple(sorted(found, key=lambda one: (one.frames[0], *one.boxes[0])))

    def _forget(self, frame: int) -> None:
        """End the tracklets that were missed for too long."""
        current = [face for face in self._faces if frame - face.frames[-1] <= MISSES + 1]
        self._done += [face for face in self._faces if face not in current]
        self._faces = current

    def _owners(self, boxes: npt.NDArray[np.int32], sure: int) -> list[_Face | None]:
        """Whose each box is; the first ``sure`` boxes choose first and start what is missing."""
        firm = self._match(boxes[:sure], self._faces)
        idle = [face for face in self._faces if face not in firm]
        firm = [face or _Face(Best(self._limit)) for face in firm]
        self._faces += [face for face in firm if face is not None and not face.frames]
        return firm + self._match(boxes[sure:], idle)

    def _match(self, boxes: npt.NDArray[np.int32], faces: list[_Face]) -> list[_Face | None]:
        owners: list[_Face | None] = [None] * len(boxes)
        last = np.array([face.boxes[-1] for face in faces], np.float32).reshape(-1, 4)
        for place, face in pairs(affinity(boxes.astype(np.float32), last)):
            owners[place] = faces[face]
        return owners

    def _pixels(self, boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
        """Whole pixels inside the picture, at least one each way."""
        corners = np.rint(boxes[:, :2]), np.rint(boxes[:, :2] + boxes[:, 2:])
        start = np.clip(corners[0], 0, self._size - 1)
        stop = np.clip(corners[1], start + 1, self._size)
        return np.concatenate([start, stop - start], axis=1).astype(np.int32)

    def _cut(self, part: Callable[[int, int, int, int], Picture], box: Box) -> Picture:
        width, height = self._size.tolist()
        shown = part(*crops.window(box.tolist(), width, height))
        return crops.cut_out(shown, box.tolist(), width, height)
