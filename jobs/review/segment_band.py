"""An episode's segments on its page: a band of bars, a form for each, and what a form sends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import STORY
from eyecatch.core.text import clock, exact_clock
from eyecatch.db.records.answers import SegmentRow
from eyecatch.db.records.review import ActionRow, SegmentEdit
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.db.review.choice import LOOK_AGAIN
from eyecatch.jobs.review.media import player
from eyecatch.jobs.review.parameters import Form
from eyecatch.jobs.review.state import AppState
from eyecatch.jobs.segmenting.additions import elsewhere
from eyecatch.jobs.segmenting.setting import frames_of, known_kind, player_seconds

_PLACE: Final = re.compile(r"(\d{1,10})-(\d{1,10})", re.ASCII)
"""Frames of a segment, by which a form names the one that it changes: its number may be another's
after a search."""


@dataclass(frozen=True, slots=True)
class SegmentBar:
    """A segment as it is drawn.

    Attributes:
        place: its frames, ``start-stop``.
        kind: what it is.
        x, width: per cent of the episode.
        at: seconds that the player shows when it begins.
        start, stop: as the player shows them, to the millisecond.
        shown: from when to when, to the second.
        by: ``model`` or ``person``.
        confidence: 0..1.
        episodes: how many share it; 1 for one of this episode alone.
    """

    place: str
    kind: str
    x: float
    width: float
    at: float
    start: str
    stop: str
    shown: str
    by: str
    confidence: float
    episodes: int

    @property
    def text(self) -> str:
        """What, when and how sure, for screen readers and as a tooltip."""
        sure = "set by a person" if self.by != "model" else f"{self.confidence:.0%}"
        return f"{self.kind}, {self.shown}, {sure}"


def segment_bars(
    episode: EpisodeRecord,
    rows: Sequence[SegmentRow],
    sharing: Mapping[int, int],
) -> list[SegmentBar]:
    """The bars of an episode's segments, in order, without what a person said is story.

    Args:
        episode: the episode.
        rows: its segments.
        sharing: in how many episodes those of a number ``shared`` are.
    """
    length = max(float(episode.length), 0.001)
    return [
        _bar(row, sharing.get(row.shared or 0, 1), float(episode.origin), length)
        for row in rows
        if row.kind != STORY
    ]


def _bar(row: SegmentRow, episodes: int, origin: float, length: float) -> SegmentBar:
    start, stop = float(row.start) - origin, float(row.stop) - origin
    first, last = (min(max(one / length, 0.0), 1.0) for one in (start, stop))
    return SegmentBar(
        f"{row.start_frame}-{row.stop_frame}",
        row.kind,
        round(100 * first, 3),
        round(100 * (last - first), 3),
        round(max(start, 0.0), 3),
        exact_clock(start),
        exact_clock(stop),
        f"{clock(max(start, 0))} to {clock(max(stop, 0))}",
        row.by,
        row.confidence,
        episodes,
    )


def edit_segment(room: AppState, episode_id: int, form: Form) -> ActionRow:
    """Do what the form of a segment asks: change one, take it out, or add one.

    Raises:
        RequestError: the segment has changed, or there is no such kind or part of the episode.
        HTTPException: there is no such episode.
    """
    shown = player(room, episode_id)
    times = [player_seconds(end, form.text(end)) for end in ("start", "stop")]
    span = frames_of(room.index, shown.episode, times[0], times[1], origin=shown.episode.origin)
    edit = SegmentEdit(
        episode_id,
        *span,
        STORY if form.text("story") else known_kind(form.text("kind")),
        at=_place(form.text("at")),
        only_here=bool(form.text("only_here")),
    )
    edit = replace(edit, elsewhere=elsewhere(room.index, edit))
    return room.act(lambda index: index.segment_edits.set(edit))


def _place(text: str) -> tuple[int, int] | None:
    """The frames of the segment that is changed; None if one is added."""
    if not text:
        return None
    found = _PLACE.fullmatch(text)
    if found is None:
        raise RequestError("the form names no segment", LOOK_AGAIN)
    return int(found[1]), int(found[2])
