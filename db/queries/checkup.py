"""Whether an index is sound: every row read and compared with what it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Column, Table, func, select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.types import NullType

from eyecatch.core.crops import decode
from eyecatch.core.errors import DatabaseError, MediaError
from eyecatch.db.appearances import follow_from_tracks
from eyecatch.db.connection.session import Repository
from eyecatch.db.models import (
    Base,
    Chunk,
    Crop,
    Episode,
    Face,
    Frame,
    Identification,
    PictureHash,
    Segment,
    Timeline,
    Tracklet,
)
from eyecatch.db.models.base import DONE
from eyecatch.db.models.types import Checked
from eyecatch.db.models.wrong_value import WrongValueError
from eyecatch.db.serialization import unpack_pictures, unpack_plan, unpack_timeline, unpack_vectors

_AT_ONCE: Final = 1000
"""Rows that are in memory at a time."""

_SHOWN: Final = 20
"""Faults of the file itself that are told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with an index.

    Attributes:
        table: where; empty for the file itself.
        rows: how many rows; 1 for the file itself.
        problem: of the first of them, as a clause.
    """

    table: str
    rows: int
    problem: str


class Checkup(Repository):
    """What is wrong with an index."""

    def faults(self) -> Iterator[Fault]:
        """Read all of an index, and yield what is wrong with it; nothing if it is sound.

        The file itself and its pages; each value by its column's type; rows that belong to rows
        that are not there; plans, timelines, hashes, vectors and crops, unpacked; chunks without
        rows; segments that end before they begin; and appearances that don't follow from the
        tracks and the segments.
        """
        yield from self._guarded("", _integrity)
        for table in Base.metadata.sorted_tables:
            yield from self._guarded(table.name, _wrong_values, table)
            yield from self._guarded(table.name, _orphans, table)
        for name, check in _CONTENTS.items():
            yield from self._guarded(name, check)

    def _guarded(
        self, table: str, check: Callable[..., Iterator[Fault]], *given: object
    ) -> list[Fault]:
        """The faults that a check finds; where it can't read on, that is one."""
        found: list[Fault] = []
        try:
            with self._session.reading() as connection:
                found.extend(check(connection, *given))
        except DatabaseError as error:
            found.append(Fault(table, 1, error.problem))
        return found


def _integrity(connection: Connection) -> Iterator[Fault]:
    if connection.dialect.name == "sqlite":
        said = connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})").scalars().all()
        yield from (Fault("", 1, str(one)) for one in said if one != "ok")


def _wrong_values(connection: Connection, table: Table) -> Iterator[Fault]:
    """A fault for each column with values that can't be in it."""
    plain = [type_coerce(column, NullType()) for column in table.columns]
    counts = dict.fromkeys(table.columns.keys(), 0)
    first: dict[str, str] = {}
    checks = [_check_of(connection, column) for column in table.columns]
    for rows in connection.execute(select(*plain)).partitions(_AT_ONCE):
        for column, check, values in zip(
            table.columns, checks, zip(*rows, strict=True), strict=True
        ):
            for value in values:
                if (problem := check(value)) is not None:
                    counts[column.name] += 1
                    first.setdefault(column.name, problem)
    yield from (Fault(table.name, counts[name], problem) for name, problem in first.items())


def _check_of(connection: Connection, column: Column[Any]) -> Callable[[Any], str | None]:
    type_ = cast(Checked, column.type.dialect_impl(connection.dialect))
    if connection.dialect.name == "sqlite":
        read = type_.result_processor(connection.dialect, None)
    else:  # its driver gives JSON as Python's already
        read = type_.checker(lambda value: value)

    def check(value: Any) -> str | None:  # noqa: ANN401
        if value is None and not column.nullable:
            return f"{column.name} of a row of its table {column.table.name} is missing"
        try:
            read(value)
        except WrongValueError as error:
            return str(error)
        return None

    return check


def _orphans(connection: Connection, table: Table) -> Iterator[Fault]:
    """A fault for each column that refers to rows which are not there."""
    for key in sorted(table.foreign_keys, key=lambda one: one.parent.name):
        parent = key.column.table.alias()
        there = select(1).where(parent.c[key.column.name] == key.parent).exists()
        lost = select(func.count()).select_from(table).where(key.parent.is_not(None), ~there)
        if count := connection.scalar(lost):
            problem = f"{key.parent.name} names a {key.column.table.name} that isn't there"
            yield Fault(table.name, count, problem)


def _plans(connection: Connection) -> Iterator[Fault]:
    rows = connection.execute(
        select(Chunk.start, Chunk.stop, Chunk.straight, Chunk.plan).execution_options(yield_per=100)
    )
    yield from _counted("chunk", (_plan_problem(*row) for row in rows))
    done = Chunk.state == DONE
    lacking = ~select(Timeline.chunk_id).where(Timeline.chunk_id == Chunk.id).exists()
    if count := connection.scalar(select(func.count()).select_from(Chunk).where(done, lacking)):
        yield Fault("chunk", count, "a chunk is done and has no timeline")


def _plan_problem(start: int, stop: int, straight: bool, plan: bytes) -> str | None:
    try:
        pts, _ = unpack_plan(plan)
    except WrongValueError as error:
        return str(error)
    if stop < start or (not straight and len(pts) != stop - start):
        return f"a plan of {len(pts)} frames for a chunk of frames {start} to {stop}"
    return None


def _timelines(connection: Connection) -> Iterator[Fault]:
    rows = connection.execute(
        select(Timeline.frames, Timeline.arrays).execution_options(yield_per=100)
    )
    yield from _counted("timeline", (_timeline_problem(*row) for row in rows))


def _timeline_problem(frames: int, arrays: bytes) -> str | None:
    try:
        timeline = unpack_timeline(arrays)
    except WrongValueError as error:
        return str(error)
    given = len(timeline.pts)
    return None if given == frames else f"a timeline of {given} frames where {frames} were decoded"


def _pictures(connection: Connection) -> Iterator[Fault]:
    rows = connection.execute(select(PictureHash.arrays).execution_options(yield_per=100))
    yield from _counted("picture_hash", (_picture_problem(arrays) for (arrays,) in rows))


def _picture_problem(arrays: bytes) -> str | None:
    try:
        unpack_pictures(arrays)
    except WrongValueError as error:
        return str(error)
    return None


def _segments(connection: Connection) -> Iterator[Fault]:
    empty = (Segment.stop <= Segment.start) | (Segment.stop_pts < Segment.start_pts)
    if count := connection.scalar(select(func.count()).select_from(Segment).where(empty)):
        yield Fault("segment", count, "a segment ends before it begins")


def _crops(connection: Connection) -> Iterator[Fault]:
    rows = connection.execute(select(Crop.jpeg).execution_options(yield_per=256))
    yield from _counted("crop", (_crop_problem(jpeg) for (jpeg,) in rows))


def _crop_problem(jpeg: bytes) -> str | None:
    try:
        decode(jpeg)
    except MediaError as error:
        return f"jpeg of a row of its table crop: {error.problem}"
    return None


def _vectors(connection: Connection) -> Iterator[Fault]:
    rows = connection.execute(
        select(Identification.embedding, Identification.logits).execution_options(yield_per=1000)
    )
    yield from _counted("identification", (_vector_problem(*row) for row in rows))


def _faces(connection: Connection) -> Iterator[Fault]:
    rows = connection.execute(select(Face.embedding).execution_options(yield_per=1000))
    yield from _counted("face", (_vector_problem(*row) for row in rows))


def _vector_problem(*vectors: bytes) -> str | None:
    try:
        for vector in vectors:
            unpack_vectors([vector])
    except WrongValueError as error:
        return str(error)
    return None


def _tracklets(connection: Connection) -> Iterator[Fault]:
    there = select(Frame.frame).where(Frame.tracklet_id == Tracklet.id).exists()
    if count := connection.scalar(select(func.count()).select_from(Tracklet).where(~there)):
        yield Fault("tracklet", count, "a tracklet has no frame")


def _appearances(connection: Connection) -> Iterator[Fault]:
    ids = connection.scalars(select(Episode.id)).all()
    yield from _counted(
        "appearance",
        (
            None
            if follow_from_tracks(connection, id_)
            else f"the appearances of episode {id_} don't follow from its tracks and segments"
            for id_ in ids
        ),
    )


_CONTENTS: Final = {
    "chunk": _plans,
    "timeline": _timelines,
    "picture_hash": _pictures,
    "segment": _segments,
    "crop": _crops,
    "identification": _vectors,
    "face": _faces,
    "tracklet": _tracklets,
    "appearance": _appearances,
}


def _counted(table: str, problems: Iterator[str | None]) -> Iterator[Fault]:
    """One fault for all problems of a table: how many, and the first."""
    found = [problem for problem in problems if problem is not None]
    if found:
        yield Fault(table, len(found), found[0])
