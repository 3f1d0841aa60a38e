"""Tracking: which detections of frame after frame are one face, between two keyframes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from eyecatch.core.detections import Detections
from eyecatch.core.runtime import Stopwatch
from eyecatch.core.scan.crop_selection import CropSelector
from eyecatch.core.scan.matching import MAX_MISSED, greedy_match, similarity
from eyecatch.core.scan.types import Tracklet

Picture = npt.NDArray[np.uint8]
Box = npt.NDArray[np.int32]
CutCrop = Callable[[Box], Picture]
"""From a box in a frame to the face in it, uint8 (CROP_SIZE, CROP_SIZE, 3), BGR."""

MIN_START_SCORE = 0.44
"""Score from which a detection starts a tracklet; below it, it can only continue one (ByteTrack,
Zhang et al. 2022). Of the network's detections from this score on .95 are faces, on pictures held
out of its training (``judge`` of ``training.detector.train``). All that the cascade finds at 5
neighbours is above it."""


@dataclass(slots=True, eq=False)
class _ActiveTrack:
    """A tracklet that is being tracked: the frames with its face, held ones among them."""

    crops: CropSelector
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
        return Tracklet(frames, np.rint(boxes).astype(np.int32), scores, self.crops.crops())


class Tracker:
    """Joins the detections of frame after frame to tracklets.

    A face that is missed for up to MAX_MISSED frames keeps its tracklet, with interpolated boxes.

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
        self._active: list[_ActiveTrack] = []
        self._ended: list[_ActiveTrack] = []
        self._last = -1

    @property
    def faces(self) -> int:
        """How many were followed by now, each frame's by itself."""
        return sum(len(track.frames) for track in (*self._ended, *self._active))

    def reset(self) -> None:
        """End all tracklets: a keyframe or a possible cut comes next."""
        self._ended += self._active
        self._active = []

    def hold(self, frame: int) -> None:
        """Go on by a frame that shows the same drawing as the one before it."""
        for track in self._active:
            if track.frames[-1] == self._last:
                track.add(frame, track.boxes[-1], track.scores[-1])
        self._last = frame

    def update(self, frame: int, found: Detections, cut: CutCrop | None) -> None:
        """Go on by a frame with a drawing of its own.

        Args:
            frame: its number.
            found: its faces, in pixels of the video.
            cut: cuts a crop of the frame, should it be worth it; None if none is to be cut.
        """
        self._end_lost(frame)
        boxes = self._whole_pixels(found.boxes)
        tracks = self._assign(boxes, int(np.count_nonzero(found.scores >= MIN_START_SCORE)))
        for track, box, score in zip(tracks, boxes, found.scores.tolist(), strict=True):
            if track is None:
                continue
            track.add(frame, box, score)
            if cut is not None:
                side = float(box[2:].max())
                with self._watch.during("crop"):
                    track.crops.offer(frame, side, score, partial(cut, box))
        self._last = frame

    def tracklets(self) -> tuple[Tracklet, ...]:
        """End all, and return every tracklet there was: by first frame, then from left to right."""
        self.reset()
        with self._watch.during("crop"):
            found = [track.tracklet() for track in self._ended]
        return tuple(sorted(found, key=lambda one: (one.frames[0], *one.boxes[0])))

    def _end_lost(self, frame: int) -> None:
        """End the tracklets that were missed for too long."""
        current = [one for one in self._active if frame - one.frames[-1] <= MAX_MISSED + 1]
        self._ended += [one for one in self._active if one not in current]
        self._active = current

    def _assign(self, boxes: npt.NDArray[np.int32], sure: int) -> list[_ActiveTrack | None]:
        """The track of each box, or None.

        The first ``sure`` boxes are matched first, and start a track where they match none; the
        others continue what tracks are left (ByteTrack's second association).
        """
        first = self._match(boxes[:sure], self._active)
        left = [track for track in self._active if track not in first]
        first = [track or _ActiveTrack(CropSelector(self._limit)) for track in first]
        self._active += [track for track in first if track is not None and not track.frames]
        return first + self._match(boxes[sure:], left)

    def _match(
        self, boxes: npt.NDArray[np.int32], tracks: list[_ActiveTrack]
    ) -> list[_ActiveTrack | None]:
        matched: list[_ActiveTrack | None] = [None] * len(boxes)
        last = np.array([track.boxes[-1] for track in tracks], np.float32).reshape(-1, 4)
        for box, index in greedy_match(similarity(boxes.astype(np.float32), last)):
            matched[box] = tracks[index]
        return matched

    def _whole_pixels(self, boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
        """Whole pixels inside the picture, at least one each way."""
        corners = np.rint(boxes[:, :2]), np.rint(boxes[:, :2] + boxes[:, 2:])
        start = np.clip(corners[0], 0, self._size - 1)
        stop = np.clip(corners[1], start + 1, self._size)
        return np.concatenate([start, stop - start], axis=1).astype(np.int32)
