"""Episodes whose file holds another content now: the newer one takes their place.

The older one is listed no more, but what people said of its faces is kept. Once the newer one is
scanned, it follows to where the frames are the same: to the face at that place of that frame, if
both look alike. So a recording that grew, a download that was completed and a better copy keep
their names, and another episode under the same name gets none of them. A face that a person drew
and no scan finds follows where the others show that it is the same episode. What people said of
segments follows by pictures (``db.review.segment_following``).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Row, delete, exists, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.crops import alike
from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import (
    Crop,
    Decision,
    Episode,
    EpisodeFile,
    Face,
    MissedFace,
    Segment,
    Shot,
    Track,
    Tracklet,
    Unlike,
)
from eyecatch.db.models.base import MODEL, PENDING, PERSON
from eyecatch.db.review.clusters import count_clusters, update_centres
from eyecatch.db.review.decisions import apply_decisions
from eyecatch.db.review.face_matching import Place, tracklets_at
from eyecatch.db.review.faces import match_to_tracks
from eyecatch.db.review.missed_faces import place_missed
from eyecatch.db.review.removal import delete_episodes
from eyecatch.db.review.segment_following import move_segments

_Spot = Row[int, int, int, int, int, int]
"""Id of a face or a decision, and its place."""


class Replacements(Repository):
    """Episodes that newer content of the same file replaced."""

    def pairs(self, path: str | None = None) -> list[tuple[int, int]]:
        """(older, newer) episodes that were last seen in one file, which holds the newer.

        Args:
            path: of that file; None for all files.
        """
        with self._session.reading() as connection:
            query = (
                select(Episode.id, EpisodeFile.episode_id)
                .join(EpisodeFile, EpisodeFile.path == Episode.path)
                .where(EpisodeFile.episode_id != Episode.id, Episode.replaced_by.is_(None))
                .order_by(Episode.id)
            )
            if path is not None:
                query = query.where(Episode.path == path)
            return [(older, newer) for older, newer in connection.execute(query)]

    def moved(self, episode_id: int, path: str) -> None:
        """Store that an episode is in another of its files."""
        with self._session.writing() as connection:
            connection.execute(update(Episode).where(Episode.id == episode_id).values(path=path))

    def replace(self, older: int, newer: int) -> None:
        """Take an episode off the lists; a newer one has its file.

        Its chunks stay until names have followed, and so does what people said of its faces.
        """
        with self._session.writing(FACES) as connection:
            connection.execute(delete(Track).where(Track.episode_id == older))
            connection.execute(delete(Shot).where(Shot.episode_id == older))
            found = (Segment.episode_id == older) & (Segment.decided_by == MODEL)
            connection.execute(delete(Segment).where(found))
            refresh_appearances(connection, older)
            was_replaced = Episode.replaced_by == older
            connection.execute(update(Episode).where(was_replaced).values(replaced_by=newer))
            mine = Episode.id == older
            values = {"replaced_by": newer, "state": PENDING, "bundle_id": None}
            connection.execute(update(Episode).where(mine).values(values))
            series = connection.scalar(select(Episode.series_id).where(mine))
            of_no_series = (Episode.id == newer) & Episode.series_id.is_(None)
            connection.execute(update(Episode).where(of_no_series).values(series_id=series))
            count_clusters(connection, [series])

    def follow(self, newer: int) -> None:
        """Let what people said of the episodes that one replaced follow to it.

        What is left of an older one of which nobody has said any more goes.

        Args:
            newer: an episode that is scanned, and has its tracks.
        """
        with self._session.writing(FACES) as connection:
            olders = connection.scalars(
                select(Episode.id).where(Episode.replaced_by == newer).order_by(Episode.id.desc())
            ).all()
            for older in olders:
                moved = _move(connection, older, newer)
                move_segments(connection, older, newer)
                place_missed(connection, newer)
                match_to_tracks(connection, newer)
                apply_decisions(connection, newer)
                refresh_appearances(connection, newer)
                update_centres(connection, moved)
                _drop_unspoken(connection, older)
            if olders:
                series = select(Episode.series_id).where(Episode.id == newer)
                count_clusters(connection, [connection.scalar(series)])


def _move(connection: Connection, older: int, newer: int) -> set[int]:
    """Move what people said to where an episode shows the same; returns the faces' clusters."""
    scale = _scale(connection, older, newer)
    faces = _spots(connection, Face, older)
    decisions = _spots(connection, Decision, older)
    missed = _spots(connection, MissedFace, older)
    places = dict.fromkeys((_place(row) for row in (*faces, *decisions)), False)
    places |= dict.fromkeys((_place(row) for row in missed), True)
    same = _same(connection, older, newer, places, scale)
    clusters = set()
    for model, rows in ((Face, faces), (Decision, decisions), (MissedFace, missed)):
        taken = {_place(row) for row in _spots(connection, model, newer)}
        for row in rows:
            place = _scaled(_place(row), scale)
            if _place(row) not in same or place in taken:
                continue
            taken.add(place)
            columns = dict(zip(("frame", "x", "y", "w", "h"), place, strict=True))
            values = columns | {"episode_id": newer} | ({"track_id": None} if model is Face else {})
            connection.execute(update(model).where(model.id == row.id).values(values))
            if model is MissedFace:  # it gets a track in the newer one
                connection.execute(delete(Tracklet).where(Tracklet.missed_face_id == row.id))
    ids = [row.id for row in faces]
    for number in connection.scalars(select(Face.cluster_id).where(Face.id.in_(ids)).distinct()):
        if number is not None:
            clusters.add(number)
    return clusters


def _spots(
    connection: Connection, model: type[Face] | type[Decision] | type[MissedFace], episode_id: int
) -> list[_Spot]:
    rows = connection.execute(
        select(model.id, model.frame, model.x, model.y, model.w, model.h)
        .where(model.episode_id == episode_id)
        .order_by(model.id)
    )
    return list(rows.all())


def _place(row: _Spot) -> Place:
    return row.frame, row.x, row.y, row.w, row.h


def _scale(connection: Connection, older: int, newer: int) -> tuple[float, float]:
    """Pixels of the newer episode in one of the older's, across and down."""
    sizes = {
        id_: (width, height)
        for id_, width, height in connection.execute(
            select(Episode.id, Episode.width, Episode.height).where(Episode.id.in_([older, newer]))
        )
    }
    (old_width, old_height), (width, height) = sizes[older], sizes[newer]
    return width / old_width, height / old_height


def _scaled(place: Place, scale: tuple[float, float]) -> Place:
    frame, x, y, w, h = place
    across, down = scale
    return frame, round(x * across), round(y * down), round(w * across), round(h * down)


def _same(
    connection: Connection,
    older: int,
    newer: int,
    places: Mapping[Place, bool],
    scale: tuple[float, float],
) -> set[Place]:
    """Of places in an episode, those at which a newer one shows the same face.

    None where that is so at less than half of those that it has: then it is another film, in which
    a face may be at such a place by chance. Of places at which a face was drawn, which are marked
    by True, and no scan found one in the newer episode, the others tell.
    """
    before = tracklets_at(connection, older, {place: place for place in places})
    after = tracklets_at(connection, newer, {place: _scaled(place, scale) for place in before})
    seen: dict[tuple[int, int], bool] = {}
    for pair in {(before[place], after[place]) for place in after}:
        old, new = (_crops(connection, tracklet) for tracklet in pair)
        seen[pair] = _alike(old, new)
    same = {place for place in after if seen[before[place], after[place]]}
    length = connection.scalar(select(Episode.frames).where(Episode.id == newer)) or 0
    unseen = {
        place
        for place, drawn in places.items()
        if drawn and place[0] < length and place not in after
    }
    shared = [place for place in before if place[0] < length and place not in unseen]
    if not same or 2 * len(same) < len(shared):
        return set()
    return same | unseen


def _crops(connection: Connection, tracklet: int) -> dict[int, bytes]:
    """The crops of a tracklet by their frames."""
    rows = connection.execute(select(Crop.frame, Crop.jpeg).where(Crop.tracklet_id == tracklet))
    return dict(rows.all())


def _alike(old: Mapping[int, bytes], new: Mapping[int, bytes]) -> bool:
    """Whether two tracklets show one face: in the same frames, if crops of both are of some."""
    shared = old.keys() & new.keys()
    if shared:
        return any(alike(old[frame], new[frame]) for frame in shared)
    return any(alike(a, b) for a in old.values() for b in new.values())


def _drop_unspoken(connection: Connection, older: int) -> None:
    """Drop an episode of which people have said nothing that did not follow."""
    said = exists().where(Decision.episode_id == Episode.id)
    drawn = exists().where(MissedFace.episode_id == Episode.id, MissedFace.removed.is_(False))
    parted = exists().where(Segment.episode_id == Episode.id, Segment.decided_by == PERSON)
    denied = exists().where(Unlike.face_id == Face.id, Face.episode_id == Episode.id)
    nothing = ~said, ~denied, ~drawn, ~parted
    delete_episodes(
        connection,
        connection.scalars(select(Episode.id).where(Episode.id == older, *nothing)).all(),
    )
