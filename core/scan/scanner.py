"""The scan of a chunk: decode it once, detect faces on new drawings, track them, cut crops."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from more_itertools import consecutive_groups

from eyecatch.core.detect.base import Detector
from eyecatch.core.detect.registry import load
from eyecatch.core.detections import Detections
from eyecatch.core.errors import MediaError
from eyecatch.core.runtime import Stopwatch
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.cuts import SceneChanges, may_be_cut
from eyecatch.core.scan.held_frames import HeldFrameFilter
from eyecatch.core.scan.sampling import FrameSampler
from eyecatch.core.scan.spared_frames import frames_of
from eyecatch.core.scan.tracker import Tracker
from eyecatch.core.scan.types import ScannedChunk, Timeline
from eyecatch.core.segments.hashing import MIN_GAP, DrawingHashes
from eyecatch.core.video.frame import Frame, Picture
from eyecatch.core.video.types import Chunk, Video

STAGES = ("decode", "compare", "shrink", "detect", "follow", "crop")
"""What a scan's time goes to: decoding; finding held frames and cuts; the small pictures for the
detector; the detector; tracking faces; cutting crops and encoding them."""

ScanListener = Callable[[int, int], None]
"""Called while a chunk is scanned, with how many frames of it were and the faces found in them."""

TELL_EVERY: Final = 0.5
"""Seconds between two such calls: as often as people look, and too seldom to cost anything."""


OnFrame = Callable[[int], None]
"""Called with the number of each frame once it is scanned; what it raises ends the scan."""


class Scan:
    """Scans chunks, one after the other.

    Args:
        config: everything that decides what is found.
        detector: a ready one; else the one that ``config`` names is loaded on first use.
        on_frame: who is told of each frame.

    Attributes:
        watch: where the time of the last chunk went, by the names in ``STAGES``.

    Example:
        >>> from pathlib import Path
        >>> from eyecatch.core.synthetic.season import draw_episode
        >>> from eyecatch.core.video.plan import plan
        >>> from eyecatch.core.video.probe import probe
        >>> faces = draw_episode(Path("episode.mkv"), seconds=1, size=(640, 360))
        >>> video = probe(Path("episode.mkv"))
        >>> scan = Scan(ScanConfig())
        >>> (scanned,) = [scan(video, chunk) for chunk in plan(video).chunks]
        >>> len(scanned.timeline.pts), len(scanned.tracklets[0].crops) > 0
        (24, True)
    """

    def __init__(
        self, config: ScanConfig, detector: Detector | None = None, on_frame: OnFrame | None = None
    ) -> None:
        self.config = config
        self.watch = Stopwatch()
        self._detector = detector
        self._on_frame = on_frame

    def __call__(
        self, video: Video, chunk: Chunk, listener: ScanListener | None = None
    ) -> ScannedChunk:
        """Scan one chunk.

        Args:
            video: the episode's file.
            chunk: one of its plan.
            listener: is told now and then how far it is.

        Returns:
            What was found; where decoding breaks off, what was found before, and why.

        Raises:
            RequestError, ModelError: the detector can't be loaded.
        """
        if self._detector is None:
            self._detector = load(self.config.detector)
        self.watch = Stopwatch()
        scan = _ChunkScan(self.config, self._detector, video, chunk, self.watch)
        broken = None
        with self.watch.during("decode"):
            try:
                due = time.monotonic() + TELL_EVERY
                for frame in frames_of(video, chunk, scan):
                    scan.add(frame)
                    if self._on_frame is not None:
                        self._on_frame(frame.number)
                    if listener is not None and time.monotonic() >= due:
                        due = time.monotonic() + TELL_EVERY
                        listener(*scan.so_far())
            except MediaError as problem:
                broken = str(problem)
        if not chunk.straight and broken is None:
            scan.skip_to(chunk.stop)
        return scan.result(broken)


class _ChunkScan:
    """The scan of one chunk, frame after frame; it keeps the decoder's pictures of a few frames."""

    def __init__(
        self,
        config: ScanConfig,
        detector: Detector,
        video: Video,
        chunk: Chunk,
        watch: Stopwatch,
    ) -> None:
        self._watch = watch
        self._chunk = chunk
        self._keyframes = frozenset(chunk.keyframes.tolist())
        # Place of the last keyframe, until it or a frame after it is decoded.
        self._undecoded: int | None = 0
        self._pts: list[int] = []
        self._fresh: list[bool] = []
        self._damaged: list[int] = []
        self._ends: list[Picture] = []  # thumbnails of the first frame and of the last
        self._changes = SceneChanges()
        self._held_filter = HeldFrameFilter(config.held_change)
        self._hashes = DrawingHashes(float(MIN_GAP / video.time_base))
        self._tracker = Tracker(video.width, video.height, config.crops, watch)
        # No method of this object: in a circle with it, a chunk's crops would stay until Python
        # looks for garbage, which it does when there are many objects, however large a few are.
        detect = partial(_detect, detector, video, watch)
        self._sampler = FrameSampler(detect, self._tracker, config.every)

    def add(self, frame: Frame) -> None:
        """Go on by a decoded frame."""
        with self._watch.during("follow"):
            self.skip_to(frame.number)
            if frame.keyframe:
                self._reset()
            if frame.damaged:
                self._damaged.append(frame.number)
            fresh = self._compare(frame)
            if fresh:
                self._sampler.add(frame)
            else:
                self._sampler.hold(frame.number)
            self._pts.append(frame.pts)
            self._fresh.append(fresh)

    def _compare(self, frame: Frame) -> bool:
        """Whether a frame is fresh; a possible cut ends all tracklets."""
        with self._watch.during("compare"):
            thumbnail = frame.thumbnail()
            self._ends = [*self._ends[:1], thumbnail]
            place = len(self._pts) if self._undecoded is None else self._undecoded
            self._undecoded = None
            change = self._changes.add(thumbnail, place)
            fresh = not self._held_filter.is_held(thumbnail)
            if may_be_cut(change):
                self._hashes.reset()
            if fresh:
                self._hashes.add(frame.number, frame.pts, thumbnail)
        if may_be_cut(change):
            self._sampler.reset()
        return fresh

    @property
    def last_held(self) -> bool:
        """Whether the last frame shows the same drawing as the one before it."""
        return not self._fresh[-1]

    def is_same(self, frame: Frame) -> bool:
        """Whether a frame that may come next shows the same drawing as the last one."""
        with self._watch.during("compare"):
            return self._held_filter.is_same(frame.thumbnail())

    def so_far(self) -> tuple[int, int]:
        """How many frames were scanned, and how many faces are in them."""
        return len(self._pts), self._tracker.faces

    def skip_to(self, number: int) -> None:
        """Go on to a frame; in place of those before it, which were damaged, the last one stays."""
        for lost in range(self._chunk.start + len(self._pts), number):
            if lost in self._keyframes:
                self._reset()
            self._damaged.append(lost)
            self._sampler.hold(lost)
            self._changes.skip()
            self._pts.append(int(self._chunk.pts[lost - self._chunk.start]))
            self._fresh.append(self._undecoded is not None)

    def _reset(self) -> None:
        self._undecoded = len(self._pts)
        self._changes.reset()
        self._held_filter.reset()
        self._hashes.reset()
        self._sampler.reset()

    def result(self, broken: str | None) -> ScannedChunk:
        """All that was found; ``broken`` is why there isn't more, or None."""
        with self._watch.during("follow"):
            self._sampler.reset()
            tracklets = self._tracker.tracklets()
        nothing = np.zeros((0, 0, 3), np.uint8)
        timeline = Timeline(
            start=self._chunk.start,
            pts=np.array(self._pts, np.int64),
            held=~np.array(self._fresh, bool),
            change=np.array(self._changes.values, np.float32),
            first_thumbnail=self._ends[0] if self._ends else nothing,
            last_thumbnail=self._ends[-1] if self._ends else nothing,
        )
        unread = range(self._chunk.start + len(self._pts), self._chunk.stop)
        damage = _ranges([*self._damaged, *(() if self._chunk.straight else unread)])
        hashes = self._hashes.result()
        return ScannedChunk(self._chunk.index, timeline, tracklets, broken, damage, hashes)


def _detect(detector: Detector, video: Video, watch: Stopwatch, frame: Frame) -> Detections:
    """The faces of a frame, in pixels of the video."""
    with watch.during("shrink"):
        small = frame.downscaled(detector.lines, detector.size_divisor)
    with watch.during("detect"):
        found = detector.detect([small])[0]
    height, width = small.shape[:2]
    return found.scaled(video.width / width, video.height / height)


def _ranges(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    """Rising numbers as half-open ranges."""
    groups = consecutive_groups(numbers)
    return tuple((some[0], some[-1] + 1) for some in map(list, groups))
