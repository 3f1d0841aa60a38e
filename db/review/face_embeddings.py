"""The embeddings of the faces of a series, as arrays; there may be very many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.core.identity.propagation import FaceEmbeddings
from eyecatch.db.connection.bulk import read_columns
from eyecatch.db.models import Episode, Face, Track
from eyecatch.db.models.base import PERSON
from eyecatch.db.serialization import unpack_vectors

_EMBEDDED: Final = (
    Face.id,
    Face.track_id,
    Face.episode_id,
    Track.shot_id,
    Track.start,
    Track.stop,
    Face.cluster_id,
    Track.character_id,
    Track.decided_by,
    Face.embedding,
)


def series_embeddings(
    connection: Connection, series_id: int | None, bundle_id: int
) -> FaceEmbeddings:
    """A bundle's embeddings of the faces of a series, or of the episodes of no series."""
    query = (
        select(Face.id)
        .join(Track, Track.id == Face.track_id)
        .join(Episode, Episode.id == Face.episode_id)
        .where(Episode.series_id.is_not_distinct_from(series_id), Face.bundle_id == bundle_id)
    )
    parts = [np.empty((len(_EMBEDDED) - 2, 0), np.int64)]
    deciders, blobs = list[str | None](), list[bytes]()
    for *numbers, some, embeddings in read_columns(connection, query, _EMBEDDED):
        parts.append(np.array([*map(_without_none, numbers)], np.int64))
        deciders += some
        blobs += embeddings
    whole = np.concatenate(parts, axis=1)
    by_person = np.array([by == PERSON for by in deciders], bool)
    # Sorted here, as the database would carry the embeddings along.
    order = np.lexsort([whole[0], whole[2]])
    blobs = [blobs[place] for place in order.tolist()]
    ids, tracks, episodes, shots, starts, stops, clusters, characters = whole[:, order]
    by_person = by_person[order]
    return FaceEmbeddings(
        ids=ids,
        tracks=tracks,
        episodes=episodes,
        shots=shots,
        starts=starts,
        stops=stops,
        clusters=clusters,
        characters=np.where(by_person, characters, 0),
        by_person=by_person,
        vectors=unpack_vectors(blobs),
    )


def _without_none(numbers: Sequence[int | None]) -> Sequence[int | None]:
    """Numbers of a column, with 0 for NULL."""
    return [number or 0 for number in numbers] if None in numbers else numbers
