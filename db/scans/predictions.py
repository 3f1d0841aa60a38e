"""Predictions of bundles for crops, and which crops a bundle has not classified yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from more_itertools import batched
from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from eyecatch.db.connection.bulk import BATCH, insert_rows
from eyecatch.db.connection.session import Repository
from eyecatch.db.models import Base, Bundle, Chunk, Crop, Identification, Track, Tracklet
from eyecatch.db.models.base import PERSON
from eyecatch.db.records.scan import CropBatch, Embedded, TrackVotes, Vectors
from eyecatch.db.serialization import pack_vectors, unpack_vectors

TABLE: Final = Base.metadata.tables["identification"]
COLUMNS: Final = ("crop_id", "bundle_id", "embedding", "logits")


def insert_predictions(
    connection: Connection, crop_ids: Sequence[int], vectors: Vectors, bundle_id: int
) -> None:
    """Store a bundle's predictions for crops; those that are there already stay.

    Args:
        connection: in a transaction that writes.
        crop_ids: n crops.
        vectors: embeddings (n, d) and logits (n, characters).
        bundle_id: the bundle.
    """
    counts = (len(crop_ids), len(vectors.embeddings), len(vectors.logits))
    if len(set(counts)) != 1:
        raise ValueError(f"crops, embeddings, logits: expected equal numbers, got {counts}")
    known = {
        crop_id
        for batch in batched(crop_ids, BATCH)
        for crop_id in connection.scalars(
            select(Identification.crop_id).where(
                Identification.bundle_id == bundle_id, Identification.crop_id.in_(batch)
            )
        )
    }
    rows = [
        (crop_id, bundle_id, embedding, logits)
        for crop_id, embedding, logits in zip(
            crop_ids, pack_vectors(vectors.embeddings), pack_vectors(vectors.logits), strict=True
        )
        if crop_id not in known
    ]
    if rows:
        insert_rows(connection, TABLE, COLUMNS, rows)


class Predictions(Repository):
    """Predictions of bundles for crops, and the votes of tracks' crops."""

    def save(self, crop_ids: Sequence[int], vectors: Vectors, bundle_id: int) -> None:
        """Store a bundle's predictions for crops; those that are there already stay.

        Args:
            crop_ids: n crops.
            vectors: embeddings (n, d) and logits (n, characters).
            bundle_id: the bundle.
        """
        with self._session.writing() as connection:
            insert_predictions(connection, crop_ids, vectors, bundle_id)

    def crops_to_identify(
        self, episode_id: int, bundle_id: int, size: int = 1024
    ) -> Iterator[CropBatch]:
        """The crops of an episode that a bundle has not classified, in batches.

        Each batch is a transaction of its own, so predictions may be saved between two of them.
        """
        after = -1
        while (batch := self._next_crops(episode_id, bundle_id, after, size)).ids:
            yield batch
            after = batch.ids[-1]

    def _next_crops(self, episode_id: int, bundle_id: int, after: int, size: int) -> CropBatch:
        """Up to ``size`` crops with ids above ``after``."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(Crop.id, Crop.jpeg)
                .join(Tracklet, Tracklet.id == Crop.tracklet_id)
                .join(Chunk, Chunk.id == Tracklet.chunk_id)
                .where(Chunk.episode_id == episode_id, Crop.id > after, ~_classified(bundle_id))
                .order_by(Crop.id)
                .limit(size)
            ).all()
            return CropBatch(tuple(row.id for row in rows), tuple(row.jpeg for row in rows))

    def embedded_crops(self, episode_id: int, bundle_id: int) -> Embedded:
        """Crops that a bundle has not classified, but another one of its network has."""
        with self._session.reading() as connection:
            network = select(Bundle.network).where(Bundle.id == bundle_id).scalar_subquery()
            rows = connection.execute(
                select(Identification.crop_id, Identification.embedding)
                .join(Crop, Crop.id == Identification.crop_id)
                .join(Tracklet, Tracklet.id == Crop.tracklet_id)
                .join(Chunk, Chunk.id == Tracklet.chunk_id)
                .join(Bundle, Bundle.id == Identification.bundle_id)
                .where(
                    Chunk.episode_id == episode_id,
                    Bundle.network == network,
                    ~_classified(bundle_id),
                )
                .order_by(Identification.crop_id)
            )
            # Bundles of one network all stored the same embedding.
            by_crop = {row.crop_id: row.embedding for row in rows}
            return Embedded(tuple(by_crop), unpack_vectors(list(by_crop.values())))

    def tracks_to_decide(self, episode_id: int, bundle_id: int) -> list[TrackVotes]:
        """The tracks that no person decided, with a bundle's predictions for their crops.

        A track without such a crop is left out. Crops come in order of time.
        """
        with self._session.reading() as connection:
            undecided = Track.decided_by.is_distinct_from(PERSON)
            return _voted(connection.execute(_votes(episode_id, bundle_id).where(undecided)))

    def track_votes(self, episode_id: int, bundle_id: int) -> list[TrackVotes]:
        """All tracks of an episode, whoever decided them, with a bundle's predictions."""
        with self._session.reading() as connection:
            return _voted(connection.execute(_votes(episode_id, bundle_id)))


def _classified(bundle_id: int) -> ColumnElement[bool]:
    """Whether a bundle has classified the crop of a query."""
    known = aliased(Identification)
    mine = (known.crop_id == Crop.id, known.bundle_id == bundle_id)
    return select(known.crop_id).where(*mine).exists()


def _voted(rows: Iterable[Row[int, bytes, bytes, float]]) -> list[TrackVotes]:
    """The votes of each track, whose rows follow each other; arrays are made of all at once."""
    listed = [tuple(row) for row in rows]
    if not listed:
        return []
    tracks, embeddings, logits, qualities = map(list, zip(*listed, strict=True))
    whole = unpack_vectors(embeddings), unpack_vectors(logits), np.array(qualities, np.float32)
    starts = [k for k, track in enumerate(tracks) if k == 0 or tracks[k - 1] != track]
    return [
        TrackVotes(tracks[start], *(part[start:stop] for part in whole))
        for start, stop in pairwise([*starts, len(tracks)])
    ]


def _votes(episode_id: int, bundle_id: int) -> Select[int, bytes, bytes, float]:
    return (
        select(Track.id, Identification.embedding, Identification.logits, Crop.quality)
        .join(Tracklet, Tracklet.track_id == Track.id)
        .join(Crop, Crop.tracklet_id == Tracklet.id)
        .join(Identification, Identification.crop_id == Crop.id)
        .where(Track.episode_id == episode_id, Identification.bundle_id == bundle_id)
        .order_by(Track.number, Tracklet.start, Tracklet.position, Crop.rank)
    )
