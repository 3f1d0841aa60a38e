"""Clusters of faces: what waits in each, who is in it, and which of them look alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from more_itertools import batched
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.db.appearances import SECONDS
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.models import (
    Apart,
    Character,
    Cluster,
    Crop,
    Episode,
    Face,
    Series,
    Track,
    Tracklet,
)
from eyecatch.db.models.base import PERSON
from eyecatch.db.records.review import ClusterRow, FaceRow
from eyecatch.db.serialization import pack_vector, unpack_vectors

WAITING: ColumnElement[bool] = Track.decided_by.is_distinct_from(PERSON) & or_(
    Track.character_id.is_(None), Track.unsure
)
"""Of a track: no person said who it is, and no bundle is sure."""


def list_clusters(
    connection: Connection, first: int = 0, count: int | None = None
) -> list[ClusterRow]:
    """Clusters in which faces wait, the longest on screen first."""
    query = _select().where(Cluster.faces > 0).order_by(Cluster.seconds.desc(), Cluster.id)
    return [_row(row) for row in connection.execute(query.offset(first).limit(count))]


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
    number, series_id, series, faces, episodes, seconds, mark, touched = row
    stamp = f"{faces}-{mark}"
    return ClusterRow(number, series_id, series, faces, episodes, seconds, stamp, touched)


def waiting_faces(
    connection: Connection, cluster_id: int, count: int | None = None
) -> list[FaceRow]:
    """The faces of a cluster that wait, the longest on screen first."""
    which = (Face.cluster_id == cluster_id) & WAITING
    return _faces(connection, which, SECONDS.desc(), Face.id, count=count)


def faces_of(connection: Connection, character: str, count: int | None = None) -> list[FaceRow]:
    """The faces of a character, sure ones or not, the least sure first."""
    order = (Track.confidence, SECONDS.desc(), Face.id)
    return _faces(connection, Character.name == character, *order, count=count)


def unsure_faces(connection: Connection, count: int | None = None) -> list[FaceRow]:
    """The faces whose name is unsure, those first of which a word tells most.

    That is how much screen time hangs on it, times how undecided it is: the entropy of the
    confidence (uncertainty sampling: Lewis & Gale 1994).
    """
    which = Track.unsure & Track.decided_by.is_distinct_from(PERSON)
    found = _faces(connection, which, Face.id)
    told = sorted(found, key=lambda face: (-face.seconds * _entropy(face.confidence), face.id))
    return told[:count]


def _entropy(chance: float | None) -> float:
    p = min(max(chance or 0.5, 1e-6), 1 - 1e-6)
    return float(-p * np.log2(p) - (1 - p) * np.log2(1 - p))


def _faces(
    connection: Connection,
    which: ColumnElement[bool],
    *order: Any,  # noqa: ANN401 - columns
    count: int | None = None,
) -> list[FaceRow]:
    rows = connection.execute(
        select(
            Face.id,
            Face.cluster_id,
            Episode.id,
            Episode.path,
            Track.number,
            SECONDS,
            Track.start_pts,
            Episode.time_base_num,
            Episode.time_base_den,
            Character.name,
            Track.confidence,
            Track.unsure,
            Track.decided_by,
        )
        .select_from(Face)
        .join(Track, Track.id == Face.track_id)
        .join(Episode, Episode.id == Face.episode_id)
        .outerjoin(Character, Character.id == Track.character_id)
        .where(which)
        .order_by(*order)
        .limit(count)
    )
    return [
        FaceRow(
            face,
            number,
            episode,
            path.rpartition("/")[2],
            track,
            float(seconds),
            start * num / den,
            *said,
        )
        for face, number, episode, path, track, seconds, start, num, den, *said in rows
    ]


def face_jpeg(connection: Connection, face_id: int) -> bytes | None:
    """The best crop of a face; None where there is no such face, or no track follows it."""
    return connection.scalar(
        select(Crop.jpeg)
        .join(Tracklet, Tracklet.id == Crop.tracklet_id)
        .join(Face, Face.track_id == Tracklet.track_id)
        .where(Face.id == face_id)
        .order_by(Crop.quality.desc(), Crop.id)
        .limit(1)
    )


def apart_pairs(connection: Connection) -> list[tuple[int, int]]:
    """Clusters that a person separated, the lower number first."""
    return [(a, b) for a, b in connection.execute(select(Apart.first_id, Apart.second_id))]


def touched_clusters(connection: Connection, series_id: int | None) -> set[int]:
    """Clusters of a series that a person merged or split."""
    of_series = Cluster.series_id.is_not_distinct_from(series_id)
    return set(connection.scalars(select(Cluster.id).where(of_series, Cluster.touched)))


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


def count_clusters(connection: Connection, series_ids: Collection[int | None]) -> None:
    """Count what waits in the clusters of some series; equal counts change no row."""
    for series_id in series_ids:
        of_series = Cluster.series_id.is_not_distinct_from(series_id)
        rows = connection.execute(
            select(
                Face.cluster_id,
                func.count(),
                func.count(Face.episode_id.distinct()),
                func.sum(SECONDS),
                func.sum(Face.id),
            )
            .select_from(Face)
            .join(Track, Track.id == Face.track_id)
            .join(Episode, Episode.id == Face.episode_id)
            .where(Episode.series_id.is_not_distinct_from(series_id), WAITING)
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


def centre(connection: Connection, cluster_ids: Collection[int]) -> None:
    """Work out the mean look of clusters again."""
    looks: dict[int | None, list[bytes]] = {}
    for batch in batched(sorted(cluster_ids), BATCH):
        for number, blob in connection.execute(
            select(Face.cluster_id, Face.embedding).where(
                Face.cluster_id.in_(batch), Face.track_id.is_not(None)
            )
        ):
            looks.setdefault(number, []).append(blob)
    if cluster_ids:
        connection.execute(
            update(Cluster).where(Cluster.id == bindparam("b_id")).values(centre=bindparam("mean")),
            [
                {
                    "b_id": number,
                    "mean": _mean(looks[number]) if number in looks else None,
                }
                for number in cluster_ids
            ],
        )


def _mean(blobs: list[bytes]) -> bytes:
    # While an index changes to another embedder, some are still of the old one.
    same = [blob for blob in blobs if len(blob) == len(blobs[-1])]
    return pack_vector(unpack_vectors(same).mean(axis=0))


def centres(
    connection: Connection, cluster_ids: Sequence[int]
) -> dict[int, npt.NDArray[np.float32]]:
    """The mean looks (d,) of clusters; those that were never grouped are left out."""
    found: dict[int, npt.NDArray[np.float32]] = {}
    for batch in batched(cluster_ids, BATCH):
        rows = connection.execute(select(Cluster.id, Cluster.centre).where(Cluster.id.in_(batch)))
        found |= {number: unpack_vectors([blob])[0] for number, blob in rows if blob is not None}
    return found
