"""Crops of the faces that people named, with what a network made of them: what a bundle needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from more_itertools import batched
from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

from eyecatch.db.characters import aliases_of, find_series
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import Repository
from eyecatch.db.models import (
    Bundle,
    Character,
    Crop,
    Episode,
    Face,
    Identification,
    Series,
    Track,
    Tracklet,
)
from eyecatch.db.models.base import PERSON
from eyecatch.db.records.face_rows import NamedCrop
from eyecatch.db.serialization import unpack_vectors

Vector = npt.NDArray[np.float32]


class Embedder(NamedTuple):
    """A bundle by whose embeddings faces of an index are compared.

    Attributes:
        network: equal for bundles that embed alike.
        digest, path: of the bundle, and where it was.
    """

    network: str | None
    digest: str
    path: str


class NamedFaces(Repository):
    """The faces of which people said who they are, crop by crop."""

    def embedder(self) -> Embedder | None:
        """The bundle whose embeddings most faces have; None where there are no faces."""
        with self._session.reading() as connection:
            row = connection.execute(
                select(Bundle.network, Bundle.digest, Bundle.path)
                .join(Face, Face.bundle_id == Bundle.id)
                .group_by(Bundle.id)
                .order_by(func.count().desc(), Bundle.id.desc())
                .limit(1)
            ).one_or_none()
            return None if row is None else Embedder(*row)

    def anybody(self) -> bool:
        """Whether people named somebody."""
        said = Track.decided_by == PERSON, Track.character_id.is_not(None)
        with self._session.reading() as connection:
            return bool(connection.scalar(select(select(Track.id).where(*said).exists())))

    def crops(self, network: str, digest: str, series: str | None = None) -> list[NamedCrop]:
        """The crops of tracks that a person decided: a name, or nobody. No faces are left out.

        Args:
            network: of the bundle whose embeddings are wanted.
            digest: of the same bundle; an earlier version didn't store the network.
            series: the name of the only series that is meant; None for all, and for none.

        Raises:
            RequestError: there is no such series.
        """
        with self._session.reading() as connection:
            meant = [] if series is None else [Series.id == find_series(connection, series)]
            rows = connection.execute(_NAMED.where(*meant)).all()
            crop_ids = [row.id for row in rows]
            vectors = _embeddings(connection, crop_ids, network, digest)
            called = {row.character_id for row in rows if row.character_id is not None}
            aliases = aliases_of(connection, called)
        return [
            NamedCrop(
                row.id,
                row.track,
                row.episode,
                row.series,
                row.character,
                tuple(aliases.get(row.character_id, ())),
                vectors.get(row.id),
            )
            for row in rows
        ]

    def jpegs(self, crop_ids: Sequence[int]) -> dict[int, bytes]:
        """The pictures of crops, by their ids."""
        found: dict[int, bytes] = {}
        with self._session.reading() as connection:
            for batch in batched(crop_ids, BATCH):
                rows = connection.execute(select(Crop.id, Crop.jpeg).where(Crop.id.in_(batch)))
                found |= dict(rows.all())
        return found


_NAMED = (
    select(
        Crop.id,
        Track.id.label("track"),
        Track.episode_id.label("episode"),
        Series.name.label("series"),
        Track.character_id,
        Character.name.label("character"),
    )
    .select_from(Track)
    .join(Episode, Episode.id == Track.episode_id)
    .join(Tracklet, Tracklet.track_id == Track.id)
    .join(Crop, Crop.tracklet_id == Tracklet.id)
    .outerjoin(Series, Series.id == Episode.series_id)
    .outerjoin(Character, Character.id == Track.character_id)
    .where(Track.decided_by == PERSON, Track.no_face.is_(False))
    .order_by(Crop.id)
)


def _embeddings(
    connection: Connection, crop_ids: Sequence[int], network: str, digest: str
) -> dict[int, Vector]:
    """The embeddings that a network made of crops, by their ids; others are left out."""
    alike = or_(Bundle.network == network, Bundle.digest == digest)
    packed: dict[int, bytes] = {}  # bundles of one network all stored the same embedding
    for batch in batched(crop_ids, BATCH):
        rows = connection.execute(
            select(Identification.crop_id, Identification.embedding)
            .join(Bundle, Bundle.id == Identification.bundle_id)
            .where(Identification.crop_id.in_(batch), alike)
        )
        packed |= dict(rows.all())
    return dict(zip(packed, unpack_vectors(list(packed.values())), strict=True))
