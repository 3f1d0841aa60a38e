"""An episode's hashes at even steps of time, so that two episodes can be laid side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.segments.types import EpisodeSignature, SoundHashes

Hashes = npt.NDArray[np.uint64]
Seconds = npt.NDArray[np.float64]

STEP: Final = 1 / 12
"""Seconds from one point of a grid to the next: a drawing on twos of 24 frames a second."""

_TELLING: Final = 6
"""Bits that are set at least in a hash that tells something: flat pictures are all alike."""

_UNMOVED, _HEARD, _LIVELY = 1, 17, 0.3
"""A hash of sound differs from the one before in more than so many bits, if something is heard; of
so many about it, two seconds, at least so great a share."""

_LONGEST_GAP: Final = 10.0
"""Seconds for which a drawing stands at most, as the scan hashes one at every keyframe: what is
longer is a chunk that was never hashed."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What is on screen at every step; time is counted from the episode's first frame.

    Attributes:
        hashes: uint64 (n,), one at least: of the drawing that is on screen; 0 where there is none
            to tell.
        drawings: float64 (k,): seconds at which each hashed drawing begins.
        values: uint64 (k,): its hash.
        cuts: float64 (c,): seconds at which shots begin, rising, without the first.
        frames: float64 (f + 1,): seconds at which each frame begins, and the last one ends.
        sounds: uint32 (n,): Chromaprint's hash of what is heard at every step; 0 where nothing is.
    """

    hashes: Hashes
    drawings: Seconds
    values: Hashes
    cuts: Seconds
    frames: Seconds
    sounds: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, signature: EpisodeSignature) -> Grid:
        """The grid of an episode."""
        times = signature.times - (signature.times[0] if len(signature.times) else 0)
        last = len(times) - 1
        inside = signature.pictures.frames < last
        drawings = times[signature.pictures.frames[inside]]
        values = signature.pictures.hashes[inside]
        values = np.where(np.bitwise_count(values) < _TELLING, np.uint64(0), values)
        end = float(times[-1]) if len(times) else 0.0
        points = np.arange(max(int(end / STEP), 1)) * STEP + STEP / 2  # one frame has one, too
        place = np.searchsorted(drawings, points, "right") - 1
        hashes = np.where(place >= 0, values[place], np.uint64(0)) if len(values) else points * 0
        if len(values):
            hashes[points - drawings[np.maximum(place, 0)] > _LONGEST_GAP] = 0
        cuts = times[signature.cuts[signature.cuts < last]]
        zero = float(signature.times[0]) if len(times) else 0.0
        sounds = _sounds(signature.sound, points + zero)
        return cls(hashes.astype(np.uint64), drawings, values, cuts, times, sounds)

    @property
    def length(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return float(self.frames[-1]) if len(self.frames) else 0.0

    def frame(self, time: float) -> int:
        """The number of the frame that begins nearest to a time; one past the last at the end."""
        place = int(np.searchsorted(self.frames, time))
        near = [k for k in (place - 1, place) if 0 <= k < len(self.frames)]
        return min(near, key=lambda k: abs(self.frames[k] - time))


def _sounds(
    sound: SoundHashes | None, times: npt.NDArray[np.floating[Any]]
) -> npt.NDArray[np.uint32]:
    """What is heard at some times.

    Silence, noise that never changes and a single tone are all alike and tell nothing: there hash
    after hash is the same, and 0 stands for it.
    """
    if sound is None or not len(sound.hashes):
        return np.zeros(len(times), np.uint32)
    moves = np.bitwise_count(sound.hashes ^ np.roll(sound.hashes, 1)) > _UNMOVED
    around = np.convolve(moves, np.ones(_HEARD))[_HEARD // 2 :][: len(moves)]
    hashes = np.where(around >= _LIVELY * _HEARD, sound.hashes, np.uint32(0))
    place = np.floor((times - sound.start) / sound.step).astype(np.int64)
    inside = (place >= 0) & (place < len(hashes))
    heard: npt.NDArray[np.uint32] = np.where(
        inside, hashes[np.clip(place, 0, len(hashes) - 1)], np.uint32(0)
    )
    return heard


def distance(a: Hashes, b: Hashes) -> npt.NDArray[np.uint8]:
    """In how many bits hashes differ: uint8, 0..64."""
    bits: npt.NDArray[np.uint8] = np.bitwise_count(a ^ b)
    return bits
