"""What bundles said of tracks whose name comes from people: kept, so that it can come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.db.connection.bulk import batched
from eyecatch.db.models import Overruled, Track
from eyecatch.db.states import PERSON

COLUMNS = ("character_id", "confidence", "unsure", "top", "decided_by", "bundle_id", "run_id")
"""What a verdict is made of, in ``track`` as in ``overruled``."""

UNDECIDED: Mapping[str, Any] = dict.fromkeys(COLUMNS) | {"unsure": False}
"""A track of which nothing was said."""


def overrule(connection: Connection, given: Mapping[int, Mapping[str, Any]]) -> None:
    """Give tracks other values of ``COLUMNS``, and keep what bundles said of them before.

    Args:
        connection: in a transaction that writes.
        given: the values of each track, by its id.
    """
    for batch in batched(list(given)):
        kept = select(Overruled.track_id).where(Overruled.track_id.in_(batch))
        said = connection.execute(
            select(Track.id.label("track_id"), *(getattr(Track, name) for name in COLUMNS)).where(
                Track.id.in_(batch),
                Track.decided_by.is_distinct_from(PERSON),
                Track.id.not_in(kept),
            )
        ).all()
        if said:
            connection.execute(insert(Overruled), [row._asdict() for row in said])
    _write(connection, given)


def restore(connection: Connection, tracks: Sequence[int]) -> None:
    """Give tracks back what bundles said of them; undecided where they said nothing."""
    values: dict[int, Mapping[str, Any]] = dict.fromkeys(tracks, UNDECIDED)
    for batch in batched(tracks):
        of_these = Overruled.track_id.in_(batch)
        columns = (getattr(Overruled, name) for name in COLUMNS)
        for track, *said in connection.execute(
            select(Overruled.track_id, *columns).where(of_these)
        ):
            values[track] = dict(zip(COLUMNS, said, strict=True))
        connection.execute(delete(Overruled).where(of_these))
    _write(connection, values)


def forget(connection: Connection, episode_id: int) -> None:
    """Bundles are about to say something else of an episode's tracks that no person decided."""
    of_models = select(Track.id).where(
        Track.episode_id == episode_id, Track.decided_by.is_distinct_from(PERSON)
    )
    connection.execute(delete(Overruled).where(Overruled.track_id.in_(of_models)))


def _write(connection: Connection, values: Mapping[int, Mapping[str, Any]]) -> None:
    if not values:
        return
    connection.execute(
        update(Track)
        .where(Track.id == bindparam("track"))
        .values({name: bindparam(f"new_{name}") for name in COLUMNS}),
        [
            {"track": track, **{f"new_{name}": row[name] for name in COLUMNS}}
            for track, row in values.items()
        ],
    )
