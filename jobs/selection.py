"""Episodes of an index by what people call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eyecatch.core.arguments import AnyPath, Names
from eyecatch.core.counting import LEAST_SECONDS
from eyecatch.core.errors import RequestError
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.episode_search import called


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


def pick(
    index: Index, names: Sequence[AnyPath] = (), *, partly: bool = True
) -> list[EpisodeRecord]:
    """The episodes that are meant.

    Args:
        index: where they are.
        names: what they are called, as ``episode_search.called`` has it; all if empty.
        partly: a number without a letter, or a part of a name, is enough.

    Returns:
        In the order of the show, each once.

    Raises:
        RequestError: there is no such episode, or it may be one of several.
    """
    episodes = [summary.episode for summary in index.summaries.episodes()]
    wanted = {
        episode.id for name in names for episode in called(index, name, episodes, partly=partly)
    }
    return [episode for episode in episodes if not names or episode.id in wanted]


def pick_one(index: Index, name: AnyPath, *, partly: bool = True) -> EpisodeRecord:
    """The episode of a name; RequestError where it is none, or several."""
    found = pick(index, [name], partly=partly)
    if len(found) > 1:
        paths = ", ".join(str(one.video.path) for one in found)
        raise RequestError(f"several episodes are called {name}", f"name one by its path: {paths}")
    return found[0]
