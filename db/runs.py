"""Runs: calls of ``index``, to which rows can be traced back."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import URL, Connection

from eyecatch.db.connection.locks import RunLock, clear, is_alive, left_behind
from eyecatch.db.connection.session import Repository, now_ms, one_sentence
from eyecatch.db.models import Chunk, Episode, Run
from eyecatch.db.models.base import DIED, RUNNING
from eyecatch.db.records.states import RunRecord


class Runs(Repository):
    """Calls of ``index``, and which episodes each is at work on."""

    def start(self, config: Mapping[str, Any], versions: Mapping[str, Any]) -> int:
        """A new run that is under way on this machine; returns its id."""
        with self._session.writing() as connection:
            values = {
                "config": dict(config),
                "versions": dict(versions),
                "started_ms": now_ms(),
                "state": RUNNING,
                "host": platform.node(),
            }
            return connection.scalars(insert(Run).values(values).returning(Run.id)).one()

    def finish(self, run_id: int, state: str) -> None:
        """Say how a run ended, ``done``, ``stopped`` or ``failed``; what it claimed is free."""
        with self._session.writing() as connection:
            mine = Episode.claimed_by == run_id
            connection.execute(update(Episode).where(mine).values(claimed_by=None))
            connection.execute(
                update(Run).where(Run.id == run_id).values(state=state, finished_ms=now_ms())
            )

    def save_stages(self, run_id: int, stages: Mapping[str, float]) -> None:
        """Seconds that each stage of a run has taken so far, over all processes."""
        with self._session.writing() as connection:
            connection.execute(update(Run).where(Run.id == run_id).values(stages=dict(stages)))

    def hold_lock(self, run_id: int) -> RunLock:
        """A lock that tells others that the run is alive, until it is closed or the process ends.

        ``claim`` before it is held, and others may take what was claimed.
        """
        with one_sentence(self._session.url):
            return RunLock(self._session.url, self._session.engine, run_id)

    def list_all(self) -> list[RunRecord]:
        """All runs, the first one first."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(
                    Run.id,
                    Run.config,
                    Run.versions,
                    Run.started_ms,
                    Run.finished_ms,
                    Run.state,
                    Run.host,
                    Run.stages,
                ).order_by(Run.id)
            ).all()
            return [
                RunRecord(
                    id=run_id,
                    config=config,
                    versions=versions,
                    started=_utc(started),
                    finished=None if finished is None else _utc(finished),
                    state=_state(self._session.url, connection, run_id, state),
                    host=host,
                    stages=stages or {},
                )
                for run_id, config, versions, started, finished, state, host, stages in rows
            ]

    def claim(self, episode_ids: Sequence[int], run_id: int) -> dict[int, int]:
        """Take episodes for a run, so that two jobs never do the same work at once.

        Of a chunk that a run had begun when it ended, it is settled whether that counts: only if
        its process died. A person who stops it, a full disk and an error are not the chunk's fault.

        Args:
            episode_ids: the episodes.
            run_id: the run.

        Returns:
            Those that another living run holds: its id, by the episode's.
        """
        with self._session.writing() as connection:
            rows = connection.execute(
                select(Episode.id, Episode.claimed_by)
                .where(Episode.id.in_(episode_ids))
                .order_by(Episode.id)  # one order for all, so that two runs can't block each other
                .with_for_update()
            ).all()
            holders = {holder for _, holder in rows if holder not in (None, run_id)}
            living = {one for one in holders if is_alive(self._session.url, connection, one)}
            held = {episode_id: holder for episode_id, holder in rows if holder in living}
            free = [episode_id for episode_id, _ in rows if episode_id not in held]
            connection.execute(
                update(Episode).where(Episode.id.in_(free)).values(claimed_by=run_id)
            )
            ended = (holders | _begun_by(connection, free)) - living - {run_id}
            for one in sorted(ended):
                _settle(connection, one, died=self._died(connection, one))
        for one in ended:  # once that is written: it is what tells who died
            clear(self._session.url, one)
        return held

    def _died(self, connection: Connection, run_id: int) -> bool:
        """Whether a run that is not alive ended by the death of its process."""
        state = connection.scalar(select(Run.state).where(Run.id == run_id))
        return state == RUNNING and left_behind(self._session.url, run_id)


def _begun_by(connection: Connection, episode_ids: Sequence[int]) -> set[int]:
    """The runs that began with chunks of episodes which have not come to an end."""
    begun = select(Chunk.begun_by).where(
        Chunk.episode_id.in_(episode_ids), Chunk.begun_by.is_not(None)
    )
    return set(connection.scalars(begun))


def _settle(connection: Connection, run_id: int, *, died: bool) -> None:
    """Count what a run that ended had begun in vain if it died, and only then."""
    taken_back = 0 if died else 1
    connection.execute(
        update(Chunk)
        .where(Chunk.begun_by == run_id)
        .values(begun=Chunk.begun - taken_back, begun_by=None)
    )


def _utc(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _state(url: URL, connection: Connection, run_id: int, stored: str) -> str:
    """The state of a run; ``died`` if it is stored as running and its process is gone."""
    gone = stored == RUNNING and not is_alive(url, connection, run_id)
    return DIED if gone else stored
