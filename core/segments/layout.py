"""An episode as it is laid out: what recurs in it in its place, and what remains for the story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from eyecatch.core.segments.kinds import ENDING, EYECATCH, OPENING
from eyecatch.core.segments.pieces import Showing
from eyecatch.core.segments.shared_parts import TOUCH, SharedPart

Where = Literal["lead", "middle", "trail"]

RECURRING: Final = 3
"""Episodes that show a part at least for it to be an institution of the series."""

_LEAD, _TRAIL = 0.4, 0.6
"""Shares of an episode before which a part leads, and from which it trails."""

_LONG: Final = 0.05
"""Share of an episode that an opening or an ending has at least; a card is shorter."""

_LONGEST_CARD, _SHORTEST_SONG = 15.0, 4.0
"""Seconds: what is as long as the first is no card, what is shorter than the second no opening."""

_CARDS, _MOST, _BESIDE = 0.25, 0.5, 0.8
"""Shares of the episodes that show a card, at least: if so great a share of its showings is beside
an opening or an ending, as sponsors' are, and if not: stock shots are shown anywhere."""

_IN_PLACE, _ALL_IN_PLACE, _SAME_BITS = 0.8, 0.95, 2.5
"""Shares of a card's showings that are where it is shown in other episodes too: if they differ in
so few bits, and if in more: empty rooms look alike, and are shown anywhere."""

_SPREAD: Final = 0.25
"""Share of an episode in which a card has one place: an excerpt's are anywhere."""

_STORY_AFTER: Final = 0.15
"""Share of an episode that follows its ending at most."""


class Placed(NamedTuple):
    """A showing of a part, and what it is.

    Attributes:
        showing: it.
        kind: what it is.
        part: number of its part.
    """

    showing: Showing
    kind: str
    part: int


def institutions(parts: Sequence[SharedPart], lengths: Sequence[float]) -> list[Placed]:
    """The showings that are openings, endings and cards.

    Args:
        parts: what episodes share.
        lengths: seconds of each episode.
    """
    episodes = {one.episode for part in parts for one in part.showings}
    usual = float(np.median([lengths[one] for one in episodes])) if episodes else 0.0
    long = min(_LONGEST_CARD, max(_SHORTEST_SONG, _LONG * usual))
    songs: dict[int, list[tuple[Showing, int, Where]]] = defaultdict(list)
    others: list[tuple[int, SharedPart]] = []
    for number, part in enumerate(parts):
        roles = [role(one, lengths) for one in part.showings]
        main = Counter(roles).most_common(1)[0][0]
        song = part.length >= long and not part.still and main != "middle"
        if song and _recurs(part, roles, len(lengths), long):
            for one, own in zip(part.showings, roles, strict=True):
                songs[one.episode].append((one, number, main if own == "middle" else own))
        else:
            others.append((number, part))
    placed = [
        one for episode, some in songs.items() for one in _songs(some, lengths[episode], long)
    ]
    cards = [(number, part) for number, part in others if _is_card(part, lengths, placed)]
    return placed + [
        Placed(one, EYECATCH, number) for number, part in cards for one in part.showings
    ]


def role(showing: Showing, lengths: Sequence[float]) -> Where:
    """Where in its episode a part is shown."""
    middle = (showing.start + showing.stop) / 2 / lengths[showing.episode]
    return "lead" if middle < _LEAD else "trail" if middle > _TRAIL else "middle"


def _recurs(part: SharedPart, roles: Sequence[Where], episodes: int, long: float) -> bool:
    """Whether it is one of the series' own.

    Two episodes that share something rather quote each other; but of two in all, or if it is very
    long and shown at the same end of both.
    """
    if len(part.episodes) >= RECURRING:
        return True
    alike = len(part.episodes) > 1 and len(set(roles)) == 1
    return alike and (episodes < RECURRING or part.length >= 2 * long)


def _is_card(part: SharedPart, lengths: Sequence[float], songs: Sequence[Placed]) -> bool:
    """Whether it is a card: many episodes show it, in few places; or some, beside their songs."""
    if part.length > _LONGEST_CARD:
        return False
    recurring = min(RECURRING, len(lengths))
    sides = Counter(side for one in part.showings for side in _sides(one, songs))
    beside = max(sides.values(), default=0) >= _BESIDE * len(part.showings)
    if beside and part.still and part.bits <= _SAME_BITS and len(part.episodes) > 1:
        return True
    share = _CARDS if beside else _MOST
    if len(part.episodes) < max(recurring, share * len(lengths)):
        return False
    places = np.sort([one.start / lengths[one.episode] for one in part.showings])
    in_place = 0
    while len(places) >= recurring:  # a card may have two places or three
        ahead = np.searchsorted(places, places + _SPREAD, "right") - np.arange(len(places))
        first, count = int(np.argmax(ahead)), int(ahead.max())
        if count < recurring:
            break
        in_place += count
        places = np.delete(places, slice(first, first + count))
    # Excerpts of one scene may be shown in three episodes, but hardly in the same place of them.
    least = _IN_PLACE if beside or part.bits <= _SAME_BITS else _ALL_IN_PLACE
    return in_place >= least * len(part.showings)


def _sides(showing: Showing, songs: Sequence[Placed]) -> set[tuple[str, bool]]:
    """What it follows at once (True) or precedes: an opening or an ending."""
    mine = [one for one in songs if one.showing.episode == showing.episode]
    after = {(o.kind, True) for o in mine if abs(o.showing.stop - showing.start) <= TOUCH}
    return after | {(o.kind, False) for o in mine if abs(o.showing.start - showing.stop) <= TOUCH}


def _songs(some: Sequence[tuple[Showing, int, Where]], length: float, long: float) -> list[Placed]:
    """Which of an episode's long parts is its opening and which its ending.

    What leads is the opening, what trails the ending, whatever it is in other episodes; of several
    the longest. Others are cards if they are short, or else stock shots, which are left to others.
    """
    placed = []
    for where, kind in (("lead", OPENING), ("trail", ENDING)):
        here = [(one, part) for one, part, own in some if own == where]
        if kind == ENDING:
            last = max((one.stop for one, _ in here), default=0.0)
            here = [(one, part) for one, part in here if last - one.stop < _STORY_AFTER * length]
        if not here:
            continue
        chosen = max(here, key=lambda pair: pair[0].length)
        for one, part in here:
            is_it = one == chosen[0] or part == chosen[1] or one.length > 2 * long
            placed.append(Placed(one, kind if is_it else EYECATCH, part))
    return placed
