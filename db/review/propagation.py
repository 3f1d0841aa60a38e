"""Names that are propagated from the faces people named to those that look alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from more_itertools import batched
from sqlalchemy import delete, exists, select, update
from sqlalchemy.engine import Connection

from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.character_colours import give_colours
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.episode_rows import SOMEBODY_SPOKE
from eyecatch.db.models import (
    Action,
    Alias,
    Character,
    Decision,
    Episode,
    Face,
    Overruled,
    Track,
    Unlike,
)
from eyecatch.db.models.base import MODEL, PERSON
from eyecatch.db.records.scan import Verdict
from eyecatch.db.review.clusters import count_clusters
from eyecatch.db.verdicts import COLUMNS, UNDECIDED, overrule, restore

Columns = dict[str, Any]
"""Values of ``verdicts.COLUMNS``."""


class Propagation(Repository):
    """Names that are propagated from the faces people named to those that look alike."""

    def somebody_spoke(self) -> bool:
        """Whether a person ever said who a face is, or is not."""
        with self._session.reading() as connection:
            return bool(connection.scalar(select(SOMEBODY_SPOKE)))

    def denials(self) -> list[tuple[int, int]]:
        """(face, character) that a person said it is not."""
        with self._session.reading() as connection:
            return [
                (f, c) for f, c in connection.execute(select(Unlike.face_id, Unlike.character_id))
            ]

    def save(
        self,
        series_id: int | None,
        verdicts: Mapping[int, tuple[Verdict, int | None]],
        denied: Mapping[int, set[int]],
        bundle_id: int,
    ) -> list[int]:
        """Decide tracks by the faces that people named; returns the ids of episodes that changed.

        What a person decided stays, and so does a name of which a bundle is sure, unless a person
        said that it is wrong. A track that no longer gets a name gets the models' prediction back.

        Args:
            series_id: of the tracks.
            verdicts: by the tracks' ids, with the id of the character; other tracks get no name.
            denied: characters that a track is not, by its id.
            bundle_id: the bundle that stands for people's names.
        """
        with self._session.writing(FACES) as connection:
            forgotten = set(connection.scalars(select(Character.id).where(Character.forgotten)))
            given: dict[int, Columns] = {}
            back: list[int] = []
            changed: set[int] = set()
            for track, episode, now, predicted in _undecided(connection, series_id):
                wrong = denied.get(track, set()) | forgotten
                wanted = _wanted(predicted, verdicts.get(track), wrong, bundle_id)
                if wanted == now:
                    continue
                changed.add(episode)
                if wanted is predicted:
                    back.append(track)
                else:
                    given[track] = wanted
            overrule(connection, given)
            restore(connection, back)
            for episode in sorted(changed):
                refresh_appearances(connection, episode)
            count_clusters(connection, [series_id])
            _drop_unused(connection)
            return sorted(changed)

    def settle(self, bundle_id: int) -> None:
        """Note that names have followed, to all episodes whose every face is in a cluster.

        An episode of which that is not said is done again by the next job (``names_due``): names
        follow in steps of their own after it was decided, and a process may die between them.

        Args:
            bundle_id: whose embeddings are compared.
        """
        with self._session.writing(FACES) as connection:
            compared = select(Face.id).where(
                Face.track_id == Track.id,
                Face.bundle_id == bundle_id,
                Face.cluster_id.is_not(None),
            )
            left = select(Track.id).where(Track.episode_id == Episode.id, ~compared.exists())
            connection.execute(
                update(Episode).where(Episode.names_due, ~left.exists()).values(names_due=False)
            )
            give_colours(connection)  # an index of an earlier version has none


def _undecided(
    connection: Connection, series_id: int | None
) -> Iterator[tuple[int, int, Columns, Columns]]:
    """The tracks of a series that no person decided.

    Yields:
        Id of the track, id of its episode, its columns now, and those of the models' prediction.
    """
    rows = connection.execute(
        select(
            Track.id,
            Track.episode_id,
            *(getattr(Track, name) for name in COLUMNS),
            Overruled.track_id,
            *(getattr(Overruled, name).label(f"old_{name}") for name in COLUMNS),
        )
        .join(Episode, Episode.id == Track.episode_id)
        .outerjoin(Overruled, Overruled.track_id == Track.id)
        .where(
            Episode.series_id.is_not_distinct_from(series_id),
            Track.decided_by.is_distinct_from(PERSON),
        )
    ).all()
    width = len(COLUMNS)
    for track, episode, *values in rows:
        now = dict(zip(COLUMNS, values[:width], strict=True))
        overruled = values[width] is not None
        kept = dict(zip(COLUMNS, values[width + 1 :], strict=True))
        yield track, episode, now, kept if overruled else now


def _wanted(
    predicted: Columns,
    propagated: tuple[Verdict, int | None] | None,
    denied: set[int],
    bundle_id: int,
) -> Columns:
    """The columns that a track is to have, given the models' prediction and the propagated name."""
    wrong = predicted["character_id"] in denied
    sure = predicted["character_id"] is not None and not predicted["unsure"]
    if sure and not wrong:
        return predicted
    verdict, character_id = propagated or (None, None)
    if verdict is None or verdict.character is None:
        return {**UNDECIDED, "decided_by": MODEL, "bundle_id": bundle_id} if wrong else predicted
    return {
        "character_id": character_id,
        "confidence": round(float(verdict.confidence), 4),
        "unsure": bool(verdict.unsure),
        "top": [[name, round(float(chance), 4)] for name, chance in verdict.top],
        "decided_by": MODEL,
        "bundle_id": bundle_id,
        "run_id": None,
    }


def _drop_unused(connection: Connection) -> None:
    """Delete characters that an action made which is undone, and that nothing refers to."""
    undone = connection.scalars(select(Action.before).where(Action.undone_ms.is_not(None)))
    made = sorted({number for before in undone for number in before.get("made", ())})
    used = [
        exists().where(table.character_id == Character.id)
        for table in (Track, Decision, Overruled, Unlike, Alias)
    ]
    for batch in batched(made, BATCH):
        unused = [Character.merged_into.is_(None), *(~one for one in used)]
        connection.execute(delete(Character).where(Character.id.in_(batch), *unused))
