"""What people say of many faces at once: each batch is one action, and is undone as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, func, select, true
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import Cluster, Episode, Face, Track
from eyecatch.db.models.scan import UNSURE_TRACK
from eyecatch.db.records.review import ActionRow
from eyecatch.db.review.change import Change
from eyecatch.db.review.choice import LOOK_AGAIN, waiting_in
from eyecatch.db.review.faces import WAITING
from eyecatch.db.review.recording import are, record, some_faces
from eyecatch.db.review.saying import deny_names, name_all
from eyecatch.db.tallies import SECONDS

_UNNAMED: ColumnElement[bool] = WAITING & Track.character_id.is_(None)
"""Of a track: it waits, and no model has an unsure name for it."""

ANY_SERIES = -1
"""Stands for the number of a series: all of them, and none."""


class Unnamed(NamedTuple):
    """What waits for a name in clusters, and has not even an unsure one.

    Attributes:
        faces: how many.
        clusters: how many they are in.
        seconds: how long they are on screen.
        stamp: another one when other faces wait.
    """

    faces: int
    clusters: int
    seconds: float
    stamp: str


class Batches(Repository):
    """What people say of many faces at once."""

    def name_clusters(
        self, stamps: Mapping[int, str | None], name: str | None, *, no_face: bool = False
    ) -> ActionRow:
        """Call what waits in several clusters one character, or nobody (None), or no faces.

        Args:
            stamps: of the clusters, by their numbers, as the person saw them; None for whatever
                they hold now.
            name: as a person spells it.
            no_face: there is no face in these boxes, whatever the name.

        Raises:
            RequestError: none was given, there is no such cluster, one has changed, nothing waits
                in them, or this can't be a name.
        """
        with self._session.writing(FACES) as connection:
            faces = [
                face
                for number, stamp in stamps.items()
                for face in waiting_in(connection, number, stamp)
            ]
            change = Change()
            message = name_all(connection, faces, name, change, no_face=no_face)
            if len(stamps) > 1:
                message += f", of {len(stamps)} clusters"
            return record(connection, "name", message, change)

    def answer(self, name: str, right: Sequence[int], wrong: Sequence[int]) -> ActionRow:
        """Say of faces with an unsure name which are that character, and which are not.

        Args:
            name: the character's.
            right: faces that are it.
            wrong: faces that are not: no model calls them so again.

        Raises:
            RequestError: none was given, there is no such face, or one has no name any more.
        """
        with self._session.writing(FACES) as connection:
            change, told = Change(), []
            if wrong:
                names = deny_names(connection, wrong, change)
                told = [f"said that {some_faces(wrong)} {are(wrong)} not {' or '.join(names)}"]
            if right or not wrong:
                told.insert(0, name_all(connection, right, name, change))
            return record(connection, "answer", " and ".join(told), change)

    def unnamed(self, series_id: int | None = ANY_SERIES) -> Unnamed:
        """What waits for a name in clusters, and has not even an unsure one.

        Args:
            series_id: of one series; None for the episodes of none.
        """
        with self._session.reading() as connection:
            unsure = _unsure_in(connection, series_id)
            columns = Cluster.id, Cluster.faces, Cluster.seconds, Cluster.mark
            query = select(*columns).where(Cluster.faces > 0)
            if series_id != ANY_SERIES:
                query = query.where(Cluster.series_id.is_not_distinct_from(series_id))
            faces = clusters = mark = 0
            seconds = 0.0
            for number, waiting, long, marked in connection.execute(query):
                less, shorter, other = unsure.get(number, (0, 0.0, 0))
                if waiting > less:
                    clusters += 1
                    faces += waiting - less
                    seconds += long - shorter
                    mark += marked - other
            return Unnamed(faces, clusters, seconds, f"{faces}-{mark}")

    def rest_is_nobody(self, stamp: str, series_id: int | None = ANY_SERIES) -> ActionRow:
        """Set all aside that waits for a name and has not even an unsure one.

        Args:
            stamp: of ``unnamed``, as the person saw it.
            series_id: as there.

        Raises:
            RequestError: nothing waits, or something else does now.
        """
        with self._session.writing(FACES) as connection:
            now = self.unnamed(series_id)
            if now.stamp != stamp:
                raise RequestError(
                    f"it has changed since you saw it: {now.faces} faces wait now", LOOK_AGAIN
                )
            faces = connection.scalars(
                select(Face.id)
                .join(Track, Track.id == Face.track_id)
                .join(Episode, Episode.id == Face.episode_id)
                .where(*_waiting_in(series_id))
                .order_by(Face.id)
            ).all()
            change = Change()
            message = name_all(connection, faces, None, change)
            return record(connection, "name", message, change)


def _unsure_in(
    connection: Connection, series_id: int | None
) -> dict[int | None, tuple[int, float, int]]:
    """Of faces with an unsure name, by cluster: how many, their seconds, the sum of their ids."""
    here = true() if series_id == ANY_SERIES else Episode.series_id.is_not_distinct_from(series_id)
    # No column: by the order of its index SQLite would go through every face that there is.
    cluster = func.coalesce(Face.cluster_id, Face.cluster_id)
    rows = connection.execute(
        select(cluster, func.count(), func.sum(SECONDS), func.sum(Face.id, type_=BigInteger))
        .select_from(Track)
        .join(Face, Face.track_id == Track.id)
        .join(Episode, Episode.id == Face.episode_id)
        .where(UNSURE_TRACK, WAITING, here)
        .group_by(cluster)
    )
    return {number: (count, float(some), int(mark)) for number, count, some, mark in rows}


def _waiting_in(series_id: int | None) -> tuple[ColumnElement[bool], ...]:
    here = true() if series_id == ANY_SERIES else Episode.series_id.is_not_distinct_from(series_id)
    return _UNNAMED, Face.cluster_id.is_not(None), here
