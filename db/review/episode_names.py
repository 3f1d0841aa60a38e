"""What episodes are called: by their files' names, or as a person says, which is final."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import exists, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.episode_name import EpisodeName
from eyecatch.db.connection.session import FACES, ROWS, Repository
from eyecatch.db.episodes import series_id
from eyecatch.db.models import AdaptedDetector, Cluster, Episode, Face, Series
from eyecatch.db.models.base import PERSON
from eyecatch.db.review.clusters import count_clusters, update_centres

FILE: Final = "file"


class EpisodeNames(Repository):
    """What episodes are called, and of which series they are."""

    def lacking(self) -> dict[int, str]:
        """Paths of the episodes whose names nobody looked at, by their ids."""
        with self._session.reading() as connection:
            query = select(Episode.id, Episode.path).where(Episode.named_by.is_(None))
            return dict(connection.execute(query).all())

    def series_by_path(self) -> dict[str, str | None]:
        """The series of each episode that is listed, by its path; None where it is of none."""
        with self._session.reading() as connection:
            query = select(Episode.path, Series.name).outerjoin(Series)
            return dict(connection.execute(query.where(Episode.replaced_by.is_(None))).all())

    def of_no_series(self) -> list[str]:
        """Paths of all episodes, if all are of no series, and of none a person said anything."""
        with self._session.reading() as connection:
            said = or_(Episode.series_id.is_not(None), Episode.named_by == PERSON)
            if connection.scalar(select(exists().where(said))):
                return []
            return list(connection.scalars(select(Episode.path).order_by(Episode.id)))

    def join(self, series: str) -> None:
        """Make all episodes of no series, and what was learned of them, those of a series."""
        with self._session.writing(FACES) as connection:
            new = series_id(connection, series)
            ids = connection.scalars(select(Episode.id).where(Episode.series_id.is_(None))).all()
            _change_series(connection, ids, new)
            theirs = exists().where(AdaptedDetector.series_id == new)
            if not connection.scalar(select(theirs)):
                learned = update(AdaptedDetector).where(AdaptedDetector.series_id.is_(None))
                connection.execute(learned.values(series_id=new))

    def save(self, names: Mapping[int, EpisodeName]) -> None:
        """Keep what files' names say of episodes, by their ids, unless a person said something."""
        with self._session.writing(ROWS) as connection:
            for id_, name in names.items():
                mine = Episode.id == id_, Episode.named_by.is_distinct_from(PERSON)
                values = {key: value for key, value in name._asdict().items() if key != "series"}
                connection.execute(update(Episode).where(*mine).values(named_by=FILE, **values))

    def say(self, ids: Collection[int], said: Mapping[str, Any]) -> None:
        """Store what a person says of episodes.

        Args:
            ids: of the episodes.
            said: what, by the fields of ``EpisodeName``; the others stay.
        """
        with self._session.writing(FACES) as connection:
            mine = Episode.id.in_(ids)
            values = {key: value for key, value in said.items() if key != "series"}
            connection.execute(update(Episode).where(mine).values(named_by=PERSON, **values))
            if "series" in said:
                new = None if said["series"] is None else series_id(connection, said["series"])
                _change_series(connection, ids, new)


def _change_series(connection: Connection, ids: Collection[int], new: int | None) -> None:
    """Make episodes those of a series; their faces leave the clusters of another one.

    Where none is left in the old series and the new one has no clusters, these go along: it is the
    same show under another name.
    """
    moved = Episode.id.in_(ids), Episode.series_id.is_distinct_from(new)
    olds = set(connection.scalars(select(Episode.series_id).where(*moved)))
    changed = connection.scalars(select(Episode.id).where(*moved)).all()
    due = {"series_id": new, "segments_due": True, "names_due": True}
    connection.execute(update(Episode).where(Episode.id.in_(changed)).values(due))
    for old in olds:
        taken = Cluster.series_id.is_not_distinct_from(new)
        left = exists().where(Episode.series_id.is_not_distinct_from(old))
        if not connection.scalar(select(exists().where(taken) | left)):
            of_old = Cluster.series_id.is_not_distinct_from(old)
            connection.execute(update(Cluster).where(of_old).values(series_id=new))
    strange = (
        select(Face.id, Face.cluster_id)
        .join(Episode, Episode.id == Face.episode_id)
        .join(Cluster, Cluster.id == Face.cluster_id)
        .where(Face.episode_id.in_(changed), Cluster.series_id.is_distinct_from(Episode.series_id))
    )
    faces = dict(connection.execute(strange).all())
    for face in faces:
        connection.execute(update(Face).where(Face.id == face).values(cluster_id=None))
    update_centres(connection, {one for one in faces.values() if one is not None})
    count_clusters(connection, olds | {new})
