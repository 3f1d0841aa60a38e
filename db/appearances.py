"""Appearances: the tracks of a character joined to ranges, for quick answers.

Tracks are joined where they overlap, and over a gap of at most a second: a character who turns away
and back, or is seen again after a short cut to somebody else, is one appearance, not three. How
long a face was really there is kept beside (``shown_pts``), so that no gap counts as screen time.
Names that are sure and names that are not make ranges of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from eyecatch.db.schema import Appearance, Episode, Track, Tracklet

JOINED_GAP: Final = Fraction(1)
"""Seconds between two tracks of a character that are still one appearance."""


@dataclass(frozen=True, slots=True)
class Span:
    """Tracks, or one of them, of one character; fields as the columns of ``Appearance``."""

    character_id: int
    unsure: bool
    start: int
    stop: int
    start_pts: int
    stop_pts: int
    shown_pts: int
    confidence: float
    faces: int


def refresh_appearances(connection: Connection, episode_id: int) -> None:
    """Make the ranges of an episode follow from its tracks; equal ones change no row."""
    wanted = list(joined(_tracks(connection, episode_id), _gap(connection, episode_id)))
    columns = [getattr(Appearance, name) for name in Span.__dataclass_fields__]
    stored = connection.execute(
        select(*columns)
        .where(Appearance.episode_id == episode_id)
        .order_by(Appearance.character_id, Appearance.unsure, Appearance.start)
    )
    if [tuple(row) for row in stored] == [astuple(span) for span in wanted]:
        return
    connection.execute(delete(Appearance).where(Appearance.episode_id == episode_id))
    if wanted:
        names = list(Span.__dataclass_fields__)
        connection.execute(
            insert(Appearance),
            [
                {"episode_id": episode_id, **dict(zip(names, astuple(span), strict=True))}
                for span in wanted
            ],
        )


def joined(tracks: Iterable[Span], gap: Fraction) -> Iterator[Span]:
    """Tracks joined to ranges.

    Args:
        tracks: sorted by character, unsure, start.
        gap: largest gap to join over, in units of the time base.
    """
    for _, group in groupby(tracks, key=lambda track: (track.character_id, track.unsure)):
        yield from _joined_one(group, gap)


def _joined_one(tracks: Iterator[Span], gap: Fraction) -> Iterator[Span]:
    current = next(tracks)
    for track in tracks:
        if track.start_pts - current.stop_pts > gap:
            yield current
            current = track
        else:
            current = _join(current, track)
    yield current


def _join(a: Span, b: Span) -> Span:
    """Two spans as one; ``b`` begins no earlier than ``a``."""
    beyond = max(0, b.stop_pts - max(a.stop_pts, b.start_pts))
    return Span(
        a.character_id,
        a.unsure,
        a.start,
        max(a.stop, b.stop),
        a.start_pts,
        max(a.stop_pts, b.stop_pts),
        a.shown_pts + beyond,
        max(a.confidence, b.confidence),
        a.faces + b.faces,
    )


def _tracks(connection: Connection, episode_id: int) -> list[Span]:
    rows = connection.execute(
        select(
            Track.character_id,
            Track.unsure,
            Track.start,
            Track.stop,
            Track.start_pts,
            Track.stop_pts,
            Track.confidence,
            func.sum(Tracklet.stop - Tracklet.start).label("faces"),
        )
        .join(Tracklet, Tracklet.track_id == Track.id)
        .where(Track.episode_id == episode_id, Track.character_id.is_not(None))
        .group_by(Track.id)
        .order_by(Track.character_id, Track.unsure, Track.start, Track.number)
    )
    return [
        Span(
            row.character_id,
            row.unsure,
            row.start,
            row.stop,
            row.start_pts,
            row.stop_pts,
            row.stop_pts - row.start_pts,
            row.confidence,
            int(row.faces),
        )
        for row in rows
    ]


def _gap(connection: Connection, episode_id: int) -> Fraction:
    num, den = connection.execute(
        select(Episode.time_base_num, Episode.time_base_den).where(Episode.id == episode_id)
    ).one()
    return JOINED_GAP / Fraction(num, den)
