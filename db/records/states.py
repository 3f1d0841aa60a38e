"""How far an index has come, as records: of each episode, chunk, file and run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eyecatch.db.records.scan import EpisodeRecord


@dataclass(frozen=True, slots=True)
class ChunkFault:
    """Why a chunk failed (``state``), or is done but broke off early.

    ``id`` is ``core.video.types.chunk_id``; ``attempts`` says how often the chunk was begun.
    """

    id: str
    chunk: int
    state: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why no episode could be made of a file, and how often that was tried."""

    path: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class EpisodeStatus:
    """How far an episode has come: numbers of chunks by state, and what went wrong.

    ``again`` is how many scans were begun a second time, after the first was cut short.
    """

    episode: EpisodeRecord
    pending: int
    done: int
    failed: int
    again: int
    faults: tuple[ChunkFault, ...]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One call of ``index`` that had something to do; times in UTC.

    ``state`` is ``running``, ``done``, ``stopped``, ``failed``, or ``died``: its process ended
    without a word. ``stages`` are the seconds that each stage took, over all processes.
    """

    id: int
    config: dict[str, Any]
    versions: dict[str, Any]
    started: datetime
    finished: datetime | None
    state: str
    host: str | None
    stages: dict[str, float]
