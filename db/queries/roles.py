"""Who is in which episode, for how long: the sums that lists of episodes and characters show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, groupby
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, case, func, select, true
from sqlalchemy.engine import Connection

from eyecatch.core.counting import Counting, lasting
from eyecatch.core.segments.kinds import STORY
from eyecatch.db import models as schema
from eyecatch.db.connection.bulk import read_columns
from eyecatch.db.models import Appearance, Episode

_COLUMNS: Final = (
    Appearance.character_id,
    Appearance.episode_id,
    Appearance.start_pts,
    Appearance.stop_pts,
    Appearance.faces,
    Appearance.segment,
)

_Row = tuple[int, int, int, int, int, str | None]


@dataclass(slots=True)
class RoleSum:
    """A character in an episode: what counts of its sure appearances, and what is left out.

    Attributes:
        character_id: of the character.
        episode_id: of the episode.
        base: seconds of one of ``units``.
        units: on screen.
        faces: frames with a face, once for each track.
        glimpses: how many stretches are too short.
        left_out: units by kind of segment.
    """

    character_id: int
    episode_id: int
    base: Fraction
    units: int
    faces: int
    glimpses: int
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """On screen; by a division, as a product with ``base`` takes ten times as long."""
        return self.units * self.base.numerator / self.base.denominator


def role_sums(
    connection: Connection, counting: Counting, among: Collection[int] | None = None
) -> list[RoleSum]:
    """Each character in each episode that shows it for sure, even if nothing of that counts.

    The ranges of a pair lie side by side, and make one row. Only where some are cut at segments,
    which in most indexes that are asked there are none of, the ranges of such episodes are read.

    Args:
        connection: in any transaction.
        counting: what counts.
        among: numbers of episodes; all if None.
    """
    ours = true() if among is None else Appearance.episode_id.in_(among)
    sure = Appearance.unsure.is_(False) & ours
    if counting.min_confidence:
        sure &= Appearance.confidence >= counting.min_confidence
    bases = connection.execute(
        select(Episode.time_base_num, Episode.time_base_den).distinct()
    ).all()
    found: dict[tuple[int, int], RoleSum] = {}
    cut = False
    for num, den in bases:
        mine = sure
        if len(bases) > 1:
            of_base = (Episode.time_base_num == num, Episode.time_base_den == den)
            mine &= Appearance.episode_id.in_(select(Episode.id).where(*of_base))
        base = Fraction(num, den)
        for a, b, units, faces, short, inside in _grouped(
            connection, mine, counting.least_stretch(base)
        ):
            # Sums are Decimals on Postgres.
            found[a, b] = RoleSum(a, b, base, int(units), int(faces), short)
            cut = cut or inside > 0
    if cut:
        for key, ranges in _cut(connection, sure):
            _count(found[key], list(ranges), counting)
    return list(found.values())


def _grouped(connection: Connection, where: ColumnElement[bool], least: int) -> Sequence[Any]:
    """(character, episode, units, faces, glimpses, ranges in segments) of episodes of one base.

    ``least`` is a number, and no product of columns of a joined row: that took half as long again.
    """
    pair = Appearance.character_id, Appearance.episode_id
    length = Appearance.stop_pts - Appearance.start_pts
    lasts = length >= least
    return connection.execute(
        select(
            *pair,
            func.sum(case((lasts, length), else_=0), type_=BigInteger),
            func.sum(case((lasts, Appearance.faces), else_=0), type_=BigInteger),
            func.count(case((lasts, None), else_=1)),
            func.count(Appearance.segment),
        )
        .where(where)
        .group_by(*pair)
    ).all()


def _cut(
    connection: Connection, sure: ColumnElement[bool]
) -> Iterator[tuple[tuple[int, int], Iterator[Any]]]:
    """The ranges of each character in each episode with segments."""
    query = (
        select(Appearance.start)
        .where(sure, Appearance.episode_id.in_(select(schema.Segment.episode_id)))
        .order_by(Appearance.character_id, Appearance.episode_id, Appearance.start)
    )
    batches = (zip(*some, strict=True) for some in read_columns(connection, query, _COLUMNS))
    yield from groupby(chain.from_iterable(batches), key=lambda row: row[:2])


def _count(part: RoleSum, ranges: list[_Row], counting: Counting) -> None:
    """Count a part anew, from its ranges."""
    least = counting.least_stretch(part.base)
    inside = [row for row in ranges if row[5] not in counting.left_out]
    kept, part.glimpses = lasting(inside, least)
    part.units = sum(row[3] - row[2] for row in kept)
    part.faces = sum(row[4] for row in kept)
    if len(inside) < len(ranges):
        part.left_out = units_left_out(
            lasting((row for row in ranges if row[5] in counting.left_out), least)[0]
        )


def units_left_out(rows: Collection[tuple[Any, ...]]) -> dict[str, int]:
    """Units by kind: the third and fourth items of rows are pts, the sixth is the kind."""
    units: dict[str, int] = defaultdict(int)
    for row in rows:
        units[row[5] or STORY] += row[3] - row[2]
    return units
