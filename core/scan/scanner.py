"""The scan of a chunk: decode once, look at what is new, follow faces, keep rows and crops."""

from __future__ import annotations

import numpy as np

from eyecatch.core.detect.base import Detector
from eyecatch.core.detect.registry import load
from eyecatch.core.detections import Detections
from eyecatch.core.errors import MediaError
from eyecatch.core.runtime import Stopwatch
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.cuts import Changes, suspicious
from eyecatch.core.scan.held_frames import Held
from eyecatch.core.scan.sampling import Looks
from eyecatch.core.scan.tracker import Follower
from eyecatch.core.scan.types import ScannedChunk, Timeline
from eyecatch.core.video.decode import decode
from eyecatch.core.video.frame import Frame, Picture
from eyecatch.core.video.types import Chunk, Video

STAGES = ("decode", "compare", "shrink", "detect", "follow", "crop")
"""What a scan's time goes to: decoding; telling held frames and cuts; the small pictures of those
that are looked at; the detector; following faces; cutting crops and encoding them."""


class Scan:
    """Scans chunks, one after the other.

    Args:
        config: everything that decides what is found.
        detector: a ready one; else the one that ``config`` names is loaded on first use.

    Attributes:
        watch: where the time of the last chunk went, by the names in ``STAGES``.
    """

    def __init__(self, config: ScanConfig, detector: Detector | None = None) -> None:
        self.config = config
        self.watch = Stopwatch()
        self._detector = detector

    def __call__(self, video: Video, chunk: Chunk) -> ScannedChunk:
        """Scan one chunk.

        Args:
            video: the episode's file.
            chunk: one of its plan.

        Returns:
            What was found; where decoding breaks off, what was found before, and why.

        Raises:
            RequestError, ModelError: the detector can't be loaded.
        """
        if self._detector is None:
            self._detector = load(self.config.detector)
        self.watch = Stopwatch()
        course = _Course(self.config, self._detector, video, chunk, self.watch)
        broken = None
        with self.watch.during("decode"):
            try:
                for frame in decode(video, chunk):
                    course.see(frame)
            except MediaError as problem:
                broken = str(problem)
        if not chunk.straight and broken is None:
            course.skip_to(chunk.stop)
        return course.result(broken)


class _Course:
    """One chunk on its way through the scan; the decoder's pictures of a few frames are held."""

    def __init__(
        self,
        config: ScanConfig,
        detector: Detector,
        video: Video,
        chunk: Chunk,
        watch: Stopwatch,
    ) -> None:
        self._detector = detector
        self._watch = watch
        self._video = video
        self._chunk = chunk
        self._keyframes = frozenset(chunk.keyframes.tolist())
        self._unseen: int | None = 0  # place of the last keyframe until a frame since is decoded
        self._pts: list[int] = []
        self._fresh: list[bool] = []
        self._ends: list[Picture] = []  # the looks of the first frame and of the last
        self._changes = Changes()
        self._held = Held(config.held_change)
        self._follower = Follower(video.width, video.height, config.crops, watch)
        self._looks = Looks(self._detect, self._follower, config.every)

    def see(self, frame: Frame) -> None:
        """Go on by a decoded frame."""
        with self._watch.during("follow"):
            self.skip_to(frame.number)
            if frame.keyframe:
                self._reset()
            fresh = self._compare(frame)
            if fresh:
                self._looks.see(frame)
            else:
                self._looks.hold(frame.number)
            self._pts.append(frame.pts)
            self._fresh.append(fresh)

    def _compare(self, frame: Frame) -> bool:
        """Whether a frame has a new drawing; what may be a cut ends what was followed."""
        with self._watch.during("compare"):
            look = frame.look()
            self._ends = [*self._ends[:1], look]
            place = len(self._pts) if self._unseen is None else self._unseen
            self._unseen = None
            change = self._changes.add(look, place)
            fresh = not self._held.same(look)
        if suspicious(change):
            self._looks.end()
        return fresh

    def skip_to(self, number: int) -> None:
        """Go on to a frame; those before it were damaged, and show what was there before them."""
        for lost in range(self._chunk.start + len(self._pts), number):
            if lost in self._keyframes:
                self._reset()
            self._looks.hold(lost)
            self._changes.skip()
            self._pts.append(int(self._chunk.pts[lost - self._chunk.start]))
            self._fresh.append(self._unseen is not None)

    def _reset(self) -> None:
        self._unseen = len(self._pts)
        self._changes.reset()
        self._held.reset()
        self._looks.end()

    def _detect(self, frame: Frame) -> Detections:
        with self._watch.during("shrink"):
            small = frame.small(self._detector.lines, self._detector.grain)
        with self._watch.during("detect"):
            found = self._detector.detect([small])[0]
        height, width = small.shape[:2]
        return found.scaled(self._video.width / width, self._video.height / height)

    def result(self, broken: str | None) -> ScannedChunk:
        """All that was found, and why there isn't more."""
        with self._watch.during("follow"):
            self._looks.end()
            tracklets = self._follower.tracklets()
        nothing = np.zeros((0, 0, 3), np.uint8)
        timeline = Timeline(
            start=self._chunk.start,
            pts=np.array(self._pts, np.int64),
            held=~np.array(self._fresh, bool),
            change=np.array(self._changes.values, np.float32),
            first_look=self._ends[0] if self._ends else nothing,
            last_look=self._ends[-1] if self._ends else nothing,
        )
        return ScannedChunk(self._chunk.index, timeline, tracklets, broken)
