"""Clusters of faces that look like one person: how much waits in each, and their centres."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from more_itertools import batched
from sqlalchemy import BigInteger, Row, Select, bindparam, func, insert, select, true, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import (
    Apart,
    Cluster,
    Episode,
    Face,
    Series,
    Track,
)
from eyecatch.db.records.review import ClusterRow
from eyecatch.db.review.faces import WAITING
from eyecatch.db.serialization import pack_vector, unpack_vectors
from eyecatch.db.tallies import SECONDS


class Clusters(Repository):
    """Faces that look like one person."""

    def waiting(self, first: int = 0, count: int | None = None) -> list[ClusterRow]:
        """Clusters in which faces wait for a name, the longest on screen first."""
        with self._session.reading() as connection:
            query = _select().where(Cluster.faces > 0).order_by(Cluster.seconds.desc(), Cluster.id)
            return [_row(row) for row in connection.execute(query.offset(first).limit(count))]

    def get(self, cluster_id: int) -> ClusterRow:
        """One cluster, even if nothing waits in it; RequestError if there is none."""
        with self._session.reading() as connection:
            return cluster(connection, cluster_id)

    def centres(self, cluster_ids: Sequence[int]) -> dict[int, npt.NDArray[np.float32]]:
        """The mean embeddings (d,) of clusters; those that were never grouped are left out."""
        with self._session.reading() as connection:
            found: dict[int, npt.NDArray[np.float32]] = {}
            for batch in batched(cluster_ids, BATCH):
                rows = connection.execute(
                    select(Cluster.id, Cluster.centre).where(Cluster.id.in_(batch))
                )
                found |= {
                    number: unpack_vectors([blob])[0] for number, blob in rows if blob is not None
                }
            return found

    def edited(self, series_id: int | None) -> set[int]:
        """Clusters of a series that a person merged or split."""
        with self._session.reading() as connection:
            of_series = Cluster.series_id.is_not_distinct_from(series_id)
            return set(connection.scalars(select(Cluster.id).where(of_series, Cluster.touched)))

    def cannot_link(self) -> list[tuple[int, int]]:
        """Pairs of clusters that a person separated, the lower number first."""
        with self._session.reading() as connection:
            return cannot_link_pairs(connection)

    def regroup(self, series_id: int | None, owners: Mapping[int, int], fresh: int) -> None:
        """Put faces into clusters.

        Args:
            series_id: of the faces.
            owners: the cluster of each face, by its id; below 0 one of ``fresh`` new ones, -1 the
                first of them.
            fresh: how many new clusters there are.
        """
        with self._session.writing(FACES) as connection:
            new = new_clusters(connection, series_id, fresh)
            homes = {face: new[-1 - o] if o < 0 else o for face, o in owners.items()}
            move_faces(connection, homes)
            update_centres(connection, set(homes.values()))
            count_clusters(connection, [series_id])


def cluster(connection: Connection, cluster_id: int) -> ClusterRow:
    """One cluster, even if nothing waits in it.

    Raises:
        RequestError: there is none of that number.
    """
    row = connection.execute(_select().where(Cluster.id == cluster_id)).one_or_none()
    if row is None:
        raise RequestError(f"there is no cluster {cluster_id}", "see: eyecatch unknowns")
    return _row(row)


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        Cluster.id,
        Cluster.series_id,
        Series.name,
        Cluster.faces,
        Cluster.episodes,
        Cluster.seconds,
        Cluster.mark,
        Cluster.touched,
    ).outerjoin(Series, Series.id == Cluster.series_id)


def _row(row: Row[*tuple[Any, ...]]) -> ClusterRow:
    number, series_id, series, faces, episodes, seconds, mark, edited = row
    stamp = f"{faces}-{mark}"
    return ClusterRow(number, series_id, series, faces, episodes, seconds, stamp, edited)


def cannot_link_pairs(connection: Connection) -> list[tuple[int, int]]:
    """Pairs of clusters that a person separated, the lower number first."""
    return [(a, b) for a, b in connection.execute(select(Apart.first_id, Apart.second_id))]


def new_clusters(connection: Connection, series_id: int | None, count: int) -> list[int]:
    """Ids of so many new clusters without faces."""
    if not count:
        return []
    empty = {"series_id": series_id, "touched": False, "faces": 0, "episodes": 0}
    rows = [empty | {"seconds": 0.0, "mark": 0}] * count
    return list(connection.scalars(insert(Cluster).returning(Cluster.id), rows))


def move_faces(connection: Connection, clusters: Mapping[int, int | None]) -> None:
    """Put faces, by their ids, into clusters; those need to be counted then."""
    if clusters:
        connection.execute(
            update(Face).where(Face.id == bindparam("face")).values(cluster_id=bindparam("to")),
            [{"face": face, "to": cluster_id} for face, cluster_id in clusters.items()],
        )


def count_clusters(
    connection: Connection,
    series_ids: Collection[int | None],
    among: Collection[int] | None = None,
) -> None:
    """Count what waits in the clusters of some series; equal counts change no row.

    Args:
        connection: in a transaction that writes.
        series_ids: of which.
        among: the clusters that may have changed; all if None.
    """
    some = None if among is None or len(among) > BATCH else among
    for series_id in series_ids:
        of_series = Cluster.series_id.is_not_distinct_from(series_id)
        in_some = true() if some is None else Face.cluster_id.in_(some)
        of_series &= true() if some is None else Cluster.id.in_(some)
        rows = connection.execute(
            select(
                Face.cluster_id,
                func.count(),
                func.count(Face.episode_id.distinct()),
                func.sum(SECONDS),
                func.sum(Face.id, type_=BigInteger),
            )
            .select_from(Face)
            .join(Track, Track.id == Face.track_id)
            .join(Episode, Episode.id == Face.episode_id)
            .where(Episode.series_id.is_not_distinct_from(series_id), WAITING, in_some)
            .group_by(Face.cluster_id)
        ).all()
        counted = {row[0]: (row[1], row[2], round(float(row[3]), 3), int(row[4])) for row in rows}
        columns = (Cluster.faces, Cluster.episodes, Cluster.seconds, Cluster.mark)
        stored = connection.execute(select(Cluster.id, *columns).where(of_series)).all()
        changed = [
            dict(zip(("b_id", "faces", "episodes", "seconds", "mark"), (key, *wanted), strict=True))
            for key, *known in stored
            if (wanted := counted.get(key, (0, 0, 0.0, 0))) != tuple(known)
        ]
        if changed:
            names = ("faces", "episodes", "seconds", "mark")
            connection.execute(
                update(Cluster)
                .where(Cluster.id == bindparam("b_id"))
                .values({name: bindparam(name) for name in names}),
                changed,
            )


def update_centres(connection: Connection, cluster_ids: Collection[int]) -> None:
    """Compute the mean embeddings of clusters again."""
    blobs: dict[int | None, list[bytes]] = {}
    for batch in batched(sorted(cluster_ids), BATCH):
        for number, blob in connection.execute(
            select(Face.cluster_id, Face.embedding).where(
                Face.cluster_id.in_(batch), Face.track_id.is_not(None)
            )
        ):
            blobs.setdefault(number, []).append(blob)
    if cluster_ids:
        connection.execute(
            update(Cluster).where(Cluster.id == bindparam("b_id")).values(centre=bindparam("mean")),
            [
                {
                    "b_id": number,
                    "mean": _mean(blobs[number]) if number in blobs else None,
                }
                for number in cluster_ids
            ],
        )


def _mean(blobs: list[bytes]) -> bytes:
    # While an index changes to another embedder, some are still of the old one.
    same = [blob for blob in blobs if len(blob) == len(blobs[-1])]
    return pack_vector(unpack_vectors(same).mean(axis=0))
