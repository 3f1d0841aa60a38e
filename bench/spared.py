"""What frames cost that are left undecoded, and whether anything is found otherwise.

Scans videos twice a round in one thread, decoding all frames and leaving out those that are guessed
to repeat a drawing (``core.video.sparing``), and prints seconds of CPU (medians), how many frames
were left out, how many guesses were wrong, and how many rows differ::

    .venv/bin/python bench/spared.py VIDEO … --seconds 60 --rounds 3
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from unittest import mock

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.scan import spared_frames
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.scan.types import ScannedChunk
from eyecatch.core.video.frame import Frame
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.core.video.sparing import Sparing
from eyecatch.core.video.types import Chunk, Video


def main() -> None:
    """Prints a line a video."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=60, help="of each, about (60)")
    parser.add_argument("--rounds", type=int, default=3, help="scans of each kind (3)")
    wish = parser.parse_args()
    for path in wish.videos:
        video = probe(path)
        chunks = plan(video, wish.seconds).chunks[:1]
        print(f"{path.name}: {_compared(video, chunks, wish.rounds)}", flush=True)


def _compared(video: Video, chunks: Sequence[Chunk], rounds: int) -> str:
    every, fewer = list[float](), list[float]()
    for _ in range(rounds):
        with mock.patch.object(Sparing, "may_leave_out", return_value=False):
            whole, took = _scanned(video, chunks)
        every.append(took)
        with (
            mock.patch.object(Frame, "shown_at", autospec=True, side_effect=Frame.shown_at) as left,
            mock.patch.object(
                spared_frames,
                "_decoded_after_all",
                side_effect=spared_frames._decoded_after_all,
            ) as wrong,
        ):
            found, took = _scanned(video, chunks)
        fewer.append(took)
    frames = sum(len(one.timeline.pts) for one in whole)
    return (
        f"{frames} frames, {left.call_count / frames:.1%} left out, {wrong.call_count} wrong "
        f"guesses, {_differing(whole, found)} frames and faces differ, "
        f"CPU {median(every):.2f} s, {median(fewer):.2f} s with fewer: "
        f"{median(fewer) / median(every):.3f}"
    )


def _scanned(video: Video, chunks: Sequence[Chunk]) -> tuple[list[ScannedChunk], float]:
    scan = Scan(ScanConfig(resolve(DetectorConfig())))
    scan(video, chunks[0].part(chunks[0].start, chunks[0].start + 1))  # loads the detector
    began = time.process_time()
    found = [scan(video, chunk) for chunk in chunks]
    return found, time.process_time() - began


def _differing(a: Sequence[ScannedChunk], b: Sequence[ScannedChunk]) -> int:
    """How many frames are held in one only, and how many tracklets or hashes are in one only."""
    count = 0
    for one, other in zip(a, b, strict=True):
        count += int((one.timeline.held != other.timeline.held).sum())
        count += len(_kept(one) ^ _kept(other))
    return count


def _kept(chunk: ScannedChunk) -> set[object]:
    assert chunk.pictures is not None
    hashes = zip(chunk.pictures.frames.tolist(), chunk.pictures.hashes.tolist(), strict=True)
    faces = ((one.frames.tobytes(), one.boxes.tobytes(), one.crops) for one in chunk.tracklets)
    return {*hashes, *faces}


if __name__ == "__main__":
    main()
