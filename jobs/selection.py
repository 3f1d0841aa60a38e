"""Episodes of an index by what people call them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from eyecatch.core.arguments import AnyPath, Names
from eyecatch.core.counting import LEAST_SECONDS
from eyecatch.core.errors import RequestError
from eyecatch.core.file_names import shown
from eyecatch.core.storage import place
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of an index that a verb is about.

    Attributes:
        index: open as long as the selection is used.
        episodes: which.
        characters: names as the index has them; everybody, and unknown faces, if empty.
        unsure: names that are unsure count too.
        with_kinds: kinds of segments that count beside story; see ``core.segments.kinds``.
        min_seconds: least time on screen in an episode; see ``core.counting``.
    """

    index: Index
    episodes: Sequence[EpisodeRecord]
    characters: Sequence[str] = ()
    unsure: bool = False
    with_kinds: Names = ()
    min_seconds: float = LEAST_SECONDS


def pick(index: Index, names: Sequence[AnyPath] = ()) -> list[EpisodeRecord]:
    """The episodes that are meant.

    Args:
        index: where they are.
        names: of files, with or without their suffix, or paths to them; all episodes if empty.

    Returns:
        By series and file name, each once.

    Raises:
        RequestError: there is no such episode.
    """
    episodes = [summary.episode for summary in index.summaries.episodes()]
    wanted = {episode.id for name in names for episode in _called(str(name), episodes)}
    return [episode for episode in episodes if not names or episode.id in wanted]


def pick_one(index: Index, name: AnyPath) -> EpisodeRecord:
    """The episode of a name; RequestError where it is none, or several."""
    found = pick(index, [name])
    if len(found) > 1:
        paths = ", ".join(str(one.video.path) for one in found)
        raise RequestError(f"several episodes are called {name}", f"name one by its path: {paths}")
    return found[0]


def short(titles: Sequence[str]) -> list[str]:
    """Titles by what tells them apart: ``S01E03`` if all have that, else without what all share."""
    numbers = [re.search(r"S\d+ ?E\d+", title, re.IGNORECASE) for title in titles]
    named = [found.group().upper() for found in numbers if found]
    if len(set(named)) == len(titles):
        return named
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


def _plain(name: str) -> str:
    """A name as people type what they see: one disk keeps が as one letter, another as two."""
    return unicodedata.normalize("NFC", shown(name))


def _called(name: str, episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    path, plain = place(name).absolute(), _plain(name)
    for found in (
        [one for one in episodes if one.video.path == path],
        [one for one in episodes if name in (one.video.path.name, one.video.path.stem)],
        [one for one in episodes if plain in map(_plain, (one.name, one.title))],
        [one for one in episodes if _plain(str(path)) == _plain(str(one.video.path))],
    ):
        if found:
            return found
    known = [one.name for one in episodes]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    advice = f"the nearest are {', '.join(near)}" if near else "see: eyecatch episodes"
    raise RequestError(f"no episode is called {name!r}", advice)
