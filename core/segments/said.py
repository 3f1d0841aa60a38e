"""What people said of segments, put upon what a search found: what is stored of the two.

Where a person said what a part of an episode is, that holds. It also holds for the same part of
other episodes, those too that are indexed later: a found segment there takes the kind, and its ends
move by the seconds by which the person moved them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:  # a question to the index needn't wait for NumPy
    import numpy as np
    import numpy.typing as npt

    from eyecatch.core.segments.types import FoundSegment

    Times = npt.NDArray[np.float64]
    """Seconds at which each frame begins, and the last one ends: (frames + 1,)."""


class FrameSpan(NamedTuple):
    """Frames of an episode, half-open."""

    start: int
    stop: int


class SaidSegment(NamedTuple):
    """What a person said of a part of an episode.

    Attributes:
        kind: one of ``KINDS``, or ``story``.
        start, stop: frames, half-open.
        shared: the number, in the index, of what it shows; None if it was said of this episode
            alone.
    """

    kind: str
    start: int
    stop: int
    shared: int | None


class KeptSegment(NamedTuple):
    """A found segment as it is stored.

    Attributes:
        kind: one of ``KINDS``, or ``story`` if a person said so of the same in another episode.
        start, stop: frames, half-open.
        confidence: 0..1, of what was found.
        shared: the number, in the index, of what it shows.
    """

    kind: str
    start: int
    stop: int
    confidence: float
    shared: int


class _Extent(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def stop(self) -> int: ...


class _Part(_Extent, Protocol):
    @property
    def kind(self) -> str: ...


Part = TypeVar("Part", bound=_Part)


class _Example(NamedTuple):
    """What was found in an episode, and what people said of it there."""

    episode: int
    found: FoundSegment
    said: tuple[SaidSegment, ...]


def overlap(one: _Extent, other: _Extent) -> int:
    """Frames that two parts of an episode have in common."""
    return max(0, min(one.stop, other.stop) - max(one.start, other.start))


def is_same(one: _Extent, other: _Extent) -> bool:
    """Whether one stands for the other: they share half of the shorter one at least."""
    shorter = min(one.stop - one.start, other.stop - other.start)
    return 0 < shorter <= 2 * overlap(one, other)


def counterpart(some: Iterable[Part], span: _Extent, kind: str) -> Part | None:
    """Which segment a person means who says that a part of an episode is of a kind.

    Args:
        some: those of the episode.
        span: the part.
        kind: what it is said to be.

    Returns:
        The one that has most in common with it: half of both together, or, if it is of that kind,
        of the shorter one; None where there is none.
    """
    near = [
        one
        for one in some
        if _union(one, span) <= 2 * overlap(one, span) or (one.kind == kind and is_same(one, span))
    ]
    return max(near, key=lambda one: overlap(one, span), default=None)


def _union(one: _Extent, other: _Extent) -> int:
    return (one.stop - one.start) + (other.stop - other.start) - overlap(one, other)


def pieces(one: _Extent, others: Iterable[_Extent]) -> list[FrameSpan]:
    """What is left of a part of an episode without some others, in order.

    Example:
        >>> pieces(FrameSpan(0, 90), [FrameSpan(30, 60), FrameSpan(80, 100)])
        [FrameSpan(start=0, stop=30), FrameSpan(start=60, stop=80)]
    """
    left = [FrameSpan(one.start, one.stop)]
    for other in others:
        left = [
            piece
            for whole in left
            for piece in (
                FrameSpan(whole.start, min(whole.stop, other.start)),
                FrameSpan(max(whole.start, other.stop), whole.stop),
            )
            if piece.start < piece.stop
        ]
    return left


def nearest(times: Times, seconds: float) -> int:
    """The frame that begins nearest to a time; one past the last stands for the end."""
    after = int(times.searchsorted(seconds))
    if after == len(times):
        return after - 1
    return after - 1 if after and seconds - times[after - 1] < times[after] - seconds else after


def moved(
    span: _Extent, times: Times, before: _Extent, after: _Extent, example: Times
) -> FrameSpan | None:
    """A part of an episode, moved as the same part of another one was; None if nothing is left.

    Args:
        span: what is moved.
        times: of its episode.
        before: what the other episode has there.
        after: what became of that. An end of it that lies nearer to the other end of ``before``
            follows that one: half of a segment stays half of it.
        example: times of the other episode.
    """

    def follow(frame: int) -> int:
        far = frame - before.start > before.stop - frame
        old, mine = (before.stop, span.stop) if far else (before.start, span.start)
        if frame == old:
            return mine
        return nearest(times, times[mine] + (example[frame] - example[old]))

    start, stop = follow(after.start), follow(after.stop)
    return FrameSpan(start, stop) if start < stop else None


def as_said(
    found: Mapping[int, Sequence[FoundSegment]],
    said: Mapping[int, Sequence[SaidSegment]],
    times: Callable[[int], Times],
    numbers: Mapping[int, int],
) -> dict[int, list[KeptSegment]]:
    """What is stored of what a search found.

    Nothing is stored where a person's segment stands for it; what overlaps a person's in some part
    loses that part. What shows the same as something of which a person spoke in another episode
    becomes what they said.

    Args:
        found: by episode.
        said: by episode; also of other episodes than those in ``found``.
        times: gives those of an episode; asked only where ends have to be moved.
        numbers: the number in the index of each ``shared`` of ``found``.
    """
    examples = _examples(found, said, numbers)
    return {
        episode: _kept(episode, segments, said.get(episode, ()), examples, times, numbers)
        for episode, segments in found.items()
    }


def _is_spoken_of(one: FoundSegment, mine: Sequence[SaidSegment], number: int) -> bool:
    """Whether people's segments stand for a found one of its episode."""
    if 2 * sum(overlap(one, it) for it in mine) >= one.stop - one.start:
        return True
    return any(is_same(one, it) and (it.kind == one.kind or it.shared == number) for it in mine)


def _examples(
    found: Mapping[int, Sequence[FoundSegment]],
    said: Mapping[int, Sequence[SaidSegment]],
    numbers: Mapping[int, int],
) -> dict[int, _Example]:
    """For each ``shared`` of which people spoke, what most episodes have of it."""
    every: dict[int, list[_Example]] = {}
    for episode in sorted(found):
        mine = said.get(episode, ())
        for one in found[episode]:
            if _is_spoken_of(one, mine, numbers[one.shared]):
                told = tuple(it for it in mine if it.shared is not None and is_same(one, it))
                if told:
                    every.setdefault(one.shared, []).append(_Example(episode, one, told))
    result: dict[int, _Example] = {}
    for shared, some in every.items():
        votes = Counter(map(_told, some))
        result[shared] = max(some, key=lambda one: votes[_told(one)])
    return result


def _told(example: _Example) -> tuple[tuple[str, int | None], ...]:
    return tuple((it.kind, it.shared) for it in example.said)


def _kept(  # noqa: PLR0913, PLR0917 - the arguments of as_said, of one episode
    episode: int,
    segments: Sequence[FoundSegment],
    mine: Sequence[SaidSegment],
    examples: Mapping[int, _Example],
    times: Callable[[int], Times],
    numbers: Mapping[int, int],
) -> list[KeptSegment]:
    free = [one for one in segments if not _is_spoken_of(one, mine, numbers[one.shared])]
    taught = [
        image
        for one in free
        if one.shared in examples
        for image in _images(episode, one, examples[one.shared], times)
    ]
    plain = [
        KeptSegment(one.kind, one.start, one.stop, one.confidence, numbers[one.shared])
        for one in free
        if one.shared not in examples
    ]
    kept = [*_cut(taught, mine)]
    kept += _cut(plain, [*mine, *kept])
    return sorted(kept, key=lambda one: (one.start, one.stop))


def _images(
    episode: int, one: FoundSegment, example: _Example, times: Callable[[int], Times]
) -> list[KeptSegment]:
    """What people said of the same in another episode, as it lies in this one."""
    result: list[KeptSegment] = []
    for it in example.said:
        assert it.shared is not None
        still = (it.start, it.stop) == (example.found.start, example.found.stop)
        span = (
            FrameSpan(one.start, one.stop)
            if still
            else moved(one, times(episode), example.found, it, times(example.episode))
        )
        if span is not None:
            result.append(KeptSegment(it.kind, *span, one.confidence, it.shared))
    return result


def _cut(some: Sequence[KeptSegment], others: Sequence[_Extent]) -> list[KeptSegment]:
    """The longest piece of each that is outside of all others."""
    result: list[KeptSegment] = []
    for one in some:
        left = pieces(one, [*others, *result])
        if left:
            longest = max(left, key=lambda span: span.stop - span.start)
            result.append(one._replace(start=longest.start, stop=longest.stop))
    return result
