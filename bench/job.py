"""An index job in a process of its own, which tells what it did in one line of JSON.

Run by ``bench/ways.py``, which says what to do in JSON too: ``python bench/job.py '{...}'``.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import eyecatch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from eyecatch.db.records.scan import EpisodeRecord


def main(wish: dict[str, Any]) -> None:
    """Prints the seconds until the first chunk was done, and what the whole job came to."""
    from eyecatch.core.detect.config import DetectorConfig  # noqa: PLC0415 - part of what is timed
    from eyecatch.jobs.progress import Progress  # noqa: PLC0415

    first: list[float] = []

    def listener(progress: Progress) -> None:
        if progress.chunks_done and not first:
            first.append(time.time() - wish["began"])

    with believed() if wish["gpu"] else nullcontext(), parted(wish.get("longest_here")):
        report = eyecatch.index(
            map(Path, wish["videos"]),
            db=wish["db"],
            model=wish["model"],
            runner=wish["runner"],
            detector=DetectorConfig(wish["detector"]),
            chunk_seconds=wish["chunk_seconds"],
            listener=listener,
        )
    if report.faults:
        sys.exit("\n".join(report.faults))
    done = report.progress
    told = {
        "first": first[0],
        "chunks": done.chunks_done,
        "frames": done.frames,
        "faces": done.faces,
        "stages": done.stages,
        "elapsed": done.elapsed,
        "crops": crops(wish["db"], report.episodes) if wish["gpu"] else 0,
    }
    print(json.dumps(told), file=sys.stderr)


def believed() -> AbstractContextManager[object]:
    """Has a GPU of Ray waited for that TensorFlow can't use, and that would be passed over."""
    return patch("eyecatch.jobs.runners.ray.placement.device_of", return_value="GPU")


def parted(longest: float | None) -> AbstractContextManager[object]:
    """Has so many seconds of video scanned in the job's own process at most; as usual if None."""
    if longest is None:
        return nullcontext()
    return patch("eyecatch.jobs.runners.LONGEST_HERE", longest)


def crops(db: str, episodes: Sequence[EpisodeRecord]) -> int:
    """How many there are to identify."""
    from sqlalchemy import func, select  # noqa: PLC0415 - not to be timed

    from eyecatch.db.index import open_index  # noqa: PLC0415
    from eyecatch.db.models import Chunk, Crop, Tracklet  # noqa: PLC0415

    found = select(func.count(Crop.id)).join(Tracklet).join(Chunk)
    with open_index(db) as index, index.reading() as connection:
        mine = Chunk.episode_id.in_([one.id for one in episodes])
        return connection.scalar(found.where(mine)) or 0


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
