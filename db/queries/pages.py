"""What a page of the review shows, and no more of the index than that."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from more_itertools import batched
from sqlalchemy import func, literal, or_, select, tuple_

from eyecatch.core.arguments import Names
from eyecatch.core.counting import Counting
from eyecatch.core.segments.kinds import kinds_left_out
from eyecatch.db.characters import aliases_of, living
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import Repository
from eyecatch.db.episode_rows import LAST, episode_record, in_order, select_episodes
from eyecatch.db.models import (
    Character,
    Episode,
    Face,
    Frame,
    Series,
    Track,
    Tracklet,
)
from eyecatch.db.models.base import PENDING
from eyecatch.db.models.texts import PathText
from eyecatch.db.queries.roles import role_sums
from eyecatch.db.records.review import Bar, Counts, ScreenTime, ScreenTimes
from eyecatch.db.records.scan import EpisodeRecord


class PageQueries(Repository):
    """What pages show: a part of the index, quickly, however much there is."""

    def counts(self) -> Counts:
        """How much there is."""
        with self._session.reading() as connection:
            seen = (
                select(Face.id)
                .join(Tracklet, Tracklet.track_id == Face.track_id, isouter=True)
                .where(Face.episode_id == Episode.id, Tracklet.missed_face_id.is_(None))
                .exists()
            )
            here = Episode.replaced_by.is_(None)
            faces = select(Track.id).where(Track.episode_id == Episode.id).exists()
            queries = (
                select(func.count()).select_from(Episode).where(here),
                select(func.count()).select_from(Episode).where(Episode.state == PENDING, here),
                select(func.count())
                .select_from(Episode)
                .where(Episode.state != PENDING, faces, ~seen),
            )
            return Counts(*(connection.scalar(query) or 0 for query in queries))

    def episodes(
        self, first: int, count: int, words: str = "", series: int | None = None
    ) -> list[EpisodeRecord]:
        """Some episodes, as they were shown.

        Args:
            first: how many are left out.
            count: how many there are at most.
            words: in their path, if there are any.
            series: only those of one series; 0 for those of none.
        """
        with self._session.reading() as connection:
            query = select_episodes().where(Episode.replaced_by.is_(None))
            query = query.order_by(*in_order())
            if series is not None:
                query = query.where(Episode.series_id.is_not_distinct_from(series or None))
            if words:
                query = query.where(
                    func.lower(Episode.path).contains(words.lower(), autoescape=True)
                )
            return [
                episode_record(row) for row in connection.execute(query.offset(first).limit(count))
            ]

    def series(self) -> list[tuple[int, str]]:
        """The series that have episodes, by name; 0 stands for those of none, the last."""
        with self._session.reading() as connection:
            here = select(Episode.series_id).where(Episode.replaced_by.is_(None)).distinct()
            used = set(connection.scalars(here))
            rows = select(Series.id, Series.name).where(Series.id.in_(used)).order_by(Series.name)
            named = [(number, name) for number, name in connection.execute(rows)]
            return [*named, (0, "no series")] if None in used else named

    def series_of(self, episode_ids: Collection[int]) -> dict[int, int | None]:
        """The series of some episodes, by their ids."""
        with self._session.reading() as connection:
            found: dict[int, int | None] = {}
            for some in batched(sorted(episode_ids), BATCH):
                rows = select(Episode.id, Episode.series_id).where(Episode.id.in_(some))
                found |= dict(connection.execute(rows).all())
            return found

    def neighbours(
        self, episode: EpisodeRecord
    ) -> tuple[EpisodeRecord | None, EpisodeRecord | None]:
        """The episodes before and after one, in the order of ``episodes``; None at an end."""
        special, season, number = episode.named.place
        path = literal(str(episode.video.path), PathText())  # its bytes may be no UTF-8
        place = (episode.series or "", int(special), season, min(number, LAST), path)
        order = in_order()
        here = select_episodes().where(Episode.replaced_by.is_(None)).limit(1)
        with self._session.reading() as connection:
            sooner = here.where(tuple_(*order) < tuple_(*place))
            backward = sooner.order_by(*(one.desc() for one in order))
            forward = here.where(tuple_(*order) > tuple_(*place)).order_by(*order)
            found = [connection.execute(one).first() for one in (backward, forward)]
        before, after = (None if row is None else episode_record(row) for row in found)
        return before, after

    def parts(
        self,
        episode_ids: Sequence[int],
        with_kinds: Names = (),
        min_confidence: float = 0.0,
    ) -> ScreenTimes:
        """Who is in some episodes, for how long.

        Args:
            episode_ids: of which.
            with_kinds: kinds of segments that count beside story, or ``all``.
            min_confidence: least confidence of an appearance.

        Raises:
            RequestError: there is no such kind.
        """
        counting = Counting(kinds_left_out(with_kinds), min_confidence=min_confidence)
        with self._session.reading() as connection:
            sums = role_sums(connection, counting, episode_ids)
            ids = {part.character_id for part in sums}
            rows = select(Character.id, Character.name).where(Character.id.in_(ids))
            names = dict(connection.execute(rows).all())
            return ScreenTimes(
                (
                    ScreenTime(
                        part.character_id,
                        names[part.character_id],
                        part.episode_id,
                        part.seconds,
                    )
                    for part in sums
                    if counting.enough(part.units, part.base)
                ),
                sum(part.glimpses for part in sums),
            )

    def names(self, words: str = "", most: int = 500) -> list[tuple[int, str]]:
        """Characters that are somebody, by name; with ``words`` in it or an alias, if any."""
        with self._session.reading() as connection:
            query = select(Character.id, Character.name).order_by(func.lower(Character.name))
            here = living(connection)
            if words:
                named = func.lower(Character.name).contains(words.lower(), autoescape=True)
                others = aliases_of(connection, here).items()
                called = [key for key, some in others if words.lower() in " ".join(some).lower()]
                query = query.where(or_(named, Character.id.in_(called)))
            rows = [(number, name) for number, name in connection.execute(query) if number in here]
            return rows[:most]

    def bars(self, episode_id: int) -> list[Bar]:
        """The tracks of an episode, in order."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(
                    Track.number,
                    Track.start_pts,
                    Track.stop_pts,
                    Track.character_id,
                    Character.name,
                    Track.confidence,
                    Track.unsure,
                    Track.decided_by,
                    Face.cluster_id,
                )
                .select_from(Track)
                .outerjoin(Character, Character.id == Track.character_id)
                .outerjoin(Face, Face.track_id == Track.id)
                .where(Track.episode_id == episode_id, Track.no_face.is_(False))
                .order_by(Track.number)
            )
            return [Bar(*row) for row in rows]

    def boxes(
        self, episode_id: int, start_pts: int, stop_pts: int
    ) -> list[tuple[int, int, int, int, int, int]]:
        """(track, pts, x, y, w, h) of faces on screen from a pts to another, by track and pts."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(Track.number, Frame.pts, Frame.x, Frame.y, Frame.w, Frame.h)
                .select_from(Track)
                .join(Tracklet, Tracklet.track_id == Track.id)
                .join(Frame, Frame.tracklet_id == Tracklet.id)
                .where(
                    Track.episode_id == episode_id,
                    Track.no_face.is_(False),
                    Track.start_pts < stop_pts,
                    Track.stop_pts > start_pts,
                    Frame.pts >= start_pts,
                    Frame.pts < stop_pts,
                )
                .order_by(Track.number, Frame.pts)
            )
            return [(track, pts, x, y, w, h) for track, pts, x, y, w, h in rows]
