"""Passages: the parts of an episode on the air, each with its shots, sounds and lettering."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from eyecatch.core.segments.kinds import KINDS
from eyecatch.core.synthetic.captions import Caption, excerpted, lettered
from eyecatch.core.synthetic.scene import DrawnFrame, Shot, excerpt, play
from eyecatch.core.synthetic.script import cuts
from eyecatch.core.synthetic.soundtrack import Sound

BLACK = "black"
"""The kind of a passage between two others: neither story nor a segment."""


class TrueSegment(NamedTuple):
    """A segment as it was drawn: seconds, and numbers of frames, half-open."""

    episode: str
    kind: str
    start: float
    stop: float
    start_frame: int
    stop_frame: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Frames of one kind on end.

    Attributes:
        kind: one of ``core.segments.kinds.KINDS``, ``story`` or ``black``.
        shots: what is seen.
        sounds: what is heard; as long as the shots.
        captions: lettering, by numbers of the passage's own frames.
    """

    kind: str
    shots: tuple[Shot, ...]
    sounds: tuple[Sound, ...]
    captions: tuple[Caption, ...] = ()

    @property
    def frames(self) -> int:
        """How many."""
        return sum(shot.frames for shot in self.shots)

    def part(self, start: int, stop: int, rate: float) -> Passage:
        """Its frames from ``start`` up to ``stop``, at ``rate`` a second."""
        return Passage(
            self.kind,
            tuple(excerpt(self.shots, start, stop)),
            tuple(_sounds_of(self.sounds, start / rate, stop / rate)),
            excerpted(self.captions, start, stop),
        )

    def cuts(self) -> list[int]:
        """Numbers of the frames on which a new shot begins, without the first."""
        return cuts(self.shots)


def joined(kind: str, passages: Sequence[Passage]) -> Passage:
    """Passages without lettering as one."""
    return Passage(
        kind,
        tuple(shot for one in passages for shot in one.shots),
        tuple(sound for one in passages for sound in one.sounds),
    )


def play_passages(passages: Sequence[Passage], size: tuple[int, int]) -> Iterator[DrawnFrame]:
    """Every frame of the passages, with its lettering.

    Args:
        passages: in order.
        size: width and height in pixels.
    """
    for passage in passages:
        for number, frame in enumerate(play(passage.shots, size)):
            yield frame._replace(picture=lettered(frame.picture, passage.captions, number))


def true_segments(episode: str, passages: Sequence[Passage], rate: Fraction) -> list[TrueSegment]:
    """The segments of an episode: two of one kind on end are one.

    Args:
        episode: name of its file.
        passages: in order.
        rate: frames a second.
    """
    found, first = [], 0
    for kind, group in groupby(passages, key=lambda passage: passage.kind):
        last = first + sum(passage.frames for passage in group)
        if kind in KINDS and first < last:
            start, stop = (round(float(frame / rate), 4) for frame in (first, last))
            found.append(TrueSegment(episode, kind, start, stop, first, last))
        first = last
    return found


def inserted(into: Passage, what: Passage, at: int, rate: float) -> list[Passage]:
    """A passage of story that another one interrupts at a frame."""
    before, after = into.part(0, at, rate), into.part(at, into.frames, rate)
    return [before, what, after]


def muted(passage: Passage) -> Passage:
    """The same pictures without sound."""
    return replace(
        passage, sounds=tuple(replace(sound, style="silence") for sound in passage.sounds)
    )


def spoken(passage: Passage, dub: int) -> Passage:
    """The same in another language."""
    return replace(passage, sounds=tuple(replace(sound, dub=dub) for sound in passage.sounds))


def _sounds_of(sounds: Sequence[Sound], start: float, stop: float) -> Iterator[Sound]:
    begins = 0.0
    for sound in sounds:
        first, last = max(start - begins, 0.0), min(stop - begins, sound.seconds)
        if last - first > 1e-9:
            yield sound.part(first, last)
        begins += sound.seconds
