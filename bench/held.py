"""How much of the detector's work is reused from frame to frame, and what recall that costs.

Scans an episode three times in one process: looking at every frame, at every drawing, and at a few
drawings a second as ``index`` does. TRUTH is a CSV as ``draw_season`` writes it::

    .venv/bin/python bench/held.py EPISODE TRUTH
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import Detector
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import load, resolve
from eyecatch.core.detections import Detections, iou
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.scan.types import ScannedChunk
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe

Boxes = Mapping[int, Sequence[Sequence[float]]]
"""Of each frame that has any."""

OVERLAP = 0.3


class Counting:
    """A detector that counts what it looks at."""

    def __init__(self, detector: Detector) -> None:
        self.lines, self.size_divisor, self.looks = detector.lines, detector.size_divisor, 0
        self._detector = detector

    def detect(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        """As the detector that is counted."""
        self.looks += len(pictures)
        return self._detector.detect(pictures)


def main(episode: Path, truth: Path) -> None:
    """Prints one line of JSON to standard error."""
    config = ScanConfig(resolve(DetectorConfig()))
    ways = {
        "every frame": replace(config, held_change=0.0, every=1),
        "every drawing": replace(config, every=1),
        "as index": config,
    }
    faces = read(truth, episode.name)
    found = {name: measure(episode, way, faces) for name, way in ways.items()}
    print(json.dumps(found), file=sys.stderr)


def read(truth: Path, episode: str) -> Boxes:
    """The faces that are there."""
    faces = defaultdict[int, list[list[float]]](list)
    with truth.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["episode"] == episode:
                faces[int(row["frame"])].append([float(row[key]) for key in "xywh"])
    return faces


def measure(episode: Path, config: ScanConfig, truth: Boxes) -> dict[str, float]:
    """Frames, looks, held frames and recall of one scan."""
    detector = Counting(load(config.detector))
    video = probe(episode)
    scan = Scan(config, detector)
    chunks = [scan(video, chunk) for chunk in plan(video, 60.0).chunks]
    held = np.concatenate([chunk.timeline.held for chunk in chunks])
    return {
        "frames": len(held),
        "held": float(held.mean()),
        "looks": detector.looks,
        "recall": recall(boxes(chunks), truth),
    }


def boxes(chunks: Sequence[ScannedChunk]) -> Boxes:
    """The faces that were found."""
    faces = defaultdict[int, list[Sequence[float]]](list)
    for chunk in chunks:
        for tracklet in chunk.tracklets:
            for frame, box in zip(tracklet.frames.tolist(), tracklet.boxes, strict=True):
                faces[frame].append(box.tolist())
    return faces


def recall(found: Boxes, truth: Boxes) -> float:
    """Share of the true faces that one was found at."""
    hits = total = 0
    for frame, faces in truth.items():
        total += len(faces)
        if there := found.get(frame):
            near = iou(np.array(faces, np.float32), np.array(there, np.float32))
            hits += int((near.max(axis=1) >= OVERLAP).sum())
    return hits / max(total, 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
