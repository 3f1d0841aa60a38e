"""Boxes of which people said whether a face is in them: detectors learn from them.

A person who names a face, sets it aside as nobody or draws it says that it is a face; one who calls
it no face, that it is none. Names that follow by themselves say nothing, and neither does a
"nobody" of an earlier version, which meant no face too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from more_itertools import batched
from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import Repository
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.models import (
    Chunk,
    Crop,
    Episode,
    Frame,
    MissedFace,
    Run,
    Track,
    Tracklet,
)
from eyecatch.db.records.review import CheckedCounts, CheckedFace
from eyecatch.db.review.decisions import NOBODY, FaceLabel, followed_by, labels_at
from eyecatch.db.review.face_matching import Place


class CheckedFaces(Repository):
    """Boxes of which people said whether a face is in them."""

    def of(self, episode_ids: Sequence[int]) -> list[CheckedFace]:
        """Those of some episodes, by episode, frame and left edge.

        Of a track they are the boxes that its crops were cut from, which is what a person saw; of
        what no track follows now, the box of which it was said; and what people drew, as drawn.
        """
        with self._session.reading() as connection:
            return [
                face
                for episode_id in sorted(set(episode_ids))
                for face in sorted(
                    _checked(connection, episode_id), key=lambda one: (one.frame, one.box)
                )
            ]

    def counts(self, episode_id: int) -> CheckedCounts:
        """How the scan of an episode stands against what people said of its faces."""
        with self._session.reading() as connection:
            labels = _said(connection, episode_id)
            followed = followed_by(connection, episode_id, labels)
            own = _own_tracks(connection, episode_id)
            found = {place for place, track in followed.items() if track not in own}
            faces = {place for place, label in labels.items() if not label.no_face}
            wrong = labels.keys() - faces
            return CheckedCounts(
                found=len(faces & found),
                missed=len(faces - found),
                wrong=len(wrong & found),
                avoided=len(wrong - found),
            )

    def detector(self, episode_id: int) -> str:
        """The detector that found an episode's faces: its name, and of which digest its file is."""
        with self._session.reading() as connection:
            config = connection.scalar(
                select(Run.config)
                .join(Chunk, Chunk.run_id == Run.id)
                .join(Episode, Episode.id == Chunk.episode_id)
                .where(Episode.id == episode_id, Chunk.scan_digest == Episode.scan_digest)
                .order_by(Run.id.desc())
                .limit(1)
            )
            detector = (config or {}).get("scan", {}).get("detector", {})
            return f"{detector.get('name', 'unknown')} {detector.get('digest', '')[:12]}".strip()


def _said(connection: Connection, episode_id: int) -> dict[Place, FaceLabel]:
    """Labels that say whether there is a face, by their places; what was drawn is one."""
    said = labels_at(connection, episode_id)
    clear = {place: label for place, label in said.items() if label.no_face is not None}
    return dict.fromkeys(_drawn(connection, episode_id), NOBODY) | clear


def _drawn(connection: Connection, episode_id: int) -> set[Place]:
    rows = connection.execute(
        select(MissedFace.frame, MissedFace.x, MissedFace.y, MissedFace.w, MissedFace.h).where(
            MissedFace.episode_id == episode_id, MissedFace.removed.is_(False)
        )
    )
    return {(frame, x, y, w, h) for frame, x, y, w, h in rows}


def _own_tracks(connection: Connection, episode_id: int) -> set[int]:
    """Ids of the tracks that were made for what people drew."""
    query = select(Track.id).join(Tracklet, Tracklet.track_id == Track.id)
    of_drawn = (Track.episode_id == episode_id, Tracklet.missed_face_id.is_not(None))
    return set(connection.scalars(query.where(*of_drawn)))


def _checked(connection: Connection, episode_id: int) -> Iterator[CheckedFace]:
    labels = _said(connection, episode_id)
    if not labels:
        return
    drawn = _drawn(connection, episode_id)
    followed = followed_by(connection, episode_id, labels)
    said = {track: not labels[place].no_face for place, track in followed.items()}
    by_hand = {(track, place[0]) for place, track in followed.items() if place in drawn}
    boxes: dict[Place, bool] = {
        place: not label.no_face
        for place, label in labels.items()
        if place not in followed or place in drawn
    }
    for track, place in _seen(connection, list(said)):
        if (track, place[0]) not in by_hand:
            boxes[place] = said[track]
    times = FrameTimes.of(connection, episode_id)
    for place, is_face in boxes.items():
        frame, *box = place
        pts = times.starts(frame)
        x, y, w, h = box
        yield CheckedFace(episode_id, frame, pts, (x, y, w, h), is_face, place in drawn)


def _seen(connection: Connection, tracks: Sequence[int]) -> Iterator[tuple[int, Place]]:
    """(track, place) of each crop of tracks: that is what a person saw of them."""
    for batch in batched(tracks, BATCH):
        rows = connection.execute(
            select(Tracklet.track_id, Crop.frame, Frame.x, Frame.y, Frame.w, Frame.h)
            .join(Crop, Crop.tracklet_id == Tracklet.id)
            .join(Frame, (Frame.tracklet_id == Tracklet.id) & (Frame.frame == Crop.frame))
            .where(Tracklet.track_id.in_(batch))
            .order_by(Tracklet.track_id, Crop.frame)
        )
        for track, frame, x, y, w, h in rows:
            if track is not None:
                yield track, (frame, x, y, w, h)
