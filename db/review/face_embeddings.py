"""The embeddings of the faces of a series, as arrays; there may be very many."""

from __future__ import annotations

from itertools import chain
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
    parts = list(read_columns(connection, query, _EMBEDDED))
    columns = [list(chain.from_iterable(some)) for some in zip(*parts, strict=True)]
    *numbers, deciders, blobs = columns or [[]] * len(_EMBEDDED)
    whole = [np.array([number or 0 for number in column], np.int64) for column in numbers]
    by_person = np.array([by == PERSON for by in deciders], bool)
    # Sorted here, as the database would carry the embeddings along.
    order = np.lexsort([whole[0], whole[2]])
    blobs = [blobs[place] for place in order.tolist()]
    ids, tracks, episodes, shots, starts, stops, clusters, characters = (
        column[order] for column in whole
    )
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
