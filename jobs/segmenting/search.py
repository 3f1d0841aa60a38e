"""The search for what repeats in a series, once its episodes are indexed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from eyecatch.core.segments.kinds import KINDS, LEFT_OUT
from eyecatch.core.segments.repeats import Repeats, find_repeats
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.segmenting.additions import added_before
from eyecatch.jobs.segmenting.whole_series import series_of

log = logging.getLogger(__name__)


def search(index: Index, wanted: Collection[int]) -> list[str]:
    """Find the openings, endings, eyecatches, recaps, previews and reused shots of series.

    A series is what ``--series`` says, or else the files of a folder. It is searched whole, and
    only if one of its episodes was scanned since it was searched last.

    Args:
        index: an open index.
        wanted: episodes; their series are searched.

    Returns:
        A sentence for each series in which something was found, and for each episode that is there
        twice.
    """
    due = index.segments.due() & set(wanted)
    if not due:
        return []
    said: list[str] = []
    for episodes in series_of(index, due):
        signatures = [index.signatures.load(one.id) for one in episodes]
        repeats = find_repeats(signatures)
        found: dict[int, list[FoundSegment]] = {one.id: [] for one in episodes}
        for segment in repeats.segments:
            found[episodes[segment.episode].id].append(segment)
        for segment in added_before(index, episodes, signatures, found):
            found[episodes[segment.episode].id].append(segment)
        index.segments.keep_found(found)
        if unhashed := sum(not len(one.pictures.frames) for one in signatures):
            said.append(_unhashed(unhashed))
        log.info("%d episodes searched: %s", len(episodes), _counted(repeats) or "nothing repeats")
        said += _told(episodes, repeats)
    return said


def _counted(repeats: Repeats) -> str:
    counts = Counter(segment.kind for segment in repeats.segments)
    return ", ".join(
        f"{counts[kind]} {_PLURALS.get(kind, kind + 's') if counts[kind] > 1 else kind}"
        for kind in KINDS
        if counts[kind] and kind in LEFT_OUT
    )


def _unhashed(episodes: int) -> str:
    some = "1 episode was" if episodes == 1 else f"{episodes} episodes were"
    how = "eyecatch index --segments looks there too"
    return f"{some} indexed before openings and recaps were looked for; {how}."


_PLURALS: Final = {"eyecatch": "eyecatches"}


def _told(episodes: Sequence[EpisodeRecord], repeats: Repeats) -> Iterator[str]:
    for first, second in repeats.twice:
        yield f"{episodes[second].name} is the same episode as {episodes[first].name}."
    if counted := _counted(repeats):
        yield f"{counted} are no story, and answers leave them out; eyecatch segments lists them."
