"""What a person added, where no search had found anything: looked for in the other episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eyecatch.core.segments.kinds import PREVIEW, RECAP
from eyecatch.core.segments.occurrences import occurrences
from eyecatch.core.segments.said import counterpart, is_same
from eyecatch.core.segments.types import EpisodeSignature, FoundSegment
from eyecatch.db.index import Index
from eyecatch.db.models.base import PERSON
from eyecatch.db.records.answers import SegmentRow
from eyecatch.db.records.review import SegmentEdit
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.segmenting.whole_series import series_of

QUOTES: Final = (RECAP, PREVIEW)
"""Kinds that show what is story in other episodes: what one of them was added as says nothing of
those."""


def elsewhere(index: Index, edit: SegmentEdit) -> tuple[tuple[int, int, int], ...]:
    """Where other episodes of a series show what a person adds; empty if nothing is added.

    Returns:
        (episode, start, stop) by ids and frames.
    """
    if edit.only_here or edit.at is not None or edit.kind in QUOTES:
        return ()
    here = [_Frames(row) for row in index.segments.of(edit.episode_id)]
    if counterpart(here, edit, edit.kind) is not None:
        return ()
    for episodes in series_of(index, [edit.episode_id]):
        signatures = [index.signatures.load(one.id) for one in episodes]
        place = next(k for k, one in enumerate(episodes) if one.id == edit.episode_id)
        found = occurrences(signatures, place, edit.start, edit.stop)
        return tuple((episodes[k].id, start, stop) for k, start, stop in found)
    return ()


def added_before(
    index: Index,
    episodes: Sequence[EpisodeRecord],
    signatures: Sequence[EpisodeSignature],
    found: Mapping[int, Sequence[FoundSegment]],
) -> list[FoundSegment]:
    """What people added so far, as if a search of the same episodes had found it everywhere.

    Args:
        index: of the episodes.
        episodes: that were searched.
        signatures: of them, in that order.
        found: what the search found, by the episodes' ids; what it found too isn't looked for.

    Returns:
        Of each that is shown in several episodes, one for each of them.
    """
    number = max((one.shared for some in found.values() for one in some), default=-1) + 1
    rows = index.segments.by_episode([one.id for one in episodes])
    seen: set[int] = set()
    result: list[FoundSegment] = []
    for place, episode in enumerate(episodes):
        for row in rows.get(episode.id, ()):
            if row.by != PERSON or row.shared is None or row.kind in QUOTES or row.shared in seen:
                continue
            seen.add(row.shared)
            if any(is_same(one, _Frames(row)) for one in found[episode.id]):
                continue
            spans = occurrences(signatures, place, row.start_frame, row.stop_frame)
            if spans:
                spans.append((place, row.start_frame, row.stop_frame))
                result += [
                    FoundSegment(k, row.kind, start, stop, 1.0, number) for k, start, stop in spans
                ]
                number += 1
    return result


class _Frames:
    """A segment of the index by its frames alone."""

    def __init__(self, row: SegmentRow) -> None:
        self.kind, self.start, self.stop = row.kind, row.start_frame, row.stop_frame
