"""The part of an open index that keeps faces, their clusters, and what people say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from eyecatch.db import appearances as tally
from eyecatch.db.connection.session import Writer
from eyecatch.db.records.review import ActionRow, ClusterRow, FaceRow, Share
from eyecatch.db.records.scan import TrackVotes, Verdict
from eyecatch.db.review import actions, clusters, faces
from eyecatch.db.review import propagation as following
from eyecatch.db.review.faces import Looks
from eyecatch.db.scans import predictions as identified

Vectors = npt.NDArray[np.float32]

_ACTING: Final = 0x66616365  # any number that other users of the server don't take: "face"


class People(Writer):
    """Faces, clusters and actions of an open index."""

    @contextmanager
    def _act(self) -> Iterator[Connection]:
        """A transaction in which nobody else acts: what it reads stays so until it is done.

        SQLite has one writer anyway.
        """
        with self._write() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_ACTING)))
            yield connection

    # Faces

    def episodes_lacking_faces(self, bundle_id: int) -> list[int]:
        """Ids of the episodes with a track whose face a bundle has not looked at."""
        with self._read() as connection:
            return faces.lacking(connection, bundle_id)

    def track_votes(self, episode_id: int, bundle_id: int) -> list[TrackVotes]:
        """All tracks of an episode, with what a bundle said of their crops."""
        with self._read() as connection:
            return identified.track_votes(connection, episode_id, bundle_id)

    def save_faces(self, episode_id: int, vectors: Mapping[int, Vectors], bundle_id: int) -> None:
        """Keep how the tracks of an episode, by their ids, look to a bundle."""
        with self._act() as connection:
            faces.save_faces(connection, episode_id, vectors, bundle_id)

    def looks(self, series_id: int | None, bundle_id: int) -> Looks:
        """The faces of a series, or of no series, as a bundle sees them."""
        with self._read() as connection:
            return faces.load_looks(connection, series_id, bundle_id)

    def series_with_faces(self) -> list[int | None]:
        """Ids of the series that have faces; None stands for no series."""
        with self._read() as connection:
            return following.series_with_faces(connection)

    def face_jpeg(self, face_id: int) -> bytes | None:
        """The best crop of a face; None without such a face."""
        with self._read() as connection:
            return clusters.face_jpeg(connection, face_id)

    def faces_of(self, character: str, count: int | None = None) -> list[FaceRow]:
        """The faces of a character by its own name, the least sure first."""
        with self._read() as connection:
            return clusters.faces_of(connection, character, count)

    def unsure_faces(self, count: int | None = None) -> list[FaceRow]:
        """The faces whose name is unsure, those first of which a word tells most."""
        with self._read() as connection:
            return clusters.unsure_faces(connection, count)

    # Clusters

    def clusters(self, first: int = 0, count: int | None = None) -> list[ClusterRow]:
        """Clusters in which faces wait for a name, the longest on screen first."""
        with self._read() as connection:
            return clusters.list_clusters(connection, first, count)

    def cluster(self, cluster_id: int) -> ClusterRow:
        """One cluster; RequestError if there is none of that number."""
        with self._read() as connection:
            return clusters.cluster(connection, cluster_id)

    def waiting_faces(self, cluster_id: int, count: int | None = None) -> list[FaceRow]:
        """The faces of a cluster that wait for a name, the longest on screen first."""
        with self._read() as connection:
            return clusters.waiting_faces(connection, cluster_id, count)

    def centres(self, cluster_ids: Sequence[int]) -> dict[int, Vectors]:
        """The mean looks (d,) of clusters."""
        with self._read() as connection:
            return clusters.centres(connection, cluster_ids)

    def touched_clusters(self, series_id: int | None) -> set[int]:
        """Clusters of a series that a person merged or split."""
        with self._read() as connection:
            return clusters.touched_clusters(connection, series_id)

    def apart(self) -> list[tuple[int, int]]:
        """Clusters that a person separated."""
        with self._read() as connection:
            return clusters.apart_pairs(connection)

    def regroup(self, series_id: int | None, owners: Mapping[int, int], fresh: int) -> None:
        """Put faces into clusters.

        Args:
            series_id: of the faces.
            owners: the cluster of each face, by its id; below 0 one of ``fresh`` new ones, -1 the
                first of them.
            fresh: how many new clusters there are.
        """
        with self._act() as connection:
            new = clusters.new_clusters(connection, series_id, fresh)
            homes = {face: new[-1 - o] if o < 0 else o for face, o in owners.items()}
            clusters.move_faces(connection, homes)
            clusters.centre(connection, set(homes.values()))
            clusters.count_clusters(connection, [series_id])

    # What people say

    def anybody_named(self) -> bool:
        """Whether a person ever named a face."""
        with self._read() as connection:
            return following.anybody_named(connection)

    def denials(self) -> list[tuple[int, int]]:
        """(face, character) that a person said it is not."""
        with self._read() as connection:
            return following.denials(connection)

    def character_names(self) -> dict[int, str]:
        """All characters' names by id."""
        with self._read() as connection:
            return following.character_names(connection)

    def save_following(
        self,
        series_id: int | None,
        verdicts: Mapping[int, tuple[Verdict, int | None]],
        denied: Mapping[int, set[int]],
        bundle_id: int,
    ) -> list[int]:
        """Decide tracks by the faces that people named; see ``following.save_following``."""
        with self._act() as connection:
            return following.save_following(connection, series_id, verdicts, denied, bundle_id)

    def named_share(self) -> Share:
        """How much of the screen time of all faces has a name."""
        with self._read() as connection:
            return tally.share(connection)

    def name_cluster(
        self,
        cluster_id: int,
        name: str | None,
        chosen: Collection[int] = (),
        stamp: str | None = None,
    ) -> ActionRow:
        """Call what waits in a cluster a character; see ``actions.name_cluster``."""
        with self._act() as connection:
            return actions.name_cluster(connection, cluster_id, name, chosen, stamp)

    def name_faces(self, chosen: Sequence[int], name: str | None) -> ActionRow:
        """Call faces a character, or nobody (None); see ``actions.name_faces``."""
        with self._act() as connection:
            return actions.name_faces(connection, chosen, name)

    def unname(self, who: str | int) -> ActionRow:
        """Take back what persons said of a cluster or a name; see ``actions.unname``."""
        with self._act() as connection:
            return actions.unname(connection, who)

    def deny(self, chosen: Sequence[int]) -> ActionRow:
        """Say that faces are not who they are called; see ``actions.deny``."""
        with self._act() as connection:
            return actions.deny(connection, chosen)

    def merge(self, into: int, others: Collection[int]) -> ActionRow:
        """Put all faces of other clusters into one; see ``actions.merge``."""
        with self._act() as connection:
            return actions.merge(connection, into, others)

    def split(
        self, cluster_id: int, chosen: Sequence[int], stamp: str | None = None
    ) -> tuple[ActionRow, int]:
        """Put faces of a cluster into a new one and tell its number; see ``actions.split``."""
        with self._act() as connection:
            return actions.split(connection, cluster_id, chosen, stamp)

    def last_action(self) -> ActionRow | None:
        """The last action that can be undone; None if there is none."""
        with self._read() as connection:
            return actions.last_action(connection)

    def undo(self, action_id: int | None = None) -> ActionRow:
        """Take the last action back; see ``actions.undo``."""
        with self._act() as connection:
            return actions.undo(connection, action_id)
