"""Which episodes feature a character, and from when to when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.db.characters import find_characters, find_series
from eyecatch.db.connection.bulk import read_columns
from eyecatch.db.connection.session import Repository
from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Appearance, Episode
from eyecatch.db.records.answers import Found, Range
from eyecatch.db.records.scan import EpisodeRecord

_COLUMNS: Final = (
    Appearance.episode_id,
    Appearance.start,
    Appearance.stop,
    Appearance.start_pts,
    Appearance.stop_pts,
    Appearance.confidence,
)

# (start, stop, start_pts, stop_pts, confidence)
_Row = tuple[int, int, int, int, float]
_ByEpisode = dict[int, list[_Row]]


@dataclass(frozen=True, slots=True)
class _Limits:
    """Which appearances count; see ``Queries.find``."""

    min_confidence: float
    unsure: bool
    series: str | None


class Queries(Repository):
    """Where characters are on screen."""

    def find(  # noqa: PLR0913 - each is one plain wish of the caller's
        self,
        names: Sequence[str],
        *,
        together: bool = False,
        min_seconds: float = 0,
        min_confidence: float = 0,
        unsure: bool = False,
        series: str | None = None,
    ) -> list[Found]:
        """Which episodes feature characters, and from when to when.

        Args:
            names: names or aliases, in any case; at least one.
            together: only where all of them are on screen at once; else each by itself.
            min_seconds: least time on screen in an episode.
            min_confidence: least confidence of an appearance.
            unsure: appearances whose name is unsure count too.
            series: only in episodes of this show.

        Returns:
            By series, file name and then in the order of ``names``.

        Raises:
            UnknownCharacterError: no character has that name.
            RequestError: no series has that name.
        """
        limits = _Limits(min_confidence, unsure, series)
        with self._session.reading() as connection:
            spelt: dict[str, _ByEpisode] = {}
            for name in names:
                ids = find_characters(connection, name)
                known = next(iter(ids.values()))
                spelt[known] = _appearances(connection, list(ids), limits)
            parts = [(tuple(spelt), _together(spelt.values()))] if together else _each(spelt)
            wanted = set(chain.from_iterable(by_episode for _, by_episode in parts))
            found = (
                Found(episode, characters, _ranges(by_episode.pop(episode.id), episode))
                for episode in list_episodes(connection, wanted)
                for characters, by_episode in parts
                if episode.id in by_episode
            )
            if not min_seconds:
                return list(found)
            return [one for one in found if one.screen_time >= min_seconds]


def _each(spelt: dict[str, _ByEpisode]) -> list[tuple[tuple[str, ...], _ByEpisode]]:
    return [((name,), by_episode) for name, by_episode in spelt.items()]


def _appearances(connection: Connection, character_ids: list[int], limits: _Limits) -> _ByEpisode:
    query = (
        select(Appearance.episode_id)
        .where(
            Appearance.character_id.in_(character_ids),
            Appearance.confidence >= limits.min_confidence,
        )
        .order_by(Appearance.episode_id, Appearance.start)
    )
    if not limits.unsure:
        query = query.where(Appearance.unsure.is_(False))
    if limits.series is not None:
        ours = select(Episode.id).where(Episode.series_id == find_series(connection, limits.series))
        query = query.where(Appearance.episode_id.in_(ours))
    by_episode: _ByEpisode = defaultdict(list)
    for episode_ids, *values in read_columns(connection, query, _COLUMNS):
        for episode_id, row in zip(episode_ids, zip(*values, strict=True), strict=True):
            by_episode[episode_id].append(row)
    if limits.unsure or len(character_ids) > 1:  # else ranges can't overlap
        return {episode_id: list(_united(of_one)) for episode_id, of_one in by_episode.items()}
    return by_episode


def _united(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Ranges, sorted by start, with those joined that touch or overlap."""
    current: _Row | None = None
    for row in rows:
        if current is None or row[2] > current[3]:
            if current is not None:
                yield current
            current = row
        else:
            _, stop, _, stop_pts, confidence = max(current, row, key=lambda one: one[3])
            confidence = max(current[4], row[4])
            current = (current[0], stop, current[2], stop_pts, confidence)
    if current is not None:
        yield current


def _together(several: Iterable[_ByEpisode]) -> _ByEpisode:
    """The ranges that all have in common."""
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
            yield start, stop, start_pts, stop_pts, min(a[i][4], b[j][4])
        if a[i][3] <= b[j][3]:
            i += 1
        else:
            j += 1


def _ranges(rows: list[_Row], episode: EpisodeRecord) -> tuple[Range, ...]:
    time_base = episode.video.time_base
    return tuple([Range(*row, time_base) for row in rows])  # a list is quicker than a generator
