"""Who is in which episode, for how long: the sums that lists of episodes and characters show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, func, select, true
from sqlalchemy.engine import Connection

from eyecatch.core.segments.kinds import STORY
from eyecatch.db.models import Appearance, Episode


@dataclass(slots=True)
class RoleSum:
    """A character in an episode: what counts of its sure appearances, and what is left out.

    Attributes:
        character_id: of the character.
        episode_id: of the episode.
        units: on screen, in units of ``base``.
        faces: frames with a face, once for each track.
        base: numerator and denominator of the episode's time base.
        left_out: units by kind of segment.
    """

    character_id: int
    episode_id: int
    units: int
    faces: int
    base: tuple[int, int]
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether anything of it does."""
        return bool(self.units or self.faces)


def parts(
    connection: Connection, left_out: Collection[str], among: Collection[int] | None = None
) -> list[RoleSum]:
    """Each character in each episode that shows it for sure.

    The ranges of a pair lie side by side, and make one row. Which kinds they lie in is asked in
    a second question, of pairs that are in segments; most indexes that are asked have none.

    Args:
        connection: in any transaction.
        left_out: the kinds of segments that don't count.
        among: numbers of episodes; all if None.
    """
    pair = Appearance.character_id, Appearance.episode_id
    sums = (
        func.sum(Appearance.stop_pts - Appearance.start_pts, type_=BigInteger),
        func.sum(Appearance.faces, type_=BigInteger),
    )
    ours = true() if among is None else Appearance.episode_id.in_(among)
    sure = Appearance.unsure.is_(False) & ours
    rows = connection.execute(
        select(*pair, *sums, func.count(Appearance.segment)).where(sure).group_by(*pair)
    ).all()
    bases = _time_bases(connection)
    found = {
        (character, episode): RoleSum(character, episode, int(units), int(faces), bases[episode])
        for character, episode, units, faces, _ in rows
    }
    if any(row[-1] for row in rows):
        inside = connection.execute(
            select(*pair, Appearance.segment, *sums)
            .where(sure, Appearance.segment.in_(left_out))
            .group_by(*pair, Appearance.segment)
        )
        for character, episode, kind, units, faces in inside:
            part = found[character, episode]
            part.left_out[kind or STORY] = int(units)  # a Decimal on Postgres
            part.units -= int(units)
            part.faces -= int(faces)
    return list(found.values())


def _time_bases(connection: Connection) -> dict[int, tuple[int, int]]:
    rows = connection.execute(select(Episode.id, Episode.time_base_num, Episode.time_base_den))
    return {episode: (num, den) for episode, num, den in rows}
