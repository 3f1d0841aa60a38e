"""What is taken out of the index for good, with all that hangs on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from more_itertools import batched
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.locks import is_alive
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import (
    Action,
    Character,
    Decision,
    Episode,
    Face,
    MissedFace,
    Run,
    Segment,
    Track,
)
from eyecatch.db.models.base import PERSON, RUNNING
from eyecatch.db.review.character_changes import without_cover
from eyecatch.db.review.clusters import count_clusters, update_centres


@dataclass(frozen=True, slots=True)
class Loss:
    """What hangs on an episode.

    Attributes:
        faces: tracks.
        said: what people said: of faces that are there or were, and of segments.
    """

    faces: int
    said: int


class Removal(Repository):
    """Takes out of the index what is wanted there no more."""

    def loss(self, episode_id: int) -> Loss:
        """What would go with an episode."""
        with self._session.reading() as connection:
            return _loss(connection, _contents(connection, episode_id))

    def episode(self, episode_id: int) -> Loss:
        """Take an episode out with all that hangs on it, and what its file held before.

        Raises:
            RequestError: a job is at work on the index: it may be about to read the episode.
        """
        with self._session.writing(FACES) as connection:
            self._check_idle(connection)
            contents = _contents(connection, episode_id)
            loss = _loss(connection, contents)
            of_it = Face.episode_id.in_(contents), Face.cluster_id.is_not(None)
            clusters = connection.scalars(select(Face.cluster_id).where(*of_it).distinct()).all()
            series = connection.scalars(select(Episode.series_id).where(Episode.id.in_(contents)))
            left = set(series)
            delete_episodes(connection, contents)
            update_centres(connection, {one for one in clusters if one is not None})
            count_clusters(connection, left)
            return loss

    def _check_idle(self, connection: Connection) -> None:
        for run_id in connection.scalars(select(Run.id).where(Run.state == RUNNING)):
            if is_alive(self._session.url, connection, run_id):
                raise RequestError(
                    f"run {run_id} is at work on this index", "forget it when that is done"
                )


def delete_episodes(connection: Connection, ids: Collection[int]) -> None:
    """Delete episodes and what hangs on them; no action and no character speaks of that any more.

    SQLite gives their rows' numbers to new ones, which nothing old may mean.
    """
    faces, drawn = (
        set(connection.scalars(select(table.id).where(table.episode_id.in_(ids))))
        for table in (Face, MissedFace)
    )
    for action_id, before in connection.execute(select(Action.id, Action.before)).all():
        left = before | {
            name: [one for one in before[name] if (one[0] if pairs else one) not in gone]
            for names, pairs, gone in (
                (("said", "moved", "denied", "undenied"), True, faces),
                (("unsaid", "no_face", "either"), False, faces),
                (("drawn", "removed"), False, drawn),
                (("segments_before", "segments_after"), True, set(ids)),
            )
            for name in names
            if name in before  # an earlier version didn't have them all
        }
        if "characters" in before:
            left["characters"] = [without_cover(one, faces) for one in before["characters"]]
        if left != before:
            connection.execute(update(Action).where(Action.id == action_id).values(before=left))
    for some in batched(sorted(faces), BATCH):
        is_cover = update(Character).where(Character.cover_id.in_(some))
        connection.execute(is_cover.values(cover_id=None))
    connection.execute(delete(Episode).where(Episode.id.in_(ids)))


def _contents(connection: Connection, episode_id: int) -> list[int]:
    """An episode, and what of earlier contents of its file is kept; see ``db.review.replacement``.

    Raises:
        RequestError: there is no such episode.
    """
    wanted = or_(Episode.id == episode_id, Episode.replaced_by == episode_id)
    found = list(connection.scalars(select(Episode.id).where(wanted)))
    if episode_id not in found:
        raise RequestError(f"there is no episode {episode_id} any more", "see: eyecatch episodes")
    return found


def _loss(connection: Connection, contents: list[int]) -> Loss:
    tracks = Track.episode_id.in_(contents), Track.no_face.is_(False)
    said = (
        select(func.count()).where(Decision.episode_id.in_(contents)),
        select(func.count()).where(MissedFace.episode_id.in_(contents), ~MissedFace.removed),
        select(func.count()).where(Segment.episode_id.in_(contents), Segment.decided_by == PERSON),
    )
    return Loss(
        connection.scalar(select(func.count()).where(*tracks)) or 0,
        sum(connection.scalar(query) or 0 for query in said),
    )
