"""Clips of segments: each opening of a season once, and so of every kind."""

from __future__ import annotations

from eyecatch.db.index import Index
from eyecatch.db.records.answers import Found, Range, SegmentRow
from eyecatch.jobs.selection import pick


def shown_once(index: Index, kind: str) -> list[Found]:
    """The segments of a kind, each that several episodes share where it is longest.

    Args:
        index: an open index.
        kind: of ``core.segments.kinds.KINDS``.

    Returns:
        In the order of episodes; nobody is named in them.
    """
    episodes = pick(index)
    by_episode = index.segments.by_episode()
    chosen: dict[int | tuple[int], SegmentRow] = {}
    for episode in episodes:
        for one in by_episode.get(episode.id, []):
            if one.kind != kind:
                continue
            key = (one.id,) if one.shared is None else one.shared
            if key not in chosen or one.stop - one.start > chosen[key].stop - chosen[key].start:
                chosen[key] = one
    return [
        Found(episode, (), ranges)
        for episode in episodes
        if (ranges := tuple(_range(o) for o in chosen.values() if o.episode_id == episode.id))
    ]


def _range(one: SegmentRow) -> Range:
    return Range(
        one.start_frame,
        one.stop_frame,
        one.start_pts,
        one.stop_pts,
        one.confidence,
        one.time_base,
        one.kind,
    )
