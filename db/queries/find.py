"""Which episodes feature a character, and from when to when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from eyecatch.core.arguments import Names
from eyecatch.core.counting import LEAST_SECONDS, Counting, lasting
from eyecatch.core.segments.kinds import LEFT_OUT, kinds_left_out
from eyecatch.db.characters import find_characters, find_series
from eyecatch.db.connection.bulk import read_columns
from eyecatch.db.connection.session import Repository
from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Appearance, Episode
from eyecatch.db.queries.roles import units_left_out
from eyecatch.db.records.answers import Findings, Found, LeftOut, Range
from eyecatch.db.records.scan import EpisodeRecord

_COLUMNS: Final = (
    Appearance.start,
    Appearance.stop,
    Appearance.start_pts,
    Appearance.stop_pts,
    Appearance.confidence,
    Appearance.segment,
)

# (start, stop, start_pts, stop_pts, confidence, segment)
_Row = tuple[int, int, int, int, float, str | None]
_ByEpisode = dict[int, list[_Row]]


@dataclass(frozen=True, slots=True)
class _Limits:
    """Which appearances are asked for; see ``Queries.find``."""

    counting: Counting
    unsure: bool
    series: str | None


@dataclass(frozen=True, slots=True)
class Where:
    """Where somebody is on screen: what counts, and what is left out."""

    counted: _ByEpisode = field(default_factory=lambda: defaultdict(list))
    left_out: _ByEpisode = field(default_factory=lambda: defaultdict(list))


class Queries(Repository):
    """Where characters are on screen."""

    def find(  # noqa: PLR0913 - each is one plain wish of the caller's
        self,
        names: Sequence[str],
        *,
        together: bool = False,
        min_seconds: float = LEAST_SECONDS,
        min_confidence: float = 0,
        unsure: bool = False,
        series: str | None = None,
        with_kinds: Names = (),
    ) -> Findings:
        """Which episodes feature characters, and from when to when.

        Args:
            names: names or aliases, in any case; at least one.
            together: only where all of them are on screen at once; else each by itself.
            min_seconds: least time on screen in an episode, see ``core.counting``; 0 for glimpses.
            min_confidence: least confidence of an appearance.
            unsure: appearances whose name is unsure count too.
            series: only in episodes of this show.
            with_kinds: kinds of segments that count beside story, or ``all``.

        Returns:
            By series, file name and then in the order of ``names``.

        Raises:
            UnknownCharacterError: no character has that name.
            RequestError: no series has that name, or there is no such kind of segment.
        """
        counting = Counting(kinds_left_out(with_kinds), min_seconds, min_confidence)
        limits = _Limits(counting, unsure, series)
        with self._session.reading() as connection:
            spelt: dict[str, Where] = {}
            for name in names:
                ids = find_characters(connection, name)
                known = next(iter(ids.values()))
                spelt[known] = _appearances(connection, list(ids), limits)
            parts = [(tuple(spelt), _together(spelt.values()))] if together else _each(spelt)
            wanted = {*chain.from_iterable((*one.counted, *one.left_out) for _, one in parts)}
            return findings(list_episodes(connection, wanted), parts, counting)


_Parts = Sequence[tuple[tuple[str, ...], Where]]
"""Names, and where they are."""


def findings(episodes: Sequence[EpisodeRecord], parts: _Parts, counting: Counting) -> Findings:
    """What counts of where characters are, in some episodes: every surface's ranges and seconds."""
    found: list[Found] = []
    outside: list[tuple[EpisodeRecord, tuple[LeftOut, ...]]] = []
    glimpses, too_short = 0, set[int]()
    for episode in episodes:
        base = episode.video.time_base
        least = counting.least_stretch(base)
        for characters, where in parts:
            rows, short = lasting(where.counted.get(episode.id, ()), least)
            glimpses += short
            left_out: tuple[LeftOut, ...] = ()
            if episode.id in where.left_out:
                left_out = _left_out(lasting(where.left_out[episode.id], least)[0], base)
                outside.append((episode, left_out))
            if not rows:
                continue
            if counting.enough(sum([row[3] - row[2] for row in rows]), base):
                ranges = _ranges(rows, base)
                found.append(Found(episode, characters, ranges, left_out, short))
            else:
                too_short.add(episode.id)
    return Findings(found, _all_left_out(outside), glimpses, len(too_short))


def _each(spelt: dict[str, Where]) -> _Parts:
    return [((name,), where) for name, where in spelt.items()]


def _appearances(connection: Connection, character_ids: list[int], limits: _Limits) -> Where:
    query = (
        select(Appearance.episode_id)
        .where(
            Appearance.character_id.in_(character_ids),
            Appearance.confidence >= limits.counting.min_confidence,
        )
        .order_by(Appearance.episode_id, Appearance.start)
    )
    if not limits.unsure:
        query = query.where(Appearance.unsure.is_(False))
    if limits.series is not None:
        ours = select(Episode.id).where(Episode.series_id == find_series(connection, limits.series))
        query = query.where(Appearance.episode_id.in_(ours))
    where = ranges_of(connection, query, limits.counting)
    if limits.unsure or len(character_ids) > 1:  # else ranges can't overlap
        return Where(_all_united(where.counted), _all_united(where.left_out))
    return where


def ranges_of(
    connection: Connection,
    query: Select[Any],
    counting: Counting,
    key: InstrumentedAttribute[int] = Appearance.episode_id,
) -> Where:
    """The ranges that a query of ``Appearance`` gives, in its order, by episode or another key."""
    where, left_out = Where(), counting.left_out
    for keys, *values in read_columns(connection, query, (key, *_COLUMNS)):
        rows = zip(keys, zip(*values, strict=True), strict=True)
        if left_out.isdisjoint(values[-1]):  # most seasons that are asked have no segments
            counted = where.counted
            for number, row in rows:
                counted[number].append(row)
            continue
        for number, row in rows:
            into = where.left_out if row[5] in left_out else where.counted
            into[number].append(row)
    return where


def _all_united(by_episode: _ByEpisode) -> _ByEpisode:
    return {episode_id: list(_united(rows)) for episode_id, rows in by_episode.items()}


def _united(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Ranges, sorted by start, with those joined that touch or overlap in one segment, or in none.

    All ranges are cut at the same edges, so that those which overlap are of one kind.
    """
    current: _Row | None = None
    for row in rows:
        if current is None or row[2] > current[3] or row[5] != current[5]:
            if current is not None:
                yield current
            current = row
        else:
            _, stop, _, stop_pts, *_ = max(current, row, key=lambda one: one[3])
            confidence = max(current[4], row[4])
            current = (current[0], stop, current[2], stop_pts, confidence, current[5])
    if current is not None:
        yield current


def _together(several: Collection[Where]) -> Where:
    """The ranges that all have in common; what is counted of one is counted of all."""
    return Where(
        _shared_ranges(one.counted for one in several),
        _shared_ranges(one.left_out for one in several),
    )


def _shared_ranges(several: Iterable[_ByEpisode]) -> _ByEpisode:
    first, *others = several
    for other in others:
        shared = {
            episode_id: list(_common(rows, other[episode_id]))
            for episode_id, rows in first.items()
            if episode_id in other
        }
        first = {episode_id: rows for episode_id, rows in shared.items() if rows}
    return first


def _common(a: list[_Row], b: list[_Row]) -> Iterator[_Row]:
    i = j = 0
    while i < len(a) and j < len(b):
        start, start_pts = max(a[i][0], b[j][0]), max(a[i][2], b[j][2])
        stop, stop_pts = min(a[i][1], b[j][1]), min(a[i][3], b[j][3])
        if start_pts < stop_pts:
            yield start, stop, start_pts, stop_pts, min(a[i][4], b[j][4]), a[i][5]
        if a[i][3] <= b[j][3]:
            i += 1
        else:
            j += 1


def _ranges(rows: list[_Row], base: Fraction) -> tuple[Range, ...]:
    # A list is quicker than a generator, and names are quicker than a star.
    return tuple([Range(a, b, c, d, e, base, kind) for a, b, c, d, e, kind in rows])


def _left_out(rows: list[_Row], base: Fraction) -> tuple[LeftOut, ...]:
    units = units_left_out(rows)
    return tuple(LeftOut(kind, units[kind] * base) for kind in LEFT_OUT if kind in units)


def _all_left_out(
    outside: Iterable[tuple[EpisodeRecord, tuple[LeftOut, ...]]],
) -> tuple[LeftOut, ...]:
    """What is left out of all episodes, whose seconds are those of each character."""
    seconds: dict[str, Fraction] = defaultdict(Fraction)
    ids: dict[str, set[int]] = defaultdict(set)
    for episode, some in outside:
        for one in some:
            seconds[one.segment] += one.screen_time
            ids[one.segment].add(episode.id)
    return tuple(LeftOut(kind, seconds[kind], len(ids[kind])) for kind in LEFT_OUT if kind in ids)
