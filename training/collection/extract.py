"""Finds and cuts faces: in pictures as ``identify`` does, in videos as ``index`` does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.detect.base import Detector, detect_downscaled
from eyecatch.core.detect.config import NamedDetector
from eyecatch.core.detect.registry import load, resolve
from eyecatch.core.detections import Detections
from eyecatch.core.images import read_image
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.crop_selection import quality
from eyecatch.core.scan.linking import link
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.scan.types import ScannedChunk, Timeline, Tracklet
from eyecatch.core.threads import map_in_threads
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.core.video.types import Chunk, Video
from eyecatch.training.collection.types import ExtractedFaces, Face, Person

CROPS_PER_TRACK = 3
"""The best crops of a track, at least half a second from each other. More would teach little, and
be more for a person to sort."""


class FaceExtractor:
    """Finds and cuts faces. Safe to share between threads, each of which loads its own detector.

    Args:
        detector: which detector looks, and how.
        min_size: longer side of the smallest face that is taken, in pixels.
        crop: pictures are faces already; none is looked for in them.

    Raises:
        EyecatchError: the detector can't be used.
    """

    def __init__(self, detector: NamedDetector, min_size: int = 32, crop: bool = False) -> None:
        self._detector = resolve(detector)
        self._min_size = min_size
        self._crop = crop
        self._local = threading.local()

    @property
    def digest(self) -> str:
        """Of everything that decides what is found: extractors of equal digest find the same."""
        how = [ScanConfig(self._detector).digest, self._min_size, self._crop, CROPS_PER_TRACK]
        return sha256(json.dumps(how).encode()).hexdigest()[:16]

    def from_picture(self, source: Path, digest: str) -> ExtractedFaces:
        """The faces of a picture whose content has that digest.

        Raises:
            MediaError: it can't be read.
        """
        picture = read_image(source)
        found = (
            _whole_picture(picture)
            if self._crop
            else detect_downscaled(self._multiscale, [picture])[0]
        )
        people: list[Person] = []
        for box, score in zip(np.rint(found.boxes).astype(int).tolist(), found.scores, strict=True):
            if max(box[2:]) >= self._min_size:
                cut = crops.resize(picture) if self._crop else crops.cut(picture, box)
                value = quality(cut, max(box[2:]), float(score))
                jpeg = crops.encode(cut)
                face = Face(source, digest, None, None, tuple(box), float(score), value, jpeg)
                people.append((face,))
        return ExtractedFaces(tuple(people), tuple(combinations(range(len(people)), 2)))

    def from_video(
        self, source: Path, digest: str, on_part: Callable[[float], None] = lambda _share: None
    ) -> ExtractedFaces:
        """The best faces of each track of a video.

        Args:
            source: the file.
            digest: of its content.
            on_part: is called with each share of the work that is done; they sum to 1.

        Raises:
            MediaError: it can't be read.
        """
        video = probe(source)
        chunks = plan(video).chunks
        scanned: dict[int, ScannedChunk] = {}
        for one in map_in_threads(lambda chunk: self._scan(video, chunk), chunks):
            scanned[one.index] = one
            on_part(1 / len(chunks))
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
                people.append(
                    tuple(sorted(large, key=lambda face: -face.quality)[:CROPS_PER_TRACK])
                )
                spans.append(tracklets)
        broken = tuple(one.broken for one in scanned.values() if one.broken)
        return ExtractedFaces(tuple(people), tuple(_pairs_seen_at_once(spans)), broken)

    def _scan(self, video: Video, chunk: Chunk) -> ScannedChunk:
        if not hasattr(self._local, "scan"):
            self._local.scan = Scan(ScanConfig(self._detector))
        scan: Scan = self._local.scan
        return scan(video, chunk)

    @property
    def _multiscale(self) -> Detector:
        if not hasattr(self._local, "multiscale"):
            self._local.multiscale = load(self._detector, multiscale=True)
        detector: Detector = self._local.multiscale
        return detector


def _whole_picture(picture: npt.NDArray[np.uint8]) -> Detections:
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


def _pairs_seen_at_once(tracks: list[list[Tracklet]]) -> Iterator[tuple[int, int]]:
    """Pairs of indices of tracks, given in order of their first frames, that share a frame."""
    for i, track in enumerate(tracks):
        stop = int(track[-1].frames[-1])
        for j in range(i + 1, len(tracks)):
            if int(tracks[j][0].frames[0]) > stop:
                break
            if any(_overlap(a, b) for a in track for b in tracks[j]):
                yield i, j


def _overlap(a: Tracklet, b: Tracklet) -> bool:
    return bool(a.frames[0] <= b.frames[-1] and b.frames[0] <= a.frames[-1])
