"""Names that are propagated from the faces people named to those that look alike."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from more_itertools import batched
from sqlalchemy import String, cast, delete, exists, select, update
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
from eyecatch.db.models.base import MODEL
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
            changed = _Changed()
            rest = dict(verdicts)
            for track in _decided(connection, series_id):
                verdict = rest.pop(track.id, None)
                wrong = denied.get(track.id, set()) | forgotten
                _compare(track, verdict, wrong, bundle_id, changed)
            for track in _undecided(connection, rest):
                wrong = denied.get(track.id, set()) | forgotten
                _compare(track, rest[track.id], wrong, bundle_id, changed)
            overrule(connection, changed.given)
            restore(connection, changed.back)
            refresh_appearances(connection, *changed.episodes, characters=changed.characters)
            count_clusters(connection, [series_id])
            _drop_unused(connection)
            return sorted(changed.episodes)

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


class _TrackState(NamedTuple):
    """A track that no person decided.

    Attributes:
        id, episode: their ids.
        now: its columns, but ``top`` as JSON.
        said: the character that models predicted, and whether they are unsure.
        overruled: another name is there in place of that.
    """

    id: int
    episode: int
    now: Columns
    said: tuple[int | None, bool]
    overruled: bool


@dataclass(slots=True)
class _Changed:
    """What is to be changed.

    Attributes:
        given: new columns by tracks' ids.
        back: tracks that get the models' prediction back.
        episodes, characters: in which, and of whom, that is.
    """

    given: dict[int, Columns] = field(default_factory=dict)
    back: list[int] = field(default_factory=list)
    episodes: set[int] = field(default_factory=set)
    characters: set[int] = field(default_factory=set)

    def note(self, track: _TrackState, character: int | None) -> None:
        """A track becomes another character, or a surer one."""
        self.episodes.add(track.episode)
        self.characters |= {one for one in (track.now["character_id"], character) if one}


_LIGHT: Final = tuple(name for name in COLUMNS if name != "top")


def _decided(connection: Connection, series_id: int | None) -> Iterator[_TrackState]:
    """The tracks of a series that somebody else than a person decided."""
    # As text: it is only compared, and most of it not even that.
    top = cast(Track.top, String)
    rows = connection.execute(
        select(
            Track.id,
            Track.episode_id,
            *(getattr(Track, name) for name in _LIGHT),
            top,
            Overruled.track_id,
            Overruled.character_id,
            Overruled.unsure,
        )
        .join(Episode, Episode.id == Track.episode_id)
        .outerjoin(Overruled, Overruled.track_id == Track.id)
        .where(
            Episode.series_id.is_not_distinct_from(series_id),
            Track.decided_by == MODEL,
        )
    )
    for track, episode, *values, kept, character, unsure in rows:
        now = dict(zip((*_LIGHT, "top"), values, strict=True))
        said = (now["character_id"], now["unsure"]) if kept is None else (character, unsure)
        yield _TrackState(track, episode, now, said, kept is not None)


def _undecided(connection: Connection, tracks: Collection[int]) -> Iterator[_TrackState]:
    """Those of some tracks that nobody decided."""
    for batch in batched(tracks, BATCH):
        nobody = Track.id.in_(batch), Track.decided_by.is_(None)
        for track, episode in connection.execute(select(Track.id, Track.episode_id).where(*nobody)):
            yield _TrackState(track, episode, dict(UNDECIDED), (None, False), overruled=False)


def _compare(
    track: _TrackState,
    propagated: tuple[Verdict, int | None] | None,
    denied: set[int],
    bundle_id: int,
    changed: _Changed,
) -> None:
    """Note what a track is to become, given the models' prediction and the propagated name."""
    character, unsure = track.said
    wrong = character in denied
    sure = character is not None and not unsure
    verdict, who = propagated or (None, None)
    if (sure and not wrong) or (not wrong and (verdict is None or verdict.character is None)):
        if track.overruled:
            changed.back.append(track.id)
            changed.note(track, character)
        return
    if verdict is None or verdict.character is None:
        wanted = {**UNDECIDED, "decided_by": MODEL, "bundle_id": bundle_id}
    else:
        wanted = {
            "character_id": who,
            "confidence": round(verdict.confidence, 4),
            "unsure": verdict.unsure,
            "top": [[name, round(chance, 4)] for name, chance in verdict.top],
            "decided_by": MODEL,
            "bundle_id": bundle_id,
            "run_id": None,
        }
    top = None if wanted["top"] is None else json.dumps(wanted["top"])
    if wanted | {"top": top} != track.now:
        changed.given[track.id] = wanted
        changed.note(track, who)


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
