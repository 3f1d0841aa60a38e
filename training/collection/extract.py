"""Looking for faces: pictures thoroughly, videos as ``index`` does."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from itertools import combinations
from os import cpu_count
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.detect.base import Detector, detect_downscaled
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import load, resolve
from eyecatch.core.detections import Detections
from eyecatch.core.images import read_image
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.crop_selection import quality
from eyecatch.core.scan.linking import link
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.scan.types import ScannedChunk, Timeline, Tracklet
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.core.video.types import Chunk, Video
from eyecatch.training.collection.types import Face, Looked, Person

PER_TRACK = 3
"""Crops of a track: its best, half a second apart or more. More of one take teach little, and are
more for a person to sort."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Looking:
    """Looks for faces. Ready for several threads, each of which loads its own detector.

    Args:
        detector: which detector looks, and how.
        min_size: longer side of the smallest face that is taken, in pixels.
        crop: pictures are faces already; none is looked for in them.

    Raises:
        EyecatchError: the detector can't be used.
    """

    def __init__(self, detector: DetectorConfig, min_size: int = 32, crop: bool = False) -> None:
        self._detector = resolve(detector)
        self._min_size = min_size
        self._crop = crop
        self._own = threading.local()

    @property
    def digest(self) -> str:
        """Of all that decides what is found; two of equal digest find the same."""
        how = [ScanConfig(self._detector).digest, self._min_size, self._crop, PER_TRACK]
        return sha256(json.dumps(how).encode()).hexdigest()[:16]

    def at_picture(self, source: Path, digest: str) -> Looked:
        """The faces of a picture whose content has that digest.

        Raises:
            MediaError: it can't be read.
        """
        picture = read_image(source)
        found = _whole(picture) if self._crop else detect_downscaled(self._thorough, [picture])[0]
        people: list[Person] = []
        for box, score in zip(np.rint(found.boxes).astype(int).tolist(), found.scores, strict=True):
            if max(box[2:]) >= self._min_size:
                cut = crops.resize(picture) if self._crop else crops.cut(picture, box)
                worth = quality(cut, max(box[2:]), float(score))
                jpeg = crops.encode(cut)
                face = Face(source, digest, None, None, tuple(box), float(score), worth, jpeg)
                people.append((face,))
        return Looked(tuple(people), tuple(combinations(range(len(people)), 2)))

    def through_video(
        self, source: Path, digest: str, part: Callable[[float], None] = lambda _share: None
    ) -> Looked:
        """The best faces of each track of a video.

        Args:
            source: the file.
            digest: of its content.
            part: is told of each share of the work that is done, 1 in all.

        Raises:
            MediaError: it can't be read.
        """
        video = probe(source)
        chunks = plan(video).chunks
        scanned: dict[int, ScannedChunk] = {}
        for one in ahead(lambda chunk: self._scan(video, chunk), chunks):
            scanned[one.index] = one
            part(1 / len(chunks))
        people: list[Person] = []
        spans: list[list[Tracklet]] = []
        for track in link(list(scanned.values())).tracks:
            tracklets = [scanned[chunk].tracklets[at] for chunk, at in track.tracklets]
            times = [scanned[chunk].timeline for chunk, _ in track.tracklets]
            found = (
                _faces(source, digest, video, *of) for of in zip(times, tracklets, strict=True)
            )
            large = [f for faces in found for f in faces if max(f.box[2:]) >= self._min_size]
            if large:
                people.append(tuple(sorted(large, key=lambda face: -face.quality)[:PER_TRACK]))
                spans.append(tracklets)
        broken = tuple(one.broken for one in scanned.values() if one.broken)
        return Looked(tuple(people), tuple(_seen_at_once(spans)), broken)

    def _scan(self, video: Video, chunk: Chunk) -> ScannedChunk:
        if not hasattr(self._own, "scan"):
            self._own.scan = Scan(ScanConfig(self._detector))
        scan: Scan = self._own.scan
        return scan(video, chunk)

    @property
    def _thorough(self) -> Detector:
        if not hasattr(self._own, "thorough"):
            self._own.thorough = load(self._detector, multiscale=True)
        detector: Detector = self._own.thorough
        return detector


def ahead(call: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """``map`` on all cores, in order, that takes items only shortly before they are needed.

    Threads do: decoding, resizing and the detector all run outside of Python.
    """
    workers = cpu_count() or 1
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(call, item))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _whole(picture: npt.NDArray[np.uint8]) -> Detections:
    height, width = picture.shape[:2]
    return Detections(np.array([[0, 0, width, height]], np.float32), np.ones(1, np.float32))


def _faces(
    source: Path, digest: str, video: Video, timeline: Timeline, tracklet: Tracklet
) -> Iterator[Face]:
    """A face for each crop of a tracklet."""
    for crop in tracklet.crops:
        place = crop.frame - int(tracklet.frames[0])
        x, y, w, h = tracklet.boxes[place].tolist()
        score = float(tracklet.scores[place])
        time = int(timeline.pts[crop.frame - timeline.start]) * video.time_base
        yield Face(source, digest, crop.frame, time, (x, y, w, h), score, crop.quality, crop.jpeg)


def _seen_at_once(tracks: list[list[Tracklet]]) -> Iterator[tuple[int, int]]:
    """Places of two tracks, in order of their first frames, that have a frame in common."""
    for i, track in enumerate(tracks):
        stop = int(track[-1].frames[-1])
        for j in range(i + 1, len(tracks)):
            if int(tracks[j][0].frames[0]) > stop:
                break
            if any(_overlap(a, b) for a in track for b in tracks[j]):
                yield i, j


def _overlap(a: Tracklet, b: Tracklet) -> bool:
    return bool(a.frames[0] <= b.frames[-1] and b.frames[0] <= a.frames[-1])
