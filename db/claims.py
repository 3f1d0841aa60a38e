"""Which run is at work on which episode, so that two jobs never do the same work at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from eyecatch.db.models import Episode


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
