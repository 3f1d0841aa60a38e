"""What is in the index, and how far it has come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, case, func, select, true
from sqlalchemy.engine import Connection

from eyecatch.core.arguments import Names
from eyecatch.core.counting import LEAST_SECONDS, Counting
from eyecatch.core.errors import RequestError
from eyecatch.core.paging import WHOLE, Page
from eyecatch.core.segments.kinds import LEFT_OUT, STORY, kinds_left_out
from eyecatch.core.video.types import chunk_id
from eyecatch.db.characters import aliases_of, living
from eyecatch.db.connection.session import Repository
from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Character, Chunk, Episode, RoleTally, Series
from eyecatch.db.models.base import DONE, FAILED, PENDING
from eyecatch.db.models.scan import ODD_CHUNK
from eyecatch.db.queries.roles import RoleSum, is_kept, role_sums, time_bases
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
        page: Page = WHOLE,
    ) -> list[EpisodeSummary]:
        """All episodes with their cast.

        Args:
            with_kinds: kinds of segments that count beside story, or ``all``; RequestError where
                there is no such kind.
            min_seconds: least time on screen in an episode, see ``core.counting``; 0 for glimpses.
            min_confidence: least confidence of an appearance.
            page: which of them are wanted.
        """
        counting = Counting(kinds_left_out(with_kinds), min_seconds, min_confidence)
        with self._session.reading() as connection:
            cast: dict[int, list[Role]] = defaultdict(list)
            outside = _Outside()
            names = dict(connection.execute(select(Character.id, Character.name)).all())
            episodes = list_episodes(connection, page=page)
            ids = [episode.id for episode in episodes]
            some = None if page.is_whole or len(ids) > _LISTED else ids
            for part in role_sums(connection, counting, some):
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
                for episode in episodes
            ]

    def characters(
        self,
        with_kinds: Names = (),
        min_seconds: float = LEAST_SECONDS,
        min_confidence: float = 0.0,
        page: Page = WHOLE,
    ) -> list[CharacterSummary]:
        """Characters that are somebody, longest on screen first, then by name; counted as above."""
        counting = Counting(kinds_left_out(with_kinds), min_seconds, min_confidence)
        with self._session.reading() as connection:
            outside = _Outside()
            sums = _CharacterSums()
            if is_kept(counting) and counting.min_seconds <= LEAST_SECONDS:
                _add_kept(connection, sums, outside)
            else:
                for part in role_sums(connection, counting):
                    if counting.enough(part.units, part.base):
                        sums.add(part.character_id, part.units * part.base, part.faces)
                    outside.add(part.character_id, part)
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
                    sums.episodes[key],
                    sums.times.get(key, _NOTHING),
                    sums.faces[key],
                    outside.left_out(key),
                    outside.glimpses[key],
                )
                for key, name, series in rows
                if key in here
            ]
            # Floats, as to compare fractions takes a hundred times as long.
            ordered = sorted(summaries, key=lambda one: (-one.seconds, one.name))
            return list(page.of(ordered))

    def status(
        self, wanted: Collection[int] | None = None, page: Page = WHOLE
    ) -> list[EpisodeStatus]:
        """How far each episode has come, and what went wrong; of all, or of these ids."""
        with self._session.reading() as connection:
            episodes = list_episodes(connection, wanted, page)
            # Of some of very many episodes, only theirs are counted.
            ids = [episode.id for episode in episodes]
            every = (wanted is None and page.is_whole) or len(ids) > _LISTED
            ours = true() if every else Chunk.episode_id.in_(ids)
            counts: dict[int, Counter[str]] = defaultdict(Counter)
            # An index has these columns and no others, so no chunk itself is read.
            for episode_id, state, count in connection.execute(
                select(Chunk.episode_id, Chunk.state, func.count())
                .where(ours)
                .group_by(Chunk.episode_id, Chunk.state)
            ):
                counts[episode_id][state] = count
            again, faults = _odd(connection, ours)
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


def _odd(
    connection: Connection, ours: ColumnElement[bool]
) -> tuple[Counter[int], dict[int, list[Any]]]:
    """Of chunks with something to say, by episode: how many scans were begun again, and faults.

    A fault is (index, start, stop, state, attempts, error).
    """
    again = Counter[int]()
    faults: dict[int, list[Any]] = defaultdict(list)
    rows: Iterable[Any] = connection.execute(
        select(
            Chunk.episode_id,
            Chunk.begun,
            Chunk.index,
            Chunk.start,
            Chunk.stop,
            Chunk.state,
            Chunk.attempts,
            Chunk.error,
        )
        .where(ours, ODD_CHUNK)
        .order_by(Chunk.episode_id, Chunk.index)
    )
    for episode_id, begun, *fault in rows:
        again[episode_id] += max(0, fault[4] + begun - 1)
        if fault[5] is not None:
            faults[episode_id].append(fault)
    return again, faults


_NOTHING: Final = Fraction()


class _CharacterSums:
    """Of each character: exact seconds, faces, and in how many episodes."""

    def __init__(self) -> None:
        self.times: dict[int, Fraction] = {}
        self.faces, self.episodes = Counter[int](), Counter[int]()

    def add(self, key: int, seconds: Fraction, faces: int, episodes: int = 1) -> None:
        """Add what counts of some episodes."""
        self.times[key] = self.times[key] + seconds if key in self.times else seconds
        self.faces[key] += faces
        self.episodes[key] += episodes


def _add_kept(connection: Connection, sums: _CharacterSums, outside: _Outside) -> None:
    """Add what ``role_tally`` has of all characters, summed up by the database."""
    bases = time_bases(connection)
    mine = RoleTally.character_id, RoleTally.kind
    columns = [
        func.sum(RoleTally.units, type_=BigInteger),
        func.sum(RoleTally.faces, type_=BigInteger),
        func.sum(RoleTally.glimpses, type_=BigInteger),
        func.count(case((RoleTally.units > 0, 1))),
    ]
    for num, den in bases:
        query = select(*mine, *columns).group_by(*mine)
        if len(bases) > 1:
            of_base = (Episode.time_base_num == num, Episode.time_base_den == den)
            query = query.where(RoleTally.episode_id.in_(select(Episode.id).where(*of_base)))
        rows: Iterable[Any] = connection.execute(query)
        for key, kind, units, faces, glimpses, episodes in rows:
            seconds = Fraction(int(units) * num, den)  # sums are Decimals on Postgres
            if kind != STORY:
                outside.leave_out(key, kind, seconds, int(episodes))
                continue
            sums.add(key, seconds, int(faces), int(episodes))
            if glimpses:
                outside.glimpses[key] += int(glimpses)


class _Outside:
    """What doesn't count, added up by what it is asked for: episodes, or characters.

    Attributes:
        glimpses: how many there are.
    """

    def __init__(self) -> None:
        self.glimpses = Counter[int]()
        self._left_out: dict[int, dict[str, tuple[Fraction, int]]] = defaultdict(dict)

    def add(self, key: int, part: RoleSum) -> None:
        """Add what doesn't count of a part."""
        if part.glimpses:
            self.glimpses[key] += part.glimpses
        for kind, units in part.left_out.items():
            self.leave_out(key, kind, units * part.base, 1)

    def leave_out(self, key: int, kind: str, seconds: Fraction, episodes: int) -> None:
        """Add seconds in segments of a kind, of so many episodes."""
        before, others = self._left_out[key].get(kind, (_NOTHING, 0))
        self._left_out[key][kind] = before + seconds, others + episodes

    def left_out(self, key: int) -> tuple[LeftOut, ...]:
        """Seconds by kind of segment, and in how many episodes."""
        mine = self._left_out.get(key, {})
        return tuple(LeftOut(kind, *mine[kind]) for kind in LEFT_OUT if kind in mine)


def _longest_first(role: Role) -> tuple[Fraction, str]:
    return -role.screen_time, role.character
