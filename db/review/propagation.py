"""Names that follow from the faces people named, beside what bundles say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from more_itertools import batched
from sqlalchemy import delete, exists, select
from sqlalchemy.engine import Connection

from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.connection.bulk import BATCH
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


def anybody_named(connection: Connection) -> bool:
    """Whether a person ever named a face."""
    return connection.scalar(select(Decision.id).limit(1)) is not None


def series_with_faces(connection: Connection) -> list[int | None]:
    """Ids of the series that have faces; None stands for episodes of no series."""
    with_faces = exists().where(Face.episode_id == Episode.id)
    return list(connection.scalars(select(Episode.series_id).where(with_faces).distinct()))


def denials(connection: Connection) -> list[tuple[int, int]]:
    """(face, character) that a person said it is not."""
    return [(f, c) for f, c in connection.execute(select(Unlike.face_id, Unlike.character_id))]


def character_names(connection: Connection) -> dict[int, str]:
    """All characters' names by id."""
    return dict(connection.execute(select(Character.id, Character.name)).all())


def save_following(
    connection: Connection,
    series_id: int | None,
    verdicts: Mapping[int, tuple[Verdict, int | None]],
    denied: Mapping[int, set[int]],
    bundle_id: int,
) -> list[int]:
    """Decide tracks by the faces that people named; returns the ids of episodes that changed.

    What a person decided stays, and so does a name of which a bundle is sure, unless a person said
    that it is wrong. Tracks whose name no longer follows get back what bundles said.

    Args:
        connection: in a transaction that writes.
        series_id: of the tracks.
        verdicts: by the tracks' ids, with the id of the character; others follow nobody.
        denied: characters that a track is not, by its id.
        bundle_id: the index's number for what people named.
    """
    said = {name: getattr(Overruled, name) for name in COLUMNS}
    rows = connection.execute(
        select(
            Track.id,
            Track.episode_id,
            *(getattr(Track, name) for name in COLUMNS),
            Overruled.track_id,
            *(column.label(f"old_{name}") for name, column in said.items()),
        )
        .join(Episode, Episode.id == Track.episode_id)
        .outerjoin(Overruled, Overruled.track_id == Track.id)
        .where(
            Episode.series_id.is_not_distinct_from(series_id),
            Track.decided_by.is_distinct_from(PERSON),
        )
    ).all()
    given: dict[int, dict[str, Any]] = {}
    back: list[int] = []
    changed: set[int] = set()
    width = len(COLUMNS)
    for track, episode, *values in rows:
        now = dict(zip(COLUMNS, values[:width], strict=True))
        kept = values[width] is not None
        bundles = dict(zip(COLUMNS, values[width + 1 :], strict=True)) if kept else now
        wanted = _wanted(bundles, verdicts.get(track), denied.get(track, set()), bundle_id)
        if wanted == now:
            continue
        changed.add(episode)
        if wanted is bundles:
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


def _wanted(
    bundles: dict[str, Any],
    followed: tuple[Verdict, int | None] | None,
    denied: set[int],
    bundle_id: int,
) -> dict[str, Any]:
    """What a track is to say, given what bundles and what people's names say of it."""
    wrong = bundles["character_id"] in denied
    sure = bundles["character_id"] is not None and not bundles["unsure"]
    if sure and not wrong:
        return bundles
    verdict, character_id = followed or (None, None)
    if verdict is None or verdict.character is None:
        return {**UNDECIDED, "decided_by": MODEL, "bundle_id": bundle_id} if wrong else bundles
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
    """Forget characters that were made by an action that is undone, and are nobody's now."""
    undone = connection.scalars(select(Action.before).where(Action.undone_ms.is_not(None)))
    made = sorted({number for before in undone for number in before.get("made", ())})
    used = [
        exists().where(table.character_id == Character.id)
        for table in (Track, Decision, Overruled, Unlike, Alias)
    ]
    for batch in batched(made, BATCH):
        unused = [~one for one in used]
        connection.execute(delete(Character).where(Character.id.in_(batch), *unused))
