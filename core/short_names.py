"""Episodes by what tells them apart: ``S01E03``, or what their files' names don't share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final, Protocol

from eyecatch.core.episode_name import EpisodeName

_NUMBERED: Final = re.compile(r"S\d+ ?E\d+", re.IGNORECASE)


class NamedEpisode(Protocol):
    """What has a name."""

    @property
    def title(self) -> str:
        """The file's name without its suffix."""

    @property
    def named(self) -> EpisodeName:
        """What is known of its season and number."""


def labels(episodes: Sequence[NamedEpisode]) -> list[str | None]:
    """The labels of some episodes, with the show where there are several; None without one.

    Where they don't tell them apart, there are none.
    """
    found = [_label(one) for one in episodes]
    if len({one.named.series for one in episodes}) > 1:
        found = [
            f"{one.named.series} {label}" if label and one.named.series else label
            for one, label in zip(episodes, found, strict=True)
        ]
    known = [label for label in found if label is not None]
    return found if len(set(known)) == len(known) else [None] * len(found)


def short(episodes: Sequence[NamedEpisode]) -> list[str]:
    """What to call some episodes where there is little room: labels, or what names don't share."""
    found = labels(episodes)
    if any(found):
        return [label or one.title for one, label in zip(episodes, found, strict=True)]
    return _unshared([one.title for one in episodes])


def _label(episode: NamedEpisode) -> str | None:
    if (label := episode.named.label) is not None:
        return label
    found = _NUMBERED.search(episode.title)  # of an index where nobody looked at names yet
    return None if found is None else found.group().upper()


def _unshared(titles: Sequence[str]) -> list[str]:
    """Titles without what all begin and end with."""
    if len(titles) < 2:
        return list(titles)
    head = _alike(titles)
    while head and titles[0][head - 1].isdigit():  # of "Ep 10" and "Ep 12" not "0" and "2"
        head -= 1
    tail = _alike([title[head:][::-1] for title in titles])
    return [title[head : len(title) - tail].strip(" -_.[(") or title for title in titles]


def _alike(texts: Sequence[str]) -> int:
    """How many signs all begin with."""
    return len(list(takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))))
