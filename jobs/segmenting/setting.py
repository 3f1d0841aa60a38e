"""``eyecatch segment``: a person says what a part of an episode is."""

from __future__ import annotations

import difflib
from dataclasses import replace
from fractions import Fraction
from typing import Final

from eyecatch.core.arguments import AnyPath, Database, checked
from eyecatch.core.errors import RequestError
from eyecatch.core.names import folded
from eyecatch.core.segments.kinds import KINDS, STORY
from eyecatch.core.segments.said import nearest
from eyecatch.core.text import exact_clock, seconds_of
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.review import ActionRow, SegmentEdit
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.segmenting.additions import elsewhere
from eyecatch.jobs.selection import pick_one

SAID: Final = (*KINDS, STORY)
"""What a person may say that a part of an episode is."""


@checked
def segment(  # noqa: PLR0913 - as the verb
    episode: AnyPath,
    start: str | float,
    stop: str | float,
    kind: str,
    *,
    db: Database | None = None,
    only_here: bool = False,
) -> ActionRow:
    """Set what a part of an episode is, in all episodes that share it.

    What is there becomes it: its kind, and its ends, which move by the same time in the other
    episodes. No search changes what a person set; ``undo`` takes it back.

    Args:
        episode: a file's name, with or without its suffix, or a path to it.
        start: when it begins, as players show it: ``"1:30"``, ``"1:02:03.5"`` or seconds. The
            nearest frame counts.
        stop: when it ends.
        kind: ``opening``, ``ending``, ``eyecatch``, ``recap``, ``preview``, ``reused``, or
            ``story``: there is no segment.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        only_here: other episodes stay as they are.

    Raises:
        RequestError: there is no such episode or kind, or no such part of the episode.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> done = eyecatch.segment("Lantern_Street_S01E01", 1, 3.5, "opening", db="season.db")
        >>> done = eyecatch.segment("Lantern_Street_S01E01", 1, 3.5, "story", db="season.db")
        >>> eyecatch.segments(db="season.db")
        []
        >>> done = eyecatch.undo(db="season.db")
        >>> len(eyecatch.segments(db="season.db"))
        1
    """
    said = known_kind(kind)
    times = (player_seconds("start", start), player_seconds("stop", stop))
    with open_index(db, create=False, filled=True) as index:
        found = pick_one(index, episode)
        span = frames_of(index, found, *times, origin=found.origin)
        edit = SegmentEdit(found.id, *span, said, only_here=only_here)
        edit = replace(edit, elsewhere=elsewhere(index, edit))
        return index.segment_edits.set(edit)


def known_kind(word: str) -> str:
    """A kind as a person writes it; RequestError if it is none, with the nearest."""
    kind = folded(word)
    if kind in SAID:
        return kind
    near = difflib.get_close_matches(kind, SAID, n=1)
    advice = f"the nearest is {near[0]}" if near else f"there are {', '.join(SAID)}"
    raise RequestError(f"{word!r} is no kind of segment", advice)


def player_seconds(what: str, time: str | float) -> float:
    """Seconds of a time as a person gives it; RequestError if it is none."""
    try:
        return seconds_of(time if isinstance(time, str) else f"{time:.6f}")
    except ValueError as error:
        raise RequestError(f"the {what} can't be: {error}") from None


def frames_of(
    index: Index, episode: EpisodeRecord, start: float, stop: float, *, origin: Fraction
) -> tuple[int, int]:
    """The frames from a time to a time.

    Args:
        index: of the episode.
        episode: the episode.
        start: seconds, counted from ``origin``; the nearest frame begins there.
        stop: the first frame after begins nearest to it.
        origin: seconds on the episode's clock at which they begin to count.

    Raises:
        RequestError: there is no frame between them, or they lie outside the episode.
    """
    times = index.chunks.frame_times(episode.id).seconds(episode.video.time_base)
    zero = float(origin)
    end = float(times[-1]) - zero
    shown = f"{exact_clock(start)} to {exact_clock(stop)}"
    if start < -1 or stop > end + 1 or start > end:
        raise RequestError(
            f"{episode.name} has nothing from {shown}", f"it ends at {exact_clock(end)}"
        )
    first, last = nearest(times, start + zero), nearest(times, stop + zero)
    if first >= last:
        raise RequestError(f"there is no frame from {shown}", "give a start before the stop")
    return first, last
