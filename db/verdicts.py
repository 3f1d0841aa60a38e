"""Who the tracks of an episode were decided to be: by models, and by people instead of models.

Where a person's label replaced a model's prediction, the prediction is kept in ``overruled``, so
that undo can restore it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from more_itertools import batched
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.character_colours import give_colours
from eyecatch.db.characters import character_ids
from eyecatch.db.connection.bulk import BATCH, update_rows
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import Base, Character, Episode, Overruled, Track
from eyecatch.db.models.base import MODEL, PERSON
from eyecatch.db.records.scan import Provenance, Verdict

TRACK: Final = Base.metadata.tables["track"]

COLUMNS = ("character_id", "confidence", "unsure", "top", "decided_by", "bundle_id", "run_id")
"""The columns of a verdict, in ``track`` and in ``overruled``."""

UNDECIDED: Mapping[str, Any] = dict.fromkeys(COLUMNS) | {"unsure": False}
"""The columns of a track that nobody has decided."""


class Verdicts(Repository):
    """Who the tracks of an episode are, as models predict."""

    def save(
        self, episode_id: int, verdicts: Mapping[int, Verdict], provenance: Provenance
    ) -> None:
        """Decide tracks of an episode, and make its appearances follow.

        A track that a person decided stays as it is. An equal verdict changes no row, so that a
        row tells of the first run that came to it.

        Args:
            episode_id: the episode.
            verdicts: by the tracks' ids; a track without one becomes undecided.
            provenance: what they were made by.
        """
        with self._session.writing(FACES) as connection:
            series = connection.scalar(select(Episode.series_id).where(Episode.id == episode_id))
            names = {
                verdict.character for verdict in verdicts.values() if verdict.character is not None
            }
            ids = character_ids(connection, sorted(names), series)
            _forget_overruled(connection, episode_id)
            stored = connection.execute(
                select(
                    Track.id,
                    Track.character_id,
                    Track.confidence,
                    Track.unsure,
                    Track.top,
                    Track.decided_by,
                    Track.bundle_id,
                )
                .where(Track.episode_id == episode_id, Track.decided_by.is_distinct_from(PERSON))
                .order_by(Track.number)
            ).all()
            changed = {
                track_id: wanted
                for track_id, *values in stored
                for wanted in [_columns(verdicts.get(track_id), ids, provenance)]
                if values != list(wanted.values())
            }
            run_ids = dict.fromkeys(verdicts, provenance.run_id)
            update_rows(
                connection,
                TRACK,
                COLUMNS,
                [(id_, *values.values(), run_ids.get(id_)) for id_, values in changed.items()],
            )
            hide_forgotten(connection, episode_id)
            refresh_appearances(connection, episode_id)
            give_colours(connection, episode_id)


def _columns(
    verdict: Verdict | None, ids: Mapping[str, int], provenance: Provenance
) -> dict[str, Any]:
    if verdict is None:
        return {
            "character_id": None,
            "confidence": None,
            "unsure": False,
            "top": None,
            "decided_by": None,
            "bundle_id": None,
        }
    return {
        "character_id": None if verdict.character is None else ids[verdict.character],
        "confidence": float(verdict.confidence),
        "unsure": bool(verdict.unsure),
        "top": [[name, float(chance)] for name, chance in verdict.top],
        "decided_by": MODEL,
        "bundle_id": provenance.bundle_id,
    }


def overrule(
    connection: Connection,
    given: Mapping[int, Mapping[str, Any]],
    no_faces: Collection[int] = (),
) -> None:
    """Give tracks other values of ``COLUMNS``, and keep the models' predictions that they replace.

    Args:
        connection: in a transaction that writes.
        given: the values of each track, by its id.
        no_faces: those of the tracks that are no faces.
    """
    for batch in batched(given, BATCH):
        kept = select(Overruled.track_id).where(Overruled.track_id.in_(batch))
        said = select(Track.id, *(getattr(Track, name) for name in COLUMNS)).where(
            Track.id.in_(batch),
            Track.decided_by.is_distinct_from(PERSON),
            Track.id.not_in(kept),
        )
        connection.execute(insert(Overruled).from_select(["track_id", *COLUMNS], said))
    _write(connection, given, no_faces)


def restore(connection: Connection, tracks: Sequence[int]) -> None:
    """Give tracks the models' predictions back; they become undecided where there is none."""
    values: dict[int, Mapping[str, Any]] = dict.fromkeys(tracks, UNDECIDED)
    for batch in batched(tracks, BATCH):
        of_these = Overruled.track_id.in_(batch)
        columns = (getattr(Overruled, name) for name in COLUMNS)
        for track, *said in connection.execute(
            select(Overruled.track_id, *columns).where(of_these)
        ):
            values[track] = dict(zip(COLUMNS, said, strict=True))
        connection.execute(delete(Overruled).where(of_these))
    _write(connection, values)


def hide_forgotten(connection: Connection, episode_id: int | None = None) -> None:
    """Let tracks be undecided that a model calls by a name that a person wanted no more.

    Args:
        connection: in a transaction that writes.
        episode_id: of one episode only.
    """
    called = (
        select(Track.id)
        .join(Character, Character.id == Track.character_id)
        .where(Character.forgotten, Track.decided_by == MODEL)
    )
    if episode_id is not None:
        called = called.where(Track.episode_id == episode_id)
    nobody = {**UNDECIDED, "decided_by": MODEL}
    overrule(connection, dict.fromkeys(connection.scalars(called).all(), nobody))


def _forget_overruled(connection: Connection, episode_id: int) -> None:
    """Drop the kept predictions of tracks that no person decided: new ones will replace them."""
    of_models = select(Track.id).where(
        Track.episode_id == episode_id, Track.decided_by.is_distinct_from(PERSON)
    )
    connection.execute(delete(Overruled).where(Overruled.track_id.in_(of_models)))


def _write(
    connection: Connection,
    values: Mapping[int, Mapping[str, Any]],
    no_faces: Collection[int] = (),
) -> None:
    rows = [
        (track, *(row[name] for name in COLUMNS), track in no_faces)
        for track, row in values.items()
    ]
    update_rows(connection, TRACK, (*COLUMNS, "no_face"), rows)
