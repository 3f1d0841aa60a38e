"""Seasons as their hashes alone: shots of random drawings, cut together as a broadcast is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from eyecatch.core.segments.types import EpisodeSignature, PictureHashes

RATE = 24000 / 1001


@dataclass
class Film:
    """Drawings one after the other: hash and number of frames of each, and where shots begin."""

    drawings: list[tuple[int, int]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)

    @property
    def frames(self) -> int:
        return sum(frames for _, frames in self.drawings)

    def __add__(self, other: Film) -> Film:
        cuts = [*self.cuts, self.frames, *(self.frames + cut for cut in other.cuts)]
        return Film([*self.drawings, *other.drawings], sorted({c for c in cuts if c}))

    def part(self, start: float, seconds: float) -> Film:
        """An excerpt."""
        first, last = round(start * RATE), round((start + seconds) * RATE)
        made, at = Film(), 0
        for value, frames in self.drawings:
            shown = min(last, at + frames) - max(first, at)
            if shown > 0:
                made.drawings.append((value, shown))
            at += frames
        made.cuts = [cut - first for cut in self.cuts if first < cut < last]
        return made


def film(seconds: float, seed: int, still: bool = False) -> Film:
    """So many seconds of shots; ``still`` is a card, one drawing throughout."""
    random = np.random.default_rng(seed)
    left, made = round(seconds * RATE), Film()
    while left > 0:
        frames = left if still else min(left, int(random.uniform(1.5, 4) * RATE))
        value = int(random.integers(1, 2**64, dtype=np.uint64))
        made = made + _shot(
            frames, value, random, 10**9 if still else int(random.choice([2, 3, 30]))
        )
        left -= frames
    return made


def _shot(frames: int, value: int, random: np.random.Generator, step: int) -> Film:
    """A mouth or a hand moves: every ``step`` frames some bits change, around the first drawing."""
    shot = Film()
    while frames > 0:
        shown = min(step, frames)
        moved = sum(
            1 << int(b) for b in random.choice(64, int(random.integers(0, 5)), replace=False)
        )
        shot.drawings.append((value ^ moved, shown))
        frames -= shown
    return shot


def signature(shown: Film, seed: int = 0, noise: float = 0.02, speed: float = 1.0):
    """What a scan would keep of it: each bit flipped with a chance of ``noise``."""
    random = np.random.default_rng(seed)
    lengths = np.array([frames for _, frames in shown.drawings])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    hashes = np.array([value for value, _ in shown.drawings], np.uint64)
    flips = random.random((len(hashes), 64)) < noise
    hashes ^= np.packbits(flips, axis=1).view(np.uint64)[:, 0]
    times = np.arange(shown.frames + 1) / RATE / speed
    return EpisodeSignature(
        times, PictureHashes(starts.astype(np.int32), hashes), np.array(shown.cuts, np.int32)
    )
