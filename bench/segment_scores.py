"""How well what was found of a season's segments agrees with the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from eyecatch.core.segments.kinds import KINDS, PREVIEW, RECAP, REUSED, STORY

NEAR = 0.1
"""Seconds by which an end may be off."""

FALSE = 5.0
"""Seconds of a span that is claimed and isn't there, from which on it counts."""

_NONE = "-"


class Span(NamedTuple):
    """A segment, in seconds."""

    kind: str
    start: float
    stop: float


@dataclass(slots=True)
class SegmentScore:
    """Sums over episodes; scores can be added up.

    Attributes:
        true: segments that there are, by kind.
        exact: of them those found with both ends and the kind, by kind.
        placed: those found with both ends, whatever the kind.
        false_spans: what is claimed and isn't there: episode, kind, start, stop.
        missed: what isn't found exactly: episode, the true one, and what overlaps it most.
        seconds: by what is true and what was found, seconds.
    """

    true: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    placed: Counter[str] = field(default_factory=Counter)
    false_spans: list[tuple[str, Span]] = field(default_factory=list)
    missed: list[tuple[str, Span, Span | None]] = field(default_factory=list)
    seconds: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))

    def add(self, other: SegmentScore) -> None:
        """Add another's sums to these."""
        self.true += other.true
        self.exact += other.exact
        self.placed += other.placed
        self.false_spans += other.false_spans
        self.missed += other.missed
        for key, seconds in other.seconds.items():
            self.seconds[key] += seconds

    def found(self, kind: str) -> float:
        """Share of a kind's true seconds that was found as such."""
        true = sum(s for (is_, _), s in self.seconds.items() if is_ == kind)
        return self.seconds[kind, kind] / true if true else 1.0

    def wrongly(self) -> float:
        """Share of the story, reused shots included, that is called recap or preview."""
        story = {k: s for k, s in self.seconds.items() if k[0] in {STORY, REUSED}}
        wrong = sum(s for (_, said), s in story.items() if said in {RECAP, PREVIEW})
        return wrong / max(1e-9, sum(story.values()))


def score(
    episode: str, truth: Iterable[Span], found: Iterable[Span], length: float
) -> SegmentScore:
    """One episode's score.

    Args:
        episode: its name.
        truth: its segments; those of one kind that meet are taken for one.
        found: the same.
        length: seconds of the episode.
    """
    true, said, result = merged(truth), merged(found), SegmentScore()
    for one in true:
        near = [f for f in said if max(abs(f.start - one.start), abs(f.stop - one.stop)) <= NEAR]
        result.true[one.kind] += 1
        result.placed[one.kind] += bool(near)
        right = any(f.kind == one.kind for f in near)
        result.exact[one.kind] += right
        if not right:
            result.missed.append((episode, one, _most(one, said)))
    for claim in said:
        if claim.kind != REUSED:
            result.false_spans += [
                (episode, Span(claim.kind, *gap))
                for gap in _uncovered(claim, true)
                if gap[1] - gap[0] >= FALSE
            ]
    result.seconds = _confusion(true, said, length)
    return result


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order; those of one kind that meet, to a frame or so, made one."""
    found: list[Span] = []
    for one in sorted(spans, key=lambda span: (span.start, span.stop)):
        last = found[-1] if found else None
        if last and last.kind == one.kind and one.start <= last.stop + 0.06:
            found[-1] = last._replace(stop=max(last.stop, one.stop))
        else:
            found.append(one)
    return found


def report(total: SegmentScore) -> Iterator[str]:
    """Lines of a table."""
    yield f"{'kind':10}{'true':>6}{'exact':>8}{'placed':>8}{'seconds':>9}"
    for kind in KINDS:
        if n := total.true[kind]:
            exact, placed = total.exact[kind] / n, total.placed[kind] / n
            yield f"{kind:10}{n:6}{exact:8.3f}{placed:8.3f}{total.found(kind):9.3f}"
    n = max(1, total.true.total())
    exact, placed = total.exact.total() / n, total.placed.total() / n
    yield f"{'all':10}{total.true.total():6}{exact:8.3f}{placed:8.3f}"
    yield f"false spans of {FALSE:g} s and more: {len(total.false_spans)}"
    yield f"story called recap or preview: {total.wrongly():.4f}"
    yield "seconds, true in rows, found in columns:"
    names = [*KINDS, _NONE]
    yield f"{'':10}" + "".join(f"{name:>10}" for name in names)
    for true in (*KINDS, STORY):
        row = "".join(f"{total.seconds[true, name]:10.1f}" for name in names)
        yield f"{true:10}{row}"


def details(total: SegmentScore) -> Iterator[str]:
    """A line a segment that isn't as it should be."""
    for episode, one, other in total.missed:
        yield f"missed {episode} {_told(one)}, found {_told(other) if other else 'nothing'}"
    for episode, one in total.false_spans:
        yield f"false  {episode} {_told(one)}"


def by_episode(rows: Iterable[tuple[str, Span]]) -> Mapping[str, Sequence[Span]]:
    """Spans by the name of their episode."""
    found: dict[str, list[Span]] = defaultdict(list)
    for episode, span in rows:
        found[episode].append(span)
    return found


def _told(span: Span) -> str:
    return f"{span.kind} {span.start:.2f}-{span.stop:.2f}"


def _most(one: Span, said: Sequence[Span]) -> Span | None:
    def overlap(other: Span) -> float:
        return min(one.stop, other.stop) - max(one.start, other.start)

    best = max(said, key=overlap, default=None)
    return best if best and overlap(best) > 0 else None


def _uncovered(claim: Span, true: Sequence[Span]) -> Iterator[tuple[float, float]]:
    at = claim.start
    for one in true:
        if one.stop > at and one.start < claim.stop:
            yield at, max(at, one.start)
            at = max(at, one.stop)
    yield at, max(at, claim.stop)


def _confusion(
    true: Sequence[Span], said: Sequence[Span], length: float
) -> defaultdict[tuple[str, str], float]:
    """Seconds by what is true and what was found."""
    edges = {0.0, length}
    for one in (*true, *said):
        edges |= {min(length, one.start), min(length, one.stop)}
    result: defaultdict[tuple[str, str], float] = defaultdict(float)
    points = sorted(edges)
    for start, stop in pairwise(points):
        middle = (start + stop) / 2
        is_ = _kind_at(middle, true) or STORY
        result[is_, _kind_at(middle, said) or _NONE] += stop - start
    return result


def _kind_at(at: float, spans: Sequence[Span]) -> str | None:
    return next((one.kind for one in spans if one.start <= at < one.stop), None)
