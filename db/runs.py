"""Runs and bundles: what rows can be traced back to."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.db.characters import add_alias, character_ids
from eyecatch.db.connection.locks import one_at_a_time
from eyecatch.db.models import Bundle, Episode, Run
from eyecatch.db.models.base import DIED, RUNNING
from eyecatch.db.records.answers import RunRecord


def start_run(
    connection: Connection, config: Mapping[str, Any], versions: Mapping[str, Any], host: str
) -> int:
    """A new run that is under way on a host; returns its id."""
    values = {
        "config": dict(config),
        "versions": dict(versions),
        "started_ms": _now_ms(),
        "state": RUNNING,
        "host": host,
    }
    return connection.scalars(insert(Run).values(values).returning(Run.id)).one()


def finish_run(connection: Connection, run_id: int, state: str) -> None:
    """Say how a run ended: a state of ``db.models.base.RUN_STATES``; what it held is free."""
    release(connection, run_id)
    connection.execute(
        update(Run).where(Run.id == run_id).values(state=state, finished_ms=_now_ms())
    )


def save_stages(connection: Connection, run_id: int, stages: Mapping[str, float]) -> None:
    """Seconds that each stage of a run has taken so far, over all processes."""
    connection.execute(update(Run).where(Run.id == run_id).values(stages=dict(stages)))


def list_runs(connection: Connection, alive: Callable[[int], bool]) -> list[RunRecord]:
    """All runs, the first one first; ``alive`` says whether a run's process still lives."""
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
            state=DIED if state == RUNNING and not alive(run_id) else state,
            host=host,
            stages=stages or {},
        )
        for run_id, config, versions, started, finished, state, host, stages in rows
    ]


def add_bundle(  # noqa: PLR0913, PLR0917 - each is a column
    connection: Connection,
    digest: str,
    path: str,
    characters: Sequence[str],
    card: Mapping[str, Any],
    aliases: Mapping[str, Sequence[str]],
    network: str | None,
) -> int:
    """Remember a bundle and its characters; returns its id. A known one stays as it is.

    Several bundles that judge together are one more, that says nothing of crops by itself.

    Args:
        connection: in a transaction that writes.
        digest: of the bundle's content.
        path: where it is now.
        characters: names, in the order of its logits.
        card: how it was trained and measured, as JSON has it; ``card["name"]`` is its name, where
            it has one.
        aliases: other names of characters, to find them by.
        network: equal for bundles that embed alike; None of several bundles together.
    """
    one_at_a_time(connection)
    known = connection.scalar(select(Bundle.id).where(Bundle.digest == digest))
    if known is not None:
        # An index of before networks were told apart learns of them now.
        here = (Bundle.id == known, Bundle.network.is_distinct_from(network))
        connection.execute(update(Bundle).where(*here).values(network=network))
        return known
    character_ids(connection, characters, None)
    for name, others in aliases.items():
        for alias in others:
            add_alias(connection, name, alias)
    values = {
        "digest": digest,
        "name": str(card.get("name") or path),
        "path": path,
        "characters": list(characters),
        "card": dict(card),
        "network": network,
    }
    return connection.scalars(insert(Bundle).values(values).returning(Bundle.id)).one()


def bundle_id(connection: Connection, digest: str) -> int | None:
    """The id of a bundle by the digest of its content, or None."""
    return connection.scalar(select(Bundle.id).where(Bundle.digest == digest))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _utc(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def claim(
    connection: Connection, episode_ids: Sequence[int], run_id: int, alive: Callable[[int], bool]
) -> dict[int, int]:
    """Take episodes for a run.

    Args:
        connection: in a transaction that writes.
        episode_ids: the episodes.
        run_id: the run.
        alive: whether the process of another run still lives.

    Returns:
        Those that another living run holds: its id, by the episode's.
    """
    rows = connection.execute(
        select(Episode.id, Episode.claimed_by)
        .where(Episode.id.in_(episode_ids))
        .order_by(Episode.id)  # always in one order, so that two runs can't wait for each other
        .with_for_update()
    ).all()
    holders = {holder for _, holder in rows if holder not in (None, run_id)}
    living = {holder for holder in holders if alive(holder)}
    held = {episode_id: holder for episode_id, holder in rows if holder in living}
    free = [episode_id for episode_id, _ in rows if episode_id not in held]
    connection.execute(update(Episode).where(Episode.id.in_(free)).values(claimed_by=run_id))
    return held


def release(connection: Connection, run_id: int) -> None:
    """Let go of all episodes that a run holds."""
    connection.execute(update(Episode).where(Episode.claimed_by == run_id).values(claimed_by=None))
