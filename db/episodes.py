"""Episodes and the files in which they were seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.video.episode import Plan, Video
from eyecatch.db.locks import one_at_a_time
from eyecatch.db.records import EpisodeRecord, FileStamp
from eyecatch.db.schema import Chunk, Episode, EpisodeFile, Series
from eyecatch.db.states import PENDING


def digest_of(connection: Connection, file: FileStamp) -> str | None:
    """The content's hash of a file that has been seen and has not changed, else None."""
    return connection.scalar(
        select(Episode.digest)
        .join(EpisodeFile, EpisodeFile.episode_id == Episode.id)
        .where(
            EpisodeFile.path == file.path,
            EpisodeFile.size == file.size,
            EpisodeFile.mtime_ns == file.mtime_ns,
        )
    )


def episode_by_digest(connection: Connection, digest: str) -> EpisodeRecord | None:
    """The episode of that content, or None."""
    row = connection.execute(select_episodes().where(Episode.digest == digest)).one_or_none()
    return None if row is None else episode_record(row)


def episode_by_id(connection: Connection, episode_id: int) -> EpisodeRecord:
    """The episode of that id; there must be one."""
    return episode_record(
        connection.execute(select_episodes().where(Episode.id == episode_id)).one()
    )


def list_episodes(
    connection: Connection, wanted: Collection[int] | None = None
) -> list[EpisodeRecord]:
    """All episodes, or those of the ids that are wanted, by series and then by path."""
    rows: list[Row[Any]] = []
    for some in [None] if wanted is None else _batched(sorted(wanted)):
        query = select_episodes() if some is None else select_episodes().where(Episode.id.in_(some))
        rows += connection.execute(query).all()
    return [
        episode_record(row) for row in sorted(rows, key=lambda row: (row.series or "", row.path))
    ]


def _batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many ids at once as a statement may have parameters, and still be read quickly."""
    for start in range(0, len(ids), 1000):
        yield ids[start : start + 1000]


def files(connection: Connection, episode_id: int) -> list[FileStamp]:
    """The files in which an episode was seen, the last one first."""
    rows = connection.execute(
        select(EpisodeFile.path, EpisodeFile.size, EpisodeFile.mtime_ns)
        .where(EpisodeFile.episode_id == episode_id)
        .order_by(EpisodeFile.id.desc())
    )
    return [FileStamp(*row) for row in rows]


def add_episode(
    connection: Connection, digest: str, video: Video, plan: Plan, series: str | None
) -> None:
    """Add an episode with its chunks, all pending; one of that content stays as it is."""
    from eyecatch.db.arrays import pack_plan  # noqa: PLC0415 - NumPy; who only asks needs none

    one_at_a_time(connection)
    if connection.scalar(select(Episode.id).where(Episode.digest == digest)) is not None:
        return
    values = _probed(video) | {
        "digest": digest,
        "path": str(video.path),
        "series_id": None if series is None else series_id(connection, series),
        "frames": plan.frames,
        "end_pts": round(plan.end / video.time_base),
        "complete": plan.complete,
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


def add_file(connection: Connection, digest: str, file: FileStamp) -> EpisodeRecord:
    """Remember that a file holds the content of an episode of the index."""
    one_at_a_time(connection)
    episode_id = connection.execute(select(Episode.id).where(Episode.digest == digest)).scalar_one()
    values = {"size": file.size, "mtime_ns": file.mtime_ns, "episode_id": episode_id}
    columns = (EpisodeFile.size, EpisodeFile.mtime_ns, EpisodeFile.episode_id)
    here = EpisodeFile.path == file.path
    known = connection.execute(select(*columns).where(here)).one_or_none()
    if known is None:
        connection.execute(insert(EpisodeFile).values(path=file.path, **values))
    elif tuple(known) != tuple(values.values()):
        connection.execute(update(EpisodeFile).where(here).values(**values))
    if known is None or known.episode_id != episode_id:
        connection.execute(update(Episode).where(Episode.id == episode_id).values(path=file.path))
    return episode_by_id(connection, episode_id)


def series_id(connection: Connection, name: str) -> int:
    """The id of a series, added where it is new."""
    known = connection.scalar(select(Series.id).where(Series.name == name))
    if known is not None:
        return known
    return connection.scalars(insert(Series).values(name=name).returning(Series.id)).one()


def select_episodes() -> Select[Any]:
    """All columns of episodes and their series' name, for ``episode_record``."""
    ours = ("series_id", "claimed_by")
    columns = [column for column in Episode.__table__.c if column.name not in ours]
    return select(*columns, Series.name.label("series")).outerjoin(
        Series, Episode.series_id == Series.id
    )


def episode_record(row: Row[Any]) -> EpisodeRecord:
    """A row of ``select_episodes`` as a record."""
    time_base = _fraction(row.time_base_num, row.time_base_den)
    end_pts = row.end_pts if row.broken_pts is None else row.broken_pts
    video = Video(
        path=Path(row.path),
        stream=row.stream,
        codec=row.codec,
        pixel_format=row.pixel_format,
        width=row.width,
        height=row.height,
        rotation=row.rotation,
        pixel_aspect=_fraction(row.pixel_aspect_num, row.pixel_aspect_den),
        time_base=time_base,
        rate=_fraction(row.rate_num, row.rate_den),
        duration=None
        if row.duration_num is None
        else _fraction(row.duration_num, row.duration_den),
    )
    return EpisodeRecord(
        id=row.id,
        digest=row.digest,
        video=video,
        series=row.series,
        frames=row.frames,
        end=Fraction(end_pts * row.time_base_num, row.time_base_den),
        complete=row.complete,
        state=row.state,
        scan_digest=row.scan_digest,
        bundle_id=row.bundle_id,
    )


@lru_cache(maxsize=256)
def _fraction(numerator: int, denominator: int) -> Fraction:
    """Most episodes share theirs, and reducing one takes longer than reading its row."""
    return Fraction(numerator, denominator)


def _probed(video: Video) -> dict[str, Any]:
    fractions = {
        "pixel_aspect": video.pixel_aspect,
        "time_base": video.time_base,
        "rate": video.rate,
        "duration": video.duration,
    }
    values: dict[str, Any] = {
        name: getattr(video, name)
        for name in ("stream", "codec", "pixel_format", "width", "height", "rotation")
    }
    for name, value in fractions.items():
        values[f"{name}_num"] = None if value is None else value.numerator
        values[f"{name}_den"] = None if value is None else value.denominator
    return values
