"""Episodes and the files in which they were seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from more_itertools import batched
from sqlalchemy import Row, Select, bindparam, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.distinct import called
from eyecatch.core.episode_name import place_of
from eyecatch.core.file_names import shown
from eyecatch.core.paging import WHOLE, Page
from eyecatch.core.video.types import Plan, Video
from eyecatch.db.connection.bulk import read_columns
from eyecatch.db.connection.session import ROWS, Repository
from eyecatch.db.episode_files import stamped
from eyecatch.db.episode_rows import episode_record, probed_columns, select_episodes
from eyecatch.db.models import Chunk, Episode, EpisodeFile, Series
from eyecatch.db.models.base import PENDING
from eyecatch.db.records.scan import EpisodeRecord, FileStamp

if TYPE_CHECKING:  # a question to the index needn't wait for PyAV
    from eyecatch.core.video.clock import Clock


class Episodes(Repository):
    """Episodes and the files in which they were seen."""

    def digest_of(self, file: FileStamp) -> str | None:
        """The content's hash of a file that has been seen and has not changed, else None."""
        with self._session.reading() as connection:
            return connection.scalar(
                select(Episode.digest)
                .join(EpisodeFile, EpisodeFile.episode_id == Episode.id)
                .where(
                    EpisodeFile.path == file.path,
                    EpisodeFile.size == file.size,
                    EpisodeFile.mtime_ns == file.mtime_ns,
                )
            )

    def by_digest(self, digest: str) -> EpisodeRecord | None:
        """The episode of that content, or None."""
        with self._session.reading() as connection:
            row = connection.execute(
                select_episodes().where(Episode.digest == digest)
            ).one_or_none()
            return None if row is None else episode_record(row)

    def get(self, episode_id: int) -> EpisodeRecord:
        """The episode of that id; there must be one."""
        with self._session.reading() as connection:
            return _by_id(connection, episode_id)

    def listed(self, ids: Collection[int] | None = None) -> list[EpisodeRecord]:
        """Some episodes, or all, as lists have them: told apart where they are called alike."""
        with self._session.reading() as connection:
            return list_episodes(connection, ids)

    def get_or_none(self, episode_id: int) -> EpisodeRecord | None:
        """The episode of that id, or None."""
        with self._session.reading() as connection:
            row = connection.execute(_query_by_id(), {"episode": episode_id}).first()
            return None if row is None else episode_record(row)

    def files(self, episode_id: int) -> list[FileStamp]:
        """The files in which an episode was seen, the last one first."""
        with self._session.reading() as connection:
            rows = connection.execute(
                select(EpisodeFile.path, EpisodeFile.size, EpisodeFile.mtime_ns)
                .where(EpisodeFile.episode_id == episode_id)
                .order_by(EpisodeFile.id.desc())
            )
            return [FileStamp(*row) for row in rows]

    def add(
        self, digest: str, file: FileStamp, video: Video, plan: Plan, series: str | None = None
    ) -> EpisodeRecord:
        """Add an episode with its chunks, all pending.

        One of the same content keeps its plan and its rows, and gains the file.

        Args:
            digest: hash of its content.
            file: in which it was seen.
            video: what was probed.
            plan: its chunks.
            series: name of the show, if it is known.
        """
        with self._session.writing(ROWS) as connection:
            if connection.scalar(select(Episode.id).where(Episode.digest == digest)) is None:
                _insert(connection, digest, video, plan, series)
            return _add_file(connection, digest, file)

    def add_file(self, digest: str, file: FileStamp) -> EpisodeRecord:
        """Remember that a file holds the content of an episode of the index."""
        with self._session.writing(ROWS) as connection:
            return _add_file(connection, digest, file)

    def set_clock(self, episode_id: int, clock: Clock) -> None:
        """Remember the clock of an episode that an earlier version added."""
        values = {
            "origin_num": clock.origin.numerator,
            "origin_den": clock.origin.denominator,
            "timecode": clock.timecode,
        }
        with self._session.writing(ROWS) as connection:
            connection.execute(update(Episode).where(Episode.id == episode_id).values(values))


def _by_id(connection: Connection, episode_id: int) -> EpisodeRecord:
    return episode_record(connection.execute(_query_by_id(), {"episode": episode_id}).one())


@cache
def _query_by_id() -> Select[Any]:
    """The same each time: a job asks for an episode with every chunk of it."""
    return select_episodes().where(Episode.id == bindparam("episode"))


def _insert(
    connection: Connection, digest: str, video: Video, plan: Plan, series: str | None
) -> None:
    from eyecatch.db.serialization import pack_plan  # noqa: PLC0415 - NumPy; who only asks needs none

    values = probed_columns(video) | {
        "digest": digest,
        "path": str(video.path),
        "series_id": None if series is None else series_id(connection, series),
        "frames": plan.frames,
        "start_pts": next((int(chunk.pts[0]) for chunk in plan.chunks if len(chunk.pts)), None),
        "end_pts": round(plan.end / video.time_base),
        "complete": plan.complete,
        "damage": [[it.frame, it.frame, it.start_pts, it.stop_pts] for it in plan.holes] or None,
        "state": PENDING,
    }
    episode_id = connection.scalars(insert(Episode).values(values).returning(Episode.id)).one()
    rows = [
        {
            "episode_id": episode_id,
            "index": chunk.index,
            "start": chunk.start,
            "stop": chunk.stop,
            "stop_pts": chunk.stop_pts,
            "straight": chunk.straight,
            "state": PENDING,
            "attempts": 0,
            "plan": pack_plan(chunk.pts, chunk.keyframes),
        }
        for chunk in plan.chunks
    ]
    if rows:
        connection.execute(insert(Chunk), rows)


def _add_file(connection: Connection, digest: str, file: FileStamp) -> EpisodeRecord:
    episode_id = connection.execute(select(Episode.id).where(Episode.digest == digest)).scalar_one()
    values = stamped(digest, file) | {"episode_id": episode_id}
    columns = [getattr(EpisodeFile, name) for name in values]
    here = EpisodeFile.path == file.path
    known = connection.execute(select(*columns).where(here)).one_or_none()
    if known is None:
        connection.execute(insert(EpisodeFile).values(path=file.path, **values))
    elif tuple(known) != tuple(values.values()):
        connection.execute(update(EpisodeFile).where(here).values(**values))
    if known is None or known.episode_id != episode_id:
        here_again = {"path": file.path, "replaced_by": None}
        connection.execute(update(Episode).where(Episode.id == episode_id).values(here_again))
    return _by_id(connection, episode_id)


def list_episodes(
    connection: Connection, wanted: Collection[int] | None = None, page: Page = WHOLE
) -> list[EpisodeRecord]:
    """All episodes, or those of the ids that are wanted, by series and as they were shown.

    One whose file holds another content now is left out (``db.review.replacement``).
    """
    rows: list[Row[Any]] = []
    paths: list[str] = []
    if wanted is not None or not page.is_whole:
        places = _places(connection)
        paths = [place[-2] for place in places]
        if not page.is_whole:
            ours = set(wanted) if wanted is not None else None
            ids = [place[-1] for place in sorted(places) if ours is None or place[-1] in ours]
            wanted = page.of(ids)
    for some in [None] if wanted is None else batched(sorted(wanted), 1000):
        query = select_episodes().where(Episode.replaced_by.is_(None))
        query = query if some is None else query.where(Episode.id.in_(some))
        rows += connection.execute(query).all()
    names = called(paths or [row.path for row in rows])
    return [
        replace(record, called=names[row.path]) if row.path in names else record
        for row in sorted(rows, key=_place)
        for record in [episode_record(row)]
    ]


_Place = tuple[str, tuple[bool, int, float], str, int]
"""A series, a place in it, a path, and the episode's id: they sort as lists are."""


def _place(row: Row[Any]) -> _Place:
    return row.series or "", place_of(row.season, row.number, row.special), row.path, row.id


def _places(connection: Connection) -> list[_Place]:
    """The places of all episodes, by the few columns that this takes."""
    series = dict(connection.execute(select(Series.id, Series.name)).all())
    query = select(Episode.id).where(Episode.replaced_by.is_(None))
    return [
        (series.get(show, ""), place_of(season, number, special), path, key)
        for columns in read_columns(connection, query, _IN_PLACE)
        for key, path, show, season, number, special in zip(*columns, strict=True)
    ]


_IN_PLACE: Final = (
    Episode.id,
    Episode.path,
    Episode.series_id,
    Episode.season,
    Episode.number,
    Episode.special,
)


def series_id(connection: Connection, name: str) -> int:
    """The id of a series, added where it is new."""
    name = shown(name)  # what was typed may be no UTF-8
    known = connection.scalar(select(Series.id).where(Series.name == name))
    if known is not None:
        return known
    return connection.scalars(insert(Series).values(name=name).returning(Series.id)).one()
