"""At which times of which episodes adaptation looks: evenly over all, with seeded jitter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eyecatch.core.detections import Box
from eyecatch.core.video.types import Video


@dataclass(frozen=True, slots=True)
class CheckedBox:
    """What a person said of a box in a frame.

    Attributes:
        pts: of the frame, in units of its video's time base.
        box: x, y, w, h in pixels of the video.
        is_face: False where the person said that it is none.
    """

    pts: int
    box: Box
    is_face: bool


@dataclass(frozen=True, slots=True)
class EpisodeSource:
    """An episode that is learned from.

    Attributes:
        name: what it is called; no two are called alike.
        video: its file, as probed.
        seconds: its length.
        start: pts at which it begins.
        straight: it has to be decoded from its start, as it can't be sought in, or is short.
        checked: what people said of its faces.
    """

    name: str
    video: Video
    seconds: float
    start: int = 0
    straight: bool = False
    checked: tuple[CheckedBox, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """How many moments are sampled; the same plan samples the same ones.

    Attributes:
        count: moments of all episodes together, at most; near duplicates among them are dropped.
        labelled: frames of which people said something, at most.
        spacing: least seconds from one to the next, on average: short episodes have fewer.
        near: of 255: moments whose means differ by less on average are near duplicates. A mouth
            that moves changes them by .3, the next pose of one who speaks by 3 and more.
        seed: of the jitter.
    """

    count: int = 1000
    labelled: int = 400
    spacing: float = 0.5
    near: float = 2.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A frame to read.

    Attributes:
        pts: the time at which it is wanted.
        spread: in 0..1: where it is taken after a keyframe too far before that time.
        checked: what people said of it; it is then wanted exactly.
    """

    pts: int
    spread: float = 0.0
    checked: tuple[CheckedBox, ...] = ()


def wanted_frames(episodes: Sequence[EpisodeSource], plan: SamplePlan) -> list[list[Wanted]]:
    """The frames to read of each episode, in order of time.

    Args:
        episodes: the episodes, at least one.
        plan: how many.
    """
    total = sum(episode.seconds for episode in episodes)
    every = max(plan.spacing, total / plan.count)
    shares = _labelled_shares(episodes, plan.labelled)
    return [
        sorted(
            [
                *_spread_out(episode, every, np.random.default_rng([plan.seed, place])),
                *_labelled(episode, share),
            ],
            key=lambda one: one.pts,
        )
        for place, (episode, share) in enumerate(zip(episodes, shares, strict=True))
    ]


def _spread_out(episode: EpisodeSource, every: float, rng: np.random.Generator) -> list[Wanted]:
    """A time in each of equal parts of the episode, somewhere in its part."""
    count = max(1, round(episode.seconds / every))
    seconds = (np.arange(count) + rng.random(count)) * (episode.seconds / count)
    spreads = rng.random(count)
    units = [int(second / episode.video.time_base) for second in seconds.tolist()]
    return [
        Wanted(episode.start + unit, spread)
        for unit, spread in zip(units, spreads.tolist(), strict=True)
    ]


def _labelled_shares(episodes: Sequence[EpisodeSource], most: int) -> list[int]:
    """How many frames of each episode are taken for what people said of them."""
    counts = [len({box.pts for box in episode.checked}) for episode in episodes]
    total = sum(counts)
    return counts if total <= most else [count * most // total for count in counts]


def _labelled(episode: EpisodeSource, count: int) -> list[Wanted]:
    """Frames of which people said something, evenly among all of them."""
    frames: dict[int, list[CheckedBox]] = {}
    for box in sorted(episode.checked, key=lambda box: box.pts):
        frames.setdefault(box.pts, []).append(box)
    times = list(frames)
    chosen = [times[i * len(times) // count] for i in range(count)]
    return [Wanted(pts, 0.0, tuple(frames[pts])) for pts in chosen]
