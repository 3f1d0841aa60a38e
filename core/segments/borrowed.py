"""Excerpts of other episodes: recaps, previews, clip shows; and shots that are used again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from eyecatch.core.segments.layout import Placed
from eyecatch.core.segments.shared_parts import TOUCH, SharedPart, Showing
from eyecatch.core.segments.types import ENDING, OPENING, PREVIEW, RECAP, REUSED

GAP: Final = 4.0
"""Seconds of something else in the midst of a recap or a preview: a title, a shot of its own."""

_HEAD: Final = 0.35
"""Share of an episode in which a recap ends."""

_NEXT: Final = 2
"""How many episodes ahead a preview looks: one may be missing."""

_CLIP_SHOW: Final = 0.5
"""Share of an episode's story that is taken from earlier ones, if all of it is a recap."""

_SHORTEST_REUSED: Final = 1.5
"""Seconds of a stock shot or a flashback at least."""

_DRAWINGS: Final = 3
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
    drawings: Sequence[int],
) -> Iterator[Placed]:
    """What remains of the parts, once openings, endings and cards are known.

    Args:
        parts: what episodes share.
        placed: the openings, endings and cards.
        lengths: seconds of each episode.
        drawings: of each part, how many drawings that differ it has.
    """
    by_episode = _by_episode(parts, {one.part for one in placed})
    songs: dict[int, list[Placed]] = defaultdict(list)
    for song in placed:
        songs[song.showing.episode].append(song)
    heads = {
        episode: _head(sorted(some), songs[episode], lengths[episode])
        for episode, some in by_episode.items()
    }
    for episode, some in by_episode.items():
        recap = heads[episode]
        if _is_clip_show(some, songs[episode], lengths[episode]):
            recap = {one for one in some if one.earlier}
        rest = sorted(set(some) - recap)
        preview = _tail(rest, songs[episode], lengths, heads)
        yield from (Placed(one.showing, RECAP, one.part) for one in sorted(recap))
        yield from (Placed(one.showing, PREVIEW, one.part) for one in sorted(preview))
        for one in rest:
            if one not in preview and _is_reused(one, drawings[one.part], songs):
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


def _head(mine: Sequence[Excerpt], songs: Sequence[Placed], length: float) -> set[Excerpt]:
    """The excerpts of earlier episodes with which an episode begins, or that follow its opening."""
    starts = [0.0, *(song.showing.stop for song in songs if song.kind == OPENING)]
    stops = [song.showing.start for song in songs if song.kind == OPENING]
    found: set[Excerpt] = set()
    for start in starts:
        at = start
        for one in mine:
            if not one.earlier or one.showing.start < start - TOUCH:
                continue
            if one.showing.start > at + GAP or one.showing.stop > _HEAD * length:
                break
            if any(at <= stop + TOUCH and one.showing.start >= stop for stop in stops):
                break
            found.add(one)
            at = max(at, one.showing.stop)
    return found


def _tail(
    mine: Sequence[Excerpt],
    songs: Sequence[Placed],
    lengths: Sequence[float],
    heads: dict[int, set[Excerpt]],
) -> set[Excerpt]:
    """The excerpts of the next episode with which an episode ends."""
    if not mine:
        return set()
    episode = mine[0].showing.episode
    endings = [song.showing for song in songs if song.kind == ENDING]
    ends = [lengths[episode], *(one.start for one in endings)]
    ends += [song.showing.start for song in songs if song.showing.stop > lengths[episode] - GAP]
    found: set[Excerpt] = set()
    for end in ends:
        at = end
        for one in reversed(mine):
            ahead = [o for o in one.later if o.episode - episode <= _NEXT]
            if not ahead or one.showing.stop > end + TOUCH:
                continue
            if one.showing.stop < at - GAP:
                break
            after_ending = any(one.showing.start >= song.stop - TOUCH for song in endings)
            if not after_ending and all(_is_recapped(o, heads) for o in ahead):
                break  # the next episode begins with how this one ended
            found.add(one)
            at = min(at, one.showing.start)
    return found


def _is_recapped(showing: Showing, heads: dict[int, set[Excerpt]]) -> bool:
    return any(one.showing == showing for one in heads.get(showing.episode, ()))


def _is_clip_show(mine: Sequence[Excerpt], songs: Sequence[Placed], length: float) -> bool:
    own = length - sum(song.showing.length for song in songs)
    taken = sum(one.showing.length for one in mine if one.earlier)
    return taken > _CLIP_SHOW * own


def _is_reused(one: Excerpt, drawings: int, songs: dict[int, list[Placed]]) -> bool:
    """Whether it was story before: not where the earlier episode only announced it."""
    if not one.earlier or one.showing.length < _SHORTEST_REUSED or drawings < _DRAWINGS:
        return False
    return not all(_is_announced(earlier, songs) for earlier in one.earlier)


def _is_announced(showing: Showing, songs: dict[int, list[Placed]]) -> bool:
    endings = [s.showing.stop for s in songs[showing.episode] if s.kind == ENDING]
    return any(showing.start >= stop - TOUCH for stop in endings)
