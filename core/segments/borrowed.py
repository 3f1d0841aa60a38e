"""Excerpts of other episodes: recaps, previews, clip shows; and shots that are used again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from eyecatch.core.segments.kinds import ENDING, OPENING, PREVIEW, RECAP, REUSED
from eyecatch.core.segments.layout import Placed
from eyecatch.core.segments.pieces import Showing
from eyecatch.core.segments.shared_parts import TOUCH, SharedPart

GAP: Final = 3.0
"""Seconds of something else in the midst of a recap or a preview: a title, a shot of its own."""

_AT_ONCE: Final = 1.0
"""Seconds from an opening to the first excerpt of a recap behind it, and likewise of a preview's
end; at the beginning of an episode there may be a GAP."""

_SHORTEST_RECAP: Final = 4.0
"""Seconds of excerpts in a recap at least, or in a preview before the ending: less is a memory."""

_HEAD: Final = 0.35
"""Share of an episode in which a recap ends."""

_NEXT: Final = 2
"""How many episodes ahead a preview looks: one may be missing."""

CLIP_SHOW: Final = 0.5
"""Share of an episode's story that is taken from earlier ones, if all of it is a recap."""

_SHORTEST_REUSED: Final = 2.0
"""Seconds of a stock shot or a flashback at least."""

_DRAWINGS: Final = 2
"""Drawings that differ among themselves, in a stock shot or a flashback at least: a room in which
nothing moves looks alike in many episodes, drawn anew or not."""


class Excerpt(NamedTuple):
    """A showing of a part that other episodes show too.

    Attributes:
        showing: it.
        part: number of its part.
        earlier, later: where else: in episodes before its own and after it.
    """

    showing: Showing
    part: int
    earlier: tuple[Showing, ...]
    later: tuple[Showing, ...]


def excerpts(
    parts: Sequence[SharedPart],
    placed: Sequence[Placed],
    lengths: Sequence[float],
) -> Iterator[Placed]:
    """What remains of the parts, once openings, endings and cards are known.

    Args:
        parts: what episodes share.
        placed: the openings, endings and cards.
        lengths: seconds of each episode.
    """
    by_episode = _by_episode(parts, {one.part for one in placed})
    songs: dict[int, list[Placed]] = defaultdict(list)
    for song in placed:
        songs[song.showing.episode].append(song)
    announced = {
        one.showing
        for episode, some in by_episode.items()
        for one in _after_ending(some, songs[episode])
    }
    heads = {
        episode: _head(some, songs[episode], lengths[episode], announced)
        for episode, some in by_episode.items()
    }
    recapped = {one.showing for head in heads.values() for one in head}
    for episode, some in by_episode.items():
        recap = heads[episode]
        if _is_clip_show(some, songs[episode], lengths[episode], announced):
            recap = {one for one in some if set(one.earlier) - announced}
        rest = sorted(set(some) - recap)
        preview = {one for one in rest if one.showing in announced}
        preview |= _before_ending(rest, songs[episode], lengths[episode], recapped)
        yield from (Placed(one.showing, RECAP, one.part) for one in sorted(recap))
        yield from (Placed(one.showing, PREVIEW, one.part) for one in sorted(preview))
        for one in rest:
            if one not in preview and _is_reused(one, parts[one.part].drawings, announced):
                yield Placed(one.showing, REUSED, one.part)


def _by_episode(parts: Sequence[SharedPart], known: set[int]) -> dict[int, list[Excerpt]]:
    """The showings of all parts but those that are known."""
    found: dict[int, list[Excerpt]] = defaultdict(list)
    for number, part in enumerate(parts):
        for one in part.showings if number not in known else ():
            earlier = tuple(o for o in part.showings if o.episode < one.episode)
            later = tuple(o for o in part.showings if o.episode > one.episode)
            found[one.episode].append(Excerpt(one, number, earlier, later))
    return found


def _after_ending(mine: Sequence[Excerpt], songs: Sequence[Placed]) -> Iterator[Excerpt]:
    """The excerpts of the next episode that follow an episode's ending."""
    stops = [song.showing.stop for song in songs if song.kind == ENDING]
    for one in mine:
        if any(stop - TOUCH <= one.showing.start for stop in stops) and _looks_ahead(one):
            yield one


def _looks_ahead(one: Excerpt) -> bool:
    return any(other.episode - one.showing.episode <= _NEXT for other in one.later)


def _head(
    mine: Sequence[Excerpt], songs: Sequence[Placed], length: float, announced: set[Showing]
) -> set[Excerpt]:
    """The excerpts of earlier episodes with which an episode begins, or that follow its opening."""
    openings = [song.showing for song in songs if song.kind == OPENING]
    found: set[Excerpt] = set()
    for begin in (0.0, *(one.stop for one in openings)):
        chain = _chain([one for one in mine if set(one.earlier) - announced], begin, _HEAD * length)
        if _seconds(chain) >= _SHORTEST_RECAP:
            found.update(chain)
    return found


def _chain(mine: Sequence[Excerpt], begin: float, end: float) -> list[Excerpt]:
    """The excerpts that follow each other from a time on."""
    runs: list[list[Excerpt]] = [[]]
    at, gap = begin, _AT_ONCE if begin else GAP
    for one in sorted(mine):
        if one.showing.start < begin - TOUCH:
            continue
        if one.showing.start > at + gap or one.showing.stop > end:
            break
        if runs[-1] and one.showing.start > at + _AT_ONCE:
            runs.append([])
        runs[-1].append(one)
        at, gap = max(at, one.showing.stop), GAP
    if len(runs) > 1 and _seconds(runs[-1]) < _SHORTEST_RECAP:
        runs.pop()  # after a recap and some story it rather is a memory
    return [one for run in runs for one in run]


def _seconds(some: Iterable[Excerpt]) -> float:
    return sum(one.showing.length for one in some)


def _before_ending(
    mine: Sequence[Excerpt], songs: Sequence[Placed], length: float, recapped: set[Showing]
) -> set[Excerpt]:
    """The excerpts of the next episode with which an episode ends, or that precede its ending.

    What the next episode recaps is no preview: it begins with how this one ended.
    """
    last = [song.showing for song in songs if song.showing.stop > length - GAP]
    last += [song.showing for song in songs if song.kind == ENDING]
    found: set[Excerpt] = set()
    for end in (length, *(one.start for one in last)):
        chain: set[Excerpt] = set()
        at, gap = end, _AT_ONCE
        for one in sorted(mine, reverse=True):
            if one.showing.stop > end + TOUCH or not _looks_ahead(one):
                continue
            if one.showing.stop < at - gap or recapped.issuperset(one.later):
                break
            chain.add(one)
            at, gap = min(at, one.showing.start), GAP
        if _seconds(chain) >= _SHORTEST_RECAP:
            found |= chain
    return found


def _is_clip_show(
    mine: Sequence[Excerpt], songs: Sequence[Placed], length: float, announced: set[Showing]
) -> bool:
    own = length - sum(song.showing.length for song in songs)
    taken = sum(one.showing.length for one in mine if set(one.earlier) - announced)
    return taken > CLIP_SHOW * own


def _is_reused(one: Excerpt, drawings: int, announced: set[Showing]) -> bool:
    """Whether it was story before: not where an earlier episode only announced it."""
    long = one.showing.length >= _SHORTEST_REUSED and drawings >= _DRAWINGS
    return long and bool(set(one.earlier) - announced)
