"""Episodes of an index by what people call them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.db.index import Index
from eyecatch.db.records import EpisodeRecord


def pick(index: Index, names: Sequence[str | Path] = ()) -> list[EpisodeRecord]:
    """The episodes that are meant.

    Args:
        index: where they are.
        names: of files, with or without their suffix, or paths to them; all episodes if empty.

    Returns:
        By series and file name, each once.

    Raises:
        RequestError: there is no such episode, or none at all.
    """
    episodes = [summary.episode for summary in index.episodes()]
    if not episodes:
        raise RequestError("the index has no episodes", "fill it with: eyecatch index PATH")
    wanted = {episode.id for name in names for episode in _called(str(name), episodes)}
    return [episode for episode in episodes if not names or episode.id in wanted]


def _called(name: str, episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    path = Path(name).absolute()
    for found in (
        [one for one in episodes if one.video.path == path],
        [one for one in episodes if name in (one.video.path.name, one.title)],
    ):
        if found:
            return found
    known = [one.video.path.name for one in episodes]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    advice = f"the nearest are {', '.join(near)}" if near else "see: eyecatch episodes"
    raise RequestError(f"no episode is called {name!r}", advice)
