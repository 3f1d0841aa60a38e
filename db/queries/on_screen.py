"""Who is on screen in an episode, and where one character is: by number, and as ``find`` counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Connection

from eyecatch.core.arguments import Names
from eyecatch.core.counting import Counting
from eyecatch.core.segments.kinds import kinds_left_out
from eyecatch.db.connection.session import Repository
from eyecatch.db.episodes import list_episodes
from eyecatch.db.models import Appearance, Character, Crop, Face, Frame, Track, Tracklet
from eyecatch.db.queries.find import Where, findings, ranges_of
from eyecatch.db.records.answers import Findings, Found
from eyecatch.db.records.review import FaceMoment, TrackSpot
from eyecatch.db.records.scan import EpisodeRecord


class OnScreen(Repository):
    """Who is on screen where, for pages that know characters and episodes by their numbers.

    Seconds and ranges are those of ``Queries.find``. In all methods ``with_kinds`` are the kinds of
    segments that count beside story, or ``all``, and ``min_confidence`` is the least confidence of
    an appearance; RequestError where there is no such kind.
    """

    def in_episode(
        self,
        episode: EpisodeRecord,
        with_kinds: Names = (),
        min_confidence: float = 0.0,
    ) -> dict[int, Found]:
        """Who has appearances in an episode, by the character's number."""
        counting = Counting(kinds_left_out(with_kinds), min_confidence=min_confidence)
        here = Appearance.episode_id == episode.id
        query = select(Appearance.start).where(here & _sure(counting))
        with self._session.reading() as connection:
            key = Appearance.character_id
            ranges = ranges_of(connection, query.order_by(key, Appearance.start), counting, key)
            names = _names(connection, {*ranges.counted, *ranges.left_out})
        found: dict[int, Found] = {}
        for number, name in names.items():
            where = Where(
                {episode.id: ranges.counted.get(number, [])},
                {episode.id: ranges.left_out[number]} if number in ranges.left_out else {},
            )
            for one in findings([episode], [((name,), where)], counting):
                found[number] = one
        return found

    def of_character(
        self,
        character_id: int,
        with_kinds: Names = (),
        min_confidence: float = 0.0,
    ) -> Findings:
        """Which episodes feature a character; none where there is no such one."""
        counting = Counting(kinds_left_out(with_kinds), min_confidence=min_confidence)
        ours = Appearance.character_id == character_id
        query = select(Appearance.start).where(ours & _sure(counting))
        query = query.order_by(Appearance.episode_id, Appearance.start)
        with self._session.reading() as connection:
            where = ranges_of(connection, query, counting)
            episodes = list_episodes(connection, {*where.counted, *where.left_out})
            name = _names(connection, {character_id}).get(character_id, "")
        return findings(episodes, [((name,), where)], counting)

    def tracks(self, episode_ids: Collection[int], character_id: int) -> dict[int, list[TrackSpot]]:
        """The tracks of a character that are sure, by episode and in order."""
        spots: dict[int, list[TrackSpot]] = defaultdict(list)
        with self._session.reading() as connection:
            for episode_id, *spot in connection.execute(
                select(Track.episode_id, Track.number, Track.start_pts, Track.stop_pts)
                .where(
                    Track.character_id == character_id,
                    Track.unsure.is_(False),
                    Track.episode_id.in_(episode_ids),
                )
                .order_by(Track.episode_id, Track.start_pts, Track.number)
            ):
                spots[episode_id].append(TrackSpot(*spot))
        return spots

    def jpeg(self, episode_id: int, track: int) -> bytes | None:
        """The best crop of a track, by its number in its episode; None where there is none."""
        with self._session.reading() as connection:
            return connection.scalar(
                select(Crop.jpeg)
                .join(Tracklet, Tracklet.id == Crop.tracklet_id)
                .join(Track, Track.id == Tracklet.track_id)
                .where(Track.episode_id == episode_id, Track.number == track)
                .order_by(Crop.quality.desc(), Crop.id)
                .limit(1)
            )

    def moment(self, face_id: int) -> FaceMoment | None:
        """Where the picture of a face is from; None where there is no such face."""
        with self._session.reading() as connection:
            row = connection.execute(
                select(Face.episode_id, Frame.pts)
                .join(Tracklet, Tracklet.track_id == Face.track_id)
                .join(Crop, Crop.tracklet_id == Tracklet.id)
                .join(Frame, (Frame.tracklet_id == Tracklet.id) & (Frame.frame == Crop.frame))
                .where(Face.id == face_id)
                .order_by(Crop.quality.desc(), Crop.id)
                .limit(1)
            ).first()
            return None if row is None else FaceMoment(*row)


def _sure(counting: Counting) -> ColumnElement[bool]:
    return Appearance.unsure.is_(False) & (Appearance.confidence >= counting.min_confidence)


def _names(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    rows = select(Character.id, Character.name).where(Character.id.in_(ids))
    return dict(connection.execute(rows).all())
