"""Appearances: the tracks of a character joined to ranges, for quick answers.

Tracks are joined where they touch or overlap, and inside one shot over a gap of at most a second: a
face that turns away and back was not gone. Over a cut to somebody else nothing is joined, so that a
range says when a character is really on screen, and two ranges that overlap, that two are there at
once. Names that are sure and names that are not make ranges of their own.

Ranges are cut where a segment of the episode begins or ends, so that each lies in one or in none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Double, case, cast, delete, func, insert, select
from sqlalchemy.engine import Connection

from eyecatch.core.segments.stretches import Claim, KindSpan, cut_at_edges, stretches
from eyecatch.db.connection.session import Repository
from eyecatch.db.models import Appearance, Episode, Segment, Tally, Track, Tracklet
from eyecatch.db.models.base import PERSON
from eyecatch.db.records.review import Share

JOINED_GAP: Final = Fraction(1)
"""Seconds between two tracks in one shot that are still one appearance."""

SECONDS = (
    cast(Track.stop_pts - Track.start_pts, Double) * Episode.time_base_num / Episode.time_base_den
)
"""How long a track is on screen; the query joins its episode."""


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """Tracks, or one of them, of one character; all but ``shot_id`` is as in ``Appearance``.

    Attributes:
        shot_id: of the track that stops last.
    """

    character_id: int
    unsure: bool
    start: int
    stop: int
    start_pts: int
    stop_pts: int
    confidence: float
    faces: int
    shot_id: int
    segment: str | None = None


class Appearances(Repository):
    """When characters are on screen, and how much of the screen time has a name."""

    def named_share(self) -> Share:
        """How much of the screen time of all faces has a name."""
        with self._session.reading() as connection:
            sums = connection.execute(
                select(func.sum(Tally.seconds), func.sum(Tally.named), func.sum(Tally.aside))
            ).one()
            return Share(*(float(value or 0) for value in sums))


_COLUMNS: Final = tuple(name for name in TrackSpan.__dataclass_fields__ if name != "shot_id")


def refresh_appearances(connection: Connection, episode_id: int) -> None:
    """Make the ranges of an episode follow from its tracks; equal ones change no row."""
    _refresh_tally(connection, episode_id)
    wanted = _wanted(connection, episode_id)
    if _stored(connection, episode_id) == wanted:
        return
    connection.execute(delete(Appearance).where(Appearance.episode_id == episode_id))
    if wanted:
        rows = [dict(zip(_COLUMNS, values, strict=True)) for values in wanted]
        connection.execute(insert(Appearance), [{"episode_id": episode_id, **row} for row in rows])


def follow_from_tracks(connection: Connection, episode_id: int) -> bool:
    """Whether the ranges of an episode are those that follow from its tracks and segments."""
    return _stored(connection, episode_id) == _wanted(connection, episode_id)


def _wanted(connection: Connection, episode_id: int) -> list[tuple[Any, ...]]:
    """The ranges that follow from an episode's tracks and segments: values of ``_COLUMNS``."""
    spans = list(joined(_tracks(connection, episode_id), _gap(connection, episode_id)))
    if inside := stretches_of(connection, episode_id):
        spans = list(_cut(spans, inside, _faces(connection, episode_id)))
    return [tuple(getattr(span, name) for name in _COLUMNS) for span in spans]


def _stored(connection: Connection, episode_id: int) -> list[tuple[Any, ...]]:
    stored = connection.execute(
        select(*(getattr(Appearance, name) for name in _COLUMNS))
        .where(Appearance.episode_id == episode_id)
        .order_by(Appearance.character_id, Appearance.unsure, Appearance.start)
    )
    return [tuple(row) for row in stored]


def stretches_of(connection: Connection, episode_id: int) -> list[KindSpan]:
    """The segments of an episode without overlaps, in order."""
    rows = connection.execute(
        select(
            Segment.start,
            Segment.stop,
            Segment.start_pts,
            Segment.stop_pts,
            Segment.kind,
            Segment.decided_by == PERSON,
        ).where(Segment.episode_id == episode_id)
    )
    return stretches(Claim._make(row) for row in rows)


def joined(tracks: Iterable[TrackSpan], gap: Fraction) -> Iterator[TrackSpan]:
    """Tracks joined to ranges.

    Args:
        tracks: sorted by character, unsure, start.
        gap: largest gap to join over inside a shot, in units of the time base.
    """
    for _, group in groupby(tracks, key=lambda track: (track.character_id, track.unsure)):
        yield from _joined_one(group, gap)


def _joined_one(tracks: Iterator[TrackSpan], gap: Fraction) -> Iterator[TrackSpan]:
    current = next(tracks)
    for track in tracks:
        across = gap if track.shot_id == current.shot_id else 0
        if track.start_pts - current.stop_pts > across:
            yield current
            current = track
        else:
            current = _join(current, track)
    yield current


def _join(a: TrackSpan, b: TrackSpan) -> TrackSpan:
    last = max(a, b, key=lambda span: span.stop)
    return replace(
        a,
        stop=last.stop,
        stop_pts=last.stop_pts,
        shot_id=last.shot_id,
        confidence=max(a.confidence, b.confidence),
        faces=a.faces + b.faces,
    )


_Faces = dict[tuple[int, bool], list[tuple[int, int, float]]]
"""(start, stop, confidence) of tracklets by character and whether the name is unsure."""


def _cut(
    spans: Iterable[TrackSpan], inside: Sequence[KindSpan], faces: _Faces
) -> Iterator[TrackSpan]:
    """Ranges cut at the edges of segments; a part counts the faces and tracks that are in it."""
    for span in spans:
        whole = KindSpan(span.start, span.stop, span.start_pts, span.stop_pts, None)
        parts = list(cut_at_edges(whole, inside))
        if len(parts) == 1:
            yield replace(span, segment=parts[0].kind)
            continue
        ours = faces[span.character_id, span.unsure]
        for start, stop, start_pts, stop_pts, kind in parts:
            there = [one for one in ours if one[0] < stop and start < one[1]]
            yield replace(
                span,
                start=start,
                stop=stop,
                start_pts=start_pts,
                stop_pts=stop_pts,
                # A gap that was joined over has no face: all of it may lie in one part.
                confidence=max((one[2] for one in there), default=span.confidence),
                faces=sum(min(stop, one[1]) - max(start, one[0]) for one in there),
                segment=kind,
            )


def _faces(connection: Connection, episode_id: int) -> _Faces:
    rows = connection.execute(
        select(Track.character_id, Track.unsure, Tracklet.start, Tracklet.stop, Track.confidence)
        .join(Tracklet, Tracklet.track_id == Track.id)
        .where(Track.episode_id == episode_id, Track.character_id.is_not(None))
    )
    faces: _Faces = defaultdict(list)
    for character_id, unsure, start, stop, confidence in rows:
        faces[character_id or 0, unsure].append((start, stop, confidence or 0.0))
    return faces


def _tracks(connection: Connection, episode_id: int) -> list[TrackSpan]:
    rows = connection.execute(
        select(
            Track.character_id,
            Track.unsure,
            Track.start,
            Track.stop,
            Track.start_pts,
            Track.stop_pts,
            Track.confidence,
            Track.shot_id,
            func.sum(Tracklet.stop - Tracklet.start).label("faces"),
        )
        .join(Tracklet, Tracklet.track_id == Track.id)
        .where(Track.episode_id == episode_id, Track.character_id.is_not(None))
        .group_by(Track.id)
        .order_by(Track.character_id, Track.unsure, Track.start, Track.number)
    )
    return [
        TrackSpan(
            row.character_id,
            row.unsure,
            row.start,
            row.stop,
            row.start_pts,
            row.stop_pts,
            row.confidence,
            int(row.faces),  # a Decimal on Postgres
            row.shot_id,
        )
        for row in rows
    ]


def _gap(connection: Connection, episode_id: int) -> Fraction:
    num, den = connection.execute(
        select(Episode.time_base_num, Episode.time_base_den).where(Episode.id == episode_id)
    ).one()
    return JOINED_GAP / Fraction(num, den)


def _refresh_tally(connection: Connection, episode_id: int) -> None:
    """Count an episode's tracks again; equal ones change no row."""
    named = Track.character_id.is_not(None) & Track.unsure.is_(False)
    aside = Track.character_id.is_(None) & (Track.decided_by == PERSON)
    counted = connection.execute(
        select(
            func.sum(SECONDS),
            func.sum(case((named, SECONDS), else_=0.0)),
            func.sum(case((aside, SECONDS), else_=0.0)),
        )
        .select_from(Track)
        .join(Episode, Episode.id == Track.episode_id)
        .where(Track.episode_id == episode_id, Track.no_face.is_(False))
    ).one()
    wanted = tuple(round(float(value or 0), 6) for value in counted)
    mine = Tally.episode_id == episode_id
    stored = connection.execute(select(Tally.seconds, Tally.named, Tally.aside).where(mine)).first()
    if stored is not None and tuple(stored) == wanted:
        return
    connection.execute(delete(Tally).where(mine))
    values = dict(zip(("seconds", "named", "aside"), wanted, strict=True))
    connection.execute(insert(Tally).values(episode_id=episode_id, **values))
