"""Episodes spliced of real footage: stretches of videos one after the other, exact to the frame."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eyecatch.core.synthetic.encode import Encoding, encode
from eyecatch.core.synthetic.pen import Picture
from eyecatch.core.synthetic.season import NTSC_FILM
from eyecatch.core.synthetic.soundtrack import RATE as SAMPLES
from eyecatch.core.synthetic.soundtrack import Samples
from eyecatch.core.video.ffmpeg import program

RATE = float(NTSC_FILM)
"""Frames a second of everything that is spliced."""


@dataclass(frozen=True, slots=True)
class Footage:
    """Frames of a video.

    Attributes:
        path: the video. It has ``RATE`` itself, or is taken from its beginning.
        first: number of the first frame.
        frames: how many; where the video ends before, its last one stays.
        sound: another file that is heard with it, from the same place on; None for its own.
        silent: nothing is heard.
    """

    path: Path
    first: int
    frames: int
    sound: Path | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Footage of one kind on end, such as an opening; its cuts aren't known."""

    kind: str
    footage: tuple[Footage, ...]

    @property
    def frames(self) -> int:
        """How many."""
        return sum(one.frames for one in self.footage)

    def part(self, start: int, stop: int, _rate: float = RATE) -> Stretch:
        """Its frames from ``start`` up to ``stop``."""
        found, begins = [], 0
        for one in self.footage:
            first, last = max(start - begins, 0), min(stop - begins, one.frames)
            if first < last:
                found.append(replace(one, first=one.first + first, frames=last - first))
            begins += one.frames
        return replace(self, footage=tuple(found))

    def cuts(self) -> list[int]:
        """None are known."""
        return []


def silent(stretch: Stretch) -> Stretch:
    """The same without sound."""
    return replace(stretch, footage=tuple(replace(one, silent=True) for one in stretch.footage))


def splice(
    path: Path, stretches: Sequence[Stretch], *, size: tuple[int, int], encoding: Encoding
) -> None:
    """Write an episode.

    Args:
        path: the file.
        stretches: in order.
        size: width and height in pixels; what has another shape is squeezed.
        encoding: how it is encoded.
    """
    footage = [one for stretch in stretches for one in stretch.footage]
    edges = np.cumsum([0, *(one.frames for one in footage)]) / RATE * SAMPLES
    counts = np.diff(edges.round().astype(int))
    sound = np.concatenate([_heard(f, int(n)) for f, n in zip(footage, counts, strict=True)])
    pictures = (picture for one in footage for picture in _seen(one, size))
    encode(pictures, path, size, NTSC_FILM, encoding, sound)


def _seen(one: Footage, size: tuple[int, int]) -> Iterator[Picture]:
    filters = [f"settb={1 / NTSC_FILM},setpts=N", f"scale={size[0]}:{size[1]}"]
    if one.first == 0:
        filters.insert(0, f"fps={NTSC_FILM}")
        start = 0.0
    else:
        start = (one.first - 0.5) / RATE  # between two frames: no rounding takes one for the other
    command = [
        program(), "-v", "error", "-nostdin", "-ss", f"{start:.5f}", "-i", str(one.path),
        "-map", "0:v:0", "-vf", ",".join(filters), "-frames:v", str(one.frames),
        "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "bgr24", "-",
    ]  # fmt: skip
    shape, left = (size[1], size[0], 3), one.frames
    picture = np.zeros(shape, np.uint8)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while left and (raw := process.stdout.read(picture.nbytes)):
            picture = np.frombuffer(raw, np.uint8).reshape(shape)
            left -= 1
            yield picture
    for _ in range(left):
        yield picture


def _heard(one: Footage, count: int) -> Samples:
    if one.silent:
        return np.zeros(count, np.float32)
    command = [
        program(), "-v", "error", "-nostdin", "-ss", f"{one.first / RATE:.5f}",
        "-i", str(one.sound or one.path), "-map", "0:a:0", "-t", f"{count / SAMPLES + 0.1:.5f}",
        "-f", "s16le", "-ar", str(SAMPLES), "-ac", "1", "-",
    ]  # fmt: skip
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    samples = np.frombuffer(raw, "<i2")[:count].astype(np.float32) / 32768
    return np.pad(samples, (0, count - len(samples)))
