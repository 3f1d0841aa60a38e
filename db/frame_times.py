"""When each frame of an episode begins, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.engine import Connection

from eyecatch.db.models import Chunk, Episode, Timeline
from eyecatch.db.serialization import unpack_plan, unpack_timeline


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """The pts of all frames of an episode.

    Attributes:
        pts: int64 (frames,): when each begins, by its number.
        end: when the last one ends.
        straight: no packet says so; they are as our own decoder found them (see ``Chunk``).
    """

    pts: npt.NDArray[np.int64]
    end: int
    straight: bool = False

    @classmethod
    def of(cls, connection: Connection, episode_id: int) -> Self:
        """Those of an episode: as planned, or as decoded where no plan could be made."""
        end = connection.execute(
            select(Episode.end_pts).where(Episode.id == episode_id)
        ).scalar_one()
        chunks = connection.execute(
            select(Chunk.straight, Chunk.plan, Timeline.arrays)
            .outerjoin(Timeline, Timeline.chunk_id == Chunk.id)
            .where(Chunk.episode_id == episode_id)
            .order_by(Chunk.index)
        ).all()
        parts = [
            unpack_timeline(arrays).pts if straight and arrays else unpack_plan(plan)[0]
            for straight, plan, arrays in chunks
        ]
        straight = any(chunk.straight for chunk in chunks)
        return cls(np.concatenate([np.zeros(0, np.int64), *parts]), end, straight)

    def starts(self, frame: int) -> int:
        """When a frame begins; one past the last begins where the last one ends."""
        if frame < len(self.pts):
            return int(self.pts[frame])
        if len(self.pts) == 0:
            return self.end
        # A plan that could only be guessed may end before its frames do.
        return max(self.end, int(self.pts[-1]))

    def seconds(self, time_base: Fraction) -> npt.NDArray[np.float64]:
        """float64 (frames + 1,): seconds at which each frame begins, and the last one ends."""
        ends = np.append(self.pts, self.starts(len(self.pts)))
        return np.asarray(ends * float(time_base), np.float64)


class FrameClocks:
    """When the frames of some episodes begin: each read once, and only where it is asked.

    Args:
        connection: in a transaction that is as long as this is used.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[int, FrameTimes] = {}
        self._seconds: dict[int, npt.NDArray[np.float64]] = {}

    def of(self, episode_id: int) -> FrameTimes:
        """Those of an episode."""
        if episode_id not in self._known:
            self._known[episode_id] = FrameTimes.of(self._connection, episode_id)
        return self._known[episode_id]

    def seconds(self, episode_id: int) -> npt.NDArray[np.float64]:
        """The same in seconds: see ``FrameTimes.seconds``."""
        if episode_id not in self._seconds:
            num, den = self._connection.execute(
                select(Episode.time_base_num, Episode.time_base_den).where(Episode.id == episode_id)
            ).one()
            self._seconds[episode_id] = self.of(episode_id).seconds(Fraction(num, den))
        return self._seconds[episode_id]
