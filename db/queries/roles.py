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

from eyecatch.core.counting import COUNTED, Counting, lasting
from eyecatch.core.segments.kinds import STORY
from eyecatch.db import models as schema
from eyecatch.db.connection.bulk import read_columns
from eyecatch.db.models import Appearance, Episode, RoleTally
from eyecatch.db.tallies import SUMMED

_TALLIES: Final = (
    RoleTally.character_id,
    RoleTally.kind,
    RoleTally.episode_id,
    RoleTally.units,
    RoleTally.faces,
    RoleTally.glimpses,
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
    if is_kept(counting):
        return _kept(connection, among)
    ours = true() if among is None else Appearance.episode_id.in_(among)
    sure = Appearance.unsure.is_(False) & ours
    if counting.min_confidence:
        sure &= Appearance.confidence >= counting.min_confidence
    bases = time_bases(connection)
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


def is_kept(counting: Counting) -> bool:
    """Whether the sums of ``role_tally`` are those of what counts."""
    as_kept = COUNTED.left_out, COUNTED.min_confidence
    lasting_alike = counting.milliseconds == COUNTED.milliseconds
    return lasting_alike and (counting.left_out, counting.min_confidence) == as_kept


def time_bases(connection: Connection) -> Sequence[Any]:
    """The time bases (numerator, denominator) that episodes have; most indexes have one."""
    query = select(Episode.time_base_num, Episode.time_base_den).distinct()
    return connection.execute(query).all()


def _kept(connection: Connection, among: Collection[int] | None) -> list[RoleSum]:
    """The parts as ``role_tally`` has them."""
    bases = time_bases(connection)
    of_episode: dict[int, Fraction] = {}
    if len(bases) > 1:
        rows = connection.execute(select(Episode.id, Episode.time_base_num, Episode.time_base_den))
        of_episode = {key: Fraction(num, den) for key, num, den in rows}
    only = Fraction(*bases[0]) if bases else Fraction(1)
    query = select(RoleTally.episode_id)
    if among is not None:
        query = query.where(RoleTally.episode_id.in_(among))
    found: dict[tuple[int, int], RoleSum] = {}
    for columns in read_columns(connection, query, _TALLIES):
        for character, kind, episode, units, faces, glimpses in zip(*columns, strict=True):
            part = found.get((character, episode))
            if part is None:
                base = of_episode.get(episode, only)
                part = found[character, episode] = RoleSum(character, episode, base, 0, 0, 0)
            if kind == STORY:
                part.units, part.faces, part.glimpses = units, faces, glimpses
            else:
                part.left_out[kind] = units
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
    batches = (zip(*some, strict=True) for some in read_columns(connection, query, SUMMED))
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
