"""Appearances: the tracks of a character joined to ranges, for quick answers.

Tracks are joined where they touch or overlap, and inside one shot over a gap of at most a second: a
face that turns away and back was not gone. Over a cut to somebody else nothing is joined, so that a
range says when a character is really on screen, and two ranges that overlap, that two are there at
once. Names that are sure and names that are not make ranges of their own.

Ranges are cut where a segment of the episode begins or ends, so that each lies in one or in none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any, Final

from more_itertools import batched
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from eyecatch.core.segments.stretches import Claim, KindSpan, stretches
from eyecatch.db.connection.bulk import BATCH, insert_rows
from eyecatch.db.connection.session import Repository
from eyecatch.db.models import Appearance, Base, Episode, Segment, Tally, Track, Tracklet
from eyecatch.db.models.base import PERSON
from eyecatch.db.ranges import FaceSpans, TrackSpan, cut, joined
from eyecatch.db.records.review import Share
from eyecatch.db.tallies import refresh_role_tallies, refresh_tallies, role_tallies_follow

APPEARANCE: Final = Base.metadata.tables["appearance"]

JOINED_GAP: Final = Fraction(1)
"""Seconds between two tracks in one shot that are still one appearance."""


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


_Ranges = dict[int, list[tuple[Any, ...]]]
"""Values of ``_COLUMNS`` by episode, in the order of the table's key."""


def refresh_appearances(
    connection: Connection, *episode_ids: int, characters: Collection[int] | None = None
) -> None:
    """Make ranges, and the sums of them, follow from the tracks; equal ones change no row.

    Args:
        connection: in a transaction that writes.
        episode_ids: of which episodes.
        characters: of whom; None for everybody. Who is left out must be as before.
    """
    for ids in batched(sorted(set(episode_ids)), BATCH):
        refresh_tallies(connection, ids)
        wanted = _wanted(connection, ids, characters)
        stored = _stored(connection, ids, characters)
        changed = {
            (episode, row[0])
            for episode in ids
            for row in set(wanted[episode]) ^ set(stored[episode])
        }
        _replace(connection, changed, wanted)
        refresh_role_tallies(connection, ids, changed)


def _replace(connection: Connection, changed: Collection[tuple[int, int]], wanted: _Ranges) -> None:
    """Put other ranges in the place of those of (episode, character)."""
    by_character: dict[int, list[int]] = defaultdict(list)
    for episode, character in changed:
        by_character[character].append(episode)
    for character, episodes in by_character.items():
        theirs = Appearance.character_id == character, Appearance.episode_id.in_(episodes)
        connection.execute(delete(Appearance).where(*theirs))
    rows = [
        (episode, *values)
        for episode in sorted({episode for episode, _ in changed})
        for values in wanted[episode]
        if (episode, values[0]) in changed
    ]
    insert_rows(connection, APPEARANCE, ("episode_id", *_COLUMNS), rows)


def follow_from_tracks(connection: Connection, episode_id: int) -> bool:
    """Whether the ranges of an episode, and their sums, follow from its tracks and segments."""
    ids = [episode_id]
    same = _stored(connection, ids) == _wanted(connection, ids)
    return same and role_tallies_follow(connection, episode_id)


def _wanted(
    connection: Connection, ids: Collection[int], characters: Collection[int] | None = None
) -> _Ranges:
    """The ranges that follow from the tracks and segments of episodes."""
    gaps = _gaps(connection, ids)
    segments = stretches_of(connection, ids)
    faces = _faces(connection, segments.keys(), characters)
    wanted: _Ranges = defaultdict(list)
    for episode, tracks in groupby(_tracks(connection, ids, characters), key=lambda row: row[0]):
        spans: Iterable[TrackSpan] = joined((span for _, span in tracks), gaps[episode])
        if episode in segments:
            spans = cut(spans, segments[episode], faces[episode])
        wanted[episode] = [tuple(getattr(span, name) for name in _COLUMNS) for span in spans]
    return wanted


def _stored(
    connection: Connection, ids: Collection[int], characters: Collection[int] | None = None
) -> _Ranges:
    rows = connection.execute(
        select(Appearance.episode_id, *(getattr(Appearance, name) for name in _COLUMNS))
        .where(Appearance.episode_id.in_(ids), *_of(Appearance.character_id, characters))
        .order_by(
            Appearance.episode_id, Appearance.character_id, Appearance.unsure, Appearance.start
        )
    )
    stored: _Ranges = defaultdict(list)
    for episode, *values in rows:
        stored[episode].append(tuple(values))
    return stored


def _of(
    column: InstrumentedAttribute[Any], characters: Collection[int] | None
) -> list[ColumnElement[bool]]:
    """A condition where only some characters are wanted."""
    return [] if characters is None else [column.in_(characters)]


def stretches_of(connection: Connection, ids: Collection[int]) -> dict[int, list[KindSpan]]:
    """The segments of episodes without overlaps, in order; without the episodes that have none."""
    rows = connection.execute(
        select(
            Segment.episode_id,
            Segment.start,
            Segment.stop,
            Segment.start_pts,
            Segment.stop_pts,
            Segment.kind,
            Segment.decided_by == PERSON,
        ).where(Segment.episode_id.in_(ids))
    )
    claims: dict[int, list[Claim]] = defaultdict(list)
    for episode, *claim in rows:
        claims[episode].append(Claim._make(claim))
    return {episode: stretches(some) for episode, some in claims.items()}


def _faces(
    connection: Connection, ids: Collection[int], characters: Collection[int] | None
) -> Mapping[int, FaceSpans]:
    found: dict[int, FaceSpans] = defaultdict(lambda: defaultdict(list))
    if not ids:
        return found
    rows = connection.execute(
        select(
            Track.episode_id,
            Track.character_id,
            Track.unsure,
            Tracklet.start,
            Tracklet.stop,
            Track.confidence,
        )
        .join(Tracklet, Tracklet.track_id == Track.id)
        .where(
            Track.episode_id.in_(ids),
            Track.character_id.is_not(None),
            *_of(Track.character_id, characters),
        )
    )
    for episode, character_id, unsure, start, stop, confidence in rows:
        found[episode][character_id or 0, unsure].append((start, stop, confidence or 0.0))
    return found


def _tracks(
    connection: Connection, ids: Collection[int], characters: Collection[int] | None
) -> Iterator[tuple[int, TrackSpan]]:
    """The named tracks of episodes: of one after the other, each as ``joined`` wants them."""
    rows = connection.execute(
        select(
            Track.episode_id,
            Track.character_id,
            Track.unsure,
            Track.start,
            Track.stop,
            Track.start_pts,
            Track.stop_pts,
            Track.confidence,
            func.sum(Tracklet.stop - Tracklet.start).label("faces"),
            Track.shot_id,
        )
        .join(Tracklet, Tracklet.track_id == Track.id)
        .where(
            Track.episode_id.in_(ids),
            Track.character_id.is_not(None),
            *_of(Track.character_id, characters),
        )
        .group_by(Track.id)
        .order_by(Track.episode_id, Track.character_id, Track.unsure, Track.start, Track.number)
    )
    for row in rows:
        yield (
            row.episode_id,
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
            ),
        )


def _gaps(connection: Connection, ids: Collection[int]) -> dict[int, Fraction]:
    rows = connection.execute(
        select(Episode.id, Episode.time_base_num, Episode.time_base_den).where(Episode.id.in_(ids))
    )
    return {key: JOINED_GAP / Fraction(num, den) for key, num, den in rows}
