"""When each frame of an episode begins, exactly."""

from __future__ import annotations

from dataclasses import dataclass
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
