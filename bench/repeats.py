"""How long a series is searched for what repeats: by number of episodes of 24 minutes.

Episodes are made as their hashes alone: shots of random drawings on twos and threes, an opening of
90 seconds that changes every 26 episodes, an ending, cards, a recap and a preview, and each copy
with bits of its own flipped, as another encode has them::

    .venv/bin/python bench/repeats.py 24 100 1000
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter

import numpy as np

from eyecatch.core.segments.repeats import find_repeats
from eyecatch.core.segments.types import EpisodeSignature, PictureHashes

RATE = 24000 / 1001
NOISE = 0.03  # chance of a bit to flip; about 4 of 64 differ between two copies
STORY, OPENING, ENDING, CARD, EXCERPT = 1150.0, 90.0, 90.0, 5.0, 3.0  # seconds

Piece = tuple[np.ndarray, np.ndarray, np.ndarray]  # hashes, frames of each, whether a shot begins


def piece(seconds: float, seed: int, still: bool = False) -> Piece:
    """Drawings of so many seconds."""
    random = np.random.default_rng(seed + 1)
    frames = round(seconds * RATE)
    if still:
        return random.integers(1, 2**64, 1, np.uint64), np.array([frames]), np.array([True])
    lengths = random.choice([2, 3, 24], frames // 2, p=[0.5, 0.4, 0.1])
    lengths = lengths[: int(np.searchsorted(np.cumsum(lengths), frames)) + 1]
    lengths[-1] -= lengths.sum() - frames
    cut = random.random(len(lengths)) < lengths / (3.5 * RATE)
    cut[0] = True
    base = random.integers(0, 2**64, int(cut.sum()), np.uint64)[np.cumsum(cut) - 1]
    return base ^ flips(len(base), 0.03, random), lengths, cut


def flips(count: int, chance: float, random: np.random.Generator) -> np.ndarray:
    """Bits to be flipped, of so many hashes."""
    return np.packbits(random.random((count, 64)) < chance, axis=1).view(np.uint64)[:, 0]


def part(of: Piece, start: float, seconds: float) -> Piece:
    """An excerpt, from one drawing to another."""
    times = np.cumsum(of[1]) / RATE
    first, last = np.searchsorted(times, [start, start + seconds])
    cut = of[2][first:last].copy()
    cut[:1] = True
    return of[0][first:last], of[1][first:last], cut


def signature(pieces: list[Piece], seed: int) -> EpisodeSignature:
    """What a scan would keep of an episode."""
    hashes, lengths, cuts = (np.concatenate(some) for some in zip(*pieces, strict=True))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    noisy = hashes ^ flips(len(hashes), NOISE, np.random.default_rng((seed, 1)))
    times = np.arange(starts[-1] + 1) / RATE
    at_cuts = starts[:-1][cuts]
    return EpisodeSignature(times, PictureHashes(starts[:-1], noisy), at_cuts[at_cuts > 0])


def season(episodes: int) -> list[EpisodeSignature]:
    """Episodes as they are broadcast."""
    stories = {number: piece(STORY, number) for number in range(-1, episodes + 1)}
    ending, card = piece(ENDING, 10**6), piece(CARD, 10**6 + 1, still=True)
    made = []
    for number in range(episodes):
        opening = piece(OPENING, 2 * 10**6 + number // 26)
        story, before, after = (stories[number + k] for k in (0, -1, 1))
        made.append(
            signature(
                [
                    *(part(before, at, EXCERPT) for at in (200, 500, 900)),
                    opening, part(story, 0, 575), card, part(story, 575, 575), ending,
                    *(part(after, at, EXCERPT) for at in (100, 400, 800)),
                ],
                number,
            )
        )  # fmt: skip
    return made


def main() -> None:
    """Prints a line for each number of episodes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("episodes", type=int, nargs="+")
    for count in parser.parse_args().episodes:
        made = season(count)
        began = time.perf_counter()
        found = Counter(one.kind for one in find_repeats(made).segments)
        took = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        listed = ", ".join(f"{found[kind]} {kind}" for kind in sorted(found))
        each = f"{took / count * 1000:.0f} ms each"
        print(f"{count} episodes: {took:.1f} s, {each}, {peak:.0f} MiB; {listed}", flush=True)


if __name__ == "__main__":
    main()
