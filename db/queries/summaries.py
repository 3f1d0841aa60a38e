"""What is in the index, and how far it has come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, case, func, select, true
from sqlalchemy.engine import Connection

from eyecatch.core.video.types import chunk_id
from eyecatch.db.connection.session import Repository
from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Alias, Appearance, Character, Chunk, Episode, Series
from eyecatch.db.models.base import DONE, FAILED, PENDING
from eyecatch.db.records.answers import (
    CharacterSummary,
    ChunkFault,
    EpisodeStatus,
    EpisodeSummary,
    Role,
)

_LISTED: Final = 1000
"""Ids that are listed in a statement; beyond that all rows are read."""


class Summaries(Repository):
    """What is in the index, and how far it has come."""

    def episodes(self) -> list[EpisodeSummary]:
        """All episodes with their cast."""
        with self._session.reading() as connection:
            cast: dict[int, list[Role]] = defaultdict(list)
            names = dict(connection.execute(select(Character.id, Character.name)).all())
            for character_id, episode_id, role_time, faces in _roles(connection):
                cast[episode_id].append(Role(names[character_id], role_time, faces))
            return [
                EpisodeSummary(episode, tuple(sorted(cast[episode.id], key=_longest_first)))
                for episode in list_episodes(connection)
            ]

    def characters(self) -> list[CharacterSummary]:
        """All characters, longest on screen first, then by name."""
        with self._session.reading() as connection:
            times: dict[int, Fraction] = defaultdict(Fraction)
            faces, episodes = Counter[int](), Counter[int]()
            for character_id, _, role_time, role_faces in _roles(connection):
                times[character_id] += role_time
                faces[character_id] += role_faces
                episodes[character_id] += 1
            aliases: dict[int, list[str]] = defaultdict(list)
            for character_id, alias in connection.execute(
                select(Alias.character_id, Alias.name).order_by(Alias.name)
            ):
                aliases[character_id].append(alias)
            rows = connection.execute(
                select(Character.id, Character.name, Series.name).outerjoin(
                    Series, Series.id == Character.series_id
                )
            )
            summaries = [
                CharacterSummary(
                    name, tuple(aliases[key]), series, episodes[key], times[key], faces[key]
                )
                for key, name, series in rows
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


def _roles(connection: Connection) -> Iterable[tuple[int, int, Fraction, int]]:
    """(character, episode, screen time, faces) of sure appearances."""
    rows = connection.execute(
        select(
            Appearance.character_id,
            Appearance.episode_id,
            func.sum(Appearance.stop_pts - Appearance.start_pts),
            func.sum(Appearance.faces, type_=BigInteger),
            Episode.time_base_num,
            Episode.time_base_den,
        )
        .join(Episode, Episode.id == Appearance.episode_id)
        .where(Appearance.unsure.is_(False))
        .group_by(
            Appearance.character_id,
            Appearance.episode_id,
            Episode.time_base_num,
            Episode.time_base_den,
        )
    )
    for character_id, episode_id, units, faces, num, den in rows:
        yield character_id, episode_id, int(units) * Fraction(num, den), int(faces)


def _longest_first(role: Role) -> tuple[Fraction, str]:
    return -role.screen_time, role.character
