"""What is in the index, and how far it has come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.engine import Connection

from eyecatch.core.arguments import Names
from eyecatch.core.counting import LEAST_SECONDS, Counting
from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import LEFT_OUT, kinds_left_out
from eyecatch.core.video.types import chunk_id
from eyecatch.db.characters import aliases_of, living
from eyecatch.db.connection.session import Repository
from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Character, Chunk, Episode, Series
from eyecatch.db.models.base import DONE, FAILED, PENDING
from eyecatch.db.queries.roles import RoleSum, role_sums
from eyecatch.db.records.answers import CharacterSummary, EpisodeSummary, LeftOut, Role
from eyecatch.db.records.states import ChunkFault, EpisodeStatus

_LISTED: Final = 1000
"""Ids that are listed in a statement; beyond that all rows are read."""


class Summaries(Repository):
    """What is in the index, and how far it has come."""

    def require_episodes(self) -> None:
        """RequestError where there is not one episode."""
        with self._session.reading() as connection:
            if connection.scalar(select(Episode.id).limit(1)) is None:
                problem = "the index has no episodes"
                raise RequestError(problem, "fill it with: eyecatch index PATH")

    def episodes(
        self,
        with_kinds: Names = (),
        min_seconds: float = LEAST_SECONDS,
        min_confidence: float = 0.0,
    ) -> list[EpisodeSummary]:
        """All episodes with their cast.

        Args:
            with_kinds: kinds of segments that count beside story, or ``all``; RequestError where
                there is no such kind.
            min_seconds: least time on screen in an episode, see ``core.counting``; 0 for glimpses.
            min_confidence: least confidence of an appearance.
        """
        counting = Counting(kinds_left_out(with_kinds), min_seconds, min_confidence)
        with self._session.reading() as connection:
            cast: dict[int, list[Role]] = defaultdict(list)
            outside = _Outside()
            names = dict(connection.execute(select(Character.id, Character.name)).all())
            for part in role_sums(connection, counting):
                if counting.enough(part.units, part.base):
                    one = Role(names[part.character_id], part.units * part.base, part.faces)
                    cast[part.episode_id].append(one)
                outside.add(part.episode_id, part)
            return [
                EpisodeSummary(
                    episode,
                    tuple(sorted(cast[episode.id], key=_longest_first)),
                    outside.left_out(episode.id),
                    outside.glimpses[episode.id],
                )
                for episode in list_episodes(connection)
            ]

    def characters(
        self,
        with_kinds: Names = (),
        min_seconds: float = LEAST_SECONDS,
        min_confidence: float = 0.0,
    ) -> list[CharacterSummary]:
        """Characters that are somebody, longest on screen first, then by name; counted as above."""
        counting = Counting(kinds_left_out(with_kinds), min_seconds, min_confidence)
        with self._session.reading() as connection:
            units = Counter[tuple[int, tuple[int, int]]]()
            faces, episodes = Counter[int](), Counter[int]()
            outside = _Outside()
            for part in role_sums(connection, counting):
                if counting.enough(part.units, part.base):
                    units[part.character_id, part.base.as_integer_ratio()] += part.units
                    faces[part.character_id] += part.faces
                    episodes[part.character_id] += 1
                outside.add(part.character_id, part)
            times: dict[int, Fraction] = defaultdict(Fraction)
            for (character_id, base), some in units.items():  # most series have one time base
                times[character_id] += some * Fraction(*base)
            here = living(connection)
            aliases = aliases_of(connection, here)
            rows = connection.execute(
                select(Character.id, Character.name, Series.name).outerjoin(
                    Series, Series.id == Character.series_id
                )
            )
            summaries = [
                CharacterSummary(
                    name,
                    tuple(aliases.get(key, ())),
                    series,
                    episodes[key],
                    times[key],
                    faces[key],
                    outside.left_out(key),
                    outside.glimpses[key],
                )
                for key, name, series in rows
                if key in here
            ]
            return sorted(summaries, key=lambda one: (-one.screen_time, one.name))

    def status(self, wanted: Collection[int] | None = None) -> list[EpisodeStatus]:
        """How far each episode has come, and what went wrong; of all, or of these ids."""
        with self._session.reading() as connection:
            episodes = list_episodes(connection, wanted)
            # Of some of very many episodes, only theirs are counted.
            ids = {episode.id for episode in episodes}
            ours = true() if wanted is None or len(ids) > _LISTED else Chunk.episode_id.in_(ids)
            counts: dict[int, Counter[str]] = defaultdict(Counter)
            again = Counter[int]()
            for episode_id, state, count, begun in connection.execute(
                select(
                    Chunk.episode_id,
                    Chunk.state,
                    func.count(),
                    func.sum(
                        case((Chunk.attempts + Chunk.begun > 1, Chunk.attempts + Chunk.begun - 1))
                    ),
                )
                .where(ours)
                .group_by(Chunk.episode_id, Chunk.state)
            ):
                counts[episode_id][state] = count
                again[episode_id] += int(begun or 0)
            faults = _faults(connection, ours)
            return [
                EpisodeStatus(
                    episode,
                    pending=counts[episode.id][PENDING],
                    done=counts[episode.id][DONE],
                    failed=counts[episode.id][FAILED],
                    again=again[episode.id],
                    faults=tuple(
                        ChunkFault(
                            chunk_id(episode.digest, start, stop), index, state, attempts, error
                        )
                        for index, start, stop, state, attempts, error in faults[episode.id]
                    ),
                )
                for episode in episodes
            ]


def _faults(connection: Connection, ours: ColumnElement[bool]) -> dict[int, list[Any]]:
    """(index, start, stop, state, attempts, error) of chunks that went wrong, by episode."""
    faults: dict[int, list[Any]] = defaultdict(list)
    for episode_id, *fault in connection.execute(
        select(
            Chunk.episode_id,
            Chunk.index,
            Chunk.start,
            Chunk.stop,
            Chunk.state,
            Chunk.attempts,
            Chunk.error,
        )
        .where(ours, Chunk.error.is_not(None))
        .order_by(Chunk.episode_id, Chunk.index)
    ):
        faults[episode_id].append(fault)
    return faults


class _Outside:
    """What doesn't count, added up by what it is asked for: episodes, or characters.

    Attributes:
        glimpses: how many there are.
    """

    def __init__(self) -> None:
        self.glimpses = Counter[int]()
        self._seconds: dict[int, dict[str, Fraction]] = {}
        self._episodes: dict[tuple[int, str], set[int]] = defaultdict(set)

    def add(self, key: int, part: RoleSum) -> None:
        """Add what doesn't count of a part."""
        if part.glimpses:
            self.glimpses[key] += part.glimpses
        if part.left_out:
            mine = self._seconds.setdefault(key, {})
            for kind, units in part.left_out.items():
                mine[kind] = mine.get(kind, Fraction()) + units * part.base
                self._episodes[key, kind].add(part.episode_id)

    def left_out(self, key: int) -> tuple[LeftOut, ...]:
        """Seconds by kind of segment, and in how many episodes."""
        mine = self._seconds.get(key)
        if mine is None:
            return ()
        return tuple(
            LeftOut(kind, mine[kind], len(self._episodes[key, kind]))
            for kind in LEFT_OUT
            if kind in mine
        )


def _longest_first(role: Role) -> tuple[Fraction, str]:
    return -role.screen_time, role.character
