"""A camera that goes from a small face to one that fills the picture, and beyond, in one shot."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from eyecatch.core.detect.registry import load
from eyecatch.core.detections import iou
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.linking import link
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.encode import Encoding, encode
from eyecatch.core.synthetic.scene import Actor, Shot, play
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe

SIZE = (640, 360)
SMALL, LARGE = 0.1, 1.3  # of the picture's height


@pytest.fixture(scope="module")
def detector():
    return load("cnn")


def zoom(who, frames):
    """Frames on twos of a face that grows from SMALL to LARGE, and its box in each."""
    pictures, boxes = [], []
    for number in range(frames):
        share = (number - number % 2) / (frames - 2)
        actor = Actor(CAST[who], (0.5, 0.5), (0.5, 0.5), SMALL * (LARGE / SMALL) ** share, seed=9)
        (frame,) = play([Shot(1, "park", (actor,), seed=3)], SIZE)
        pictures.append(frame.picture)
        boxes.append(frame.faces[0].box)
    return pictures, np.array(boxes, np.float32)


@pytest.mark.parametrize("frames", [72, 24], ids=["slow", "quick"])
@pytest.mark.parametrize("way", [1, -1], ids=["in", "out"])
@pytest.mark.parametrize("who", [0, 4])
def test_a_face_is_one_track_from_small_to_full(tmp_path, detector, who, way, frames):
    pictures, boxes = zoom(who, frames)
    film = tmp_path / "zoom.mkv"
    encode(pictures[::way], film, SIZE, Fraction(24), Encoding(sound=None))
    video = probe(film)
    scan = Scan(ScanConfig(), detector)
    scanned = [scan(video, chunk) for chunk in plan(video).chunks]
    linked = link(scanned)
    assert [(track.start, track.stop) for track in linked.tracks] == [(0, frames)]
    followed = np.full((frames, 4), np.nan, np.float32)
    for tracklet in (one for chunk in scanned for one in chunk.tracklets):
        followed[tracklet.frames] = tracklet.boxes
    shared = [iou(a[None], b[None])[0, 0] for a, b in zip(followed, boxes[::way], strict=True)]
    assert min(shared) >= 0.3
