"""What can be chosen of an index job: a class, and the keywords of ``eyecatch.index`` for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from eyecatch.core.scan.config import DetectorConfig
from eyecatch.jobs.ray_options import RayOptions


class IndexKeywords(TypedDict, total=False):
    """The keywords of ``IndexOptions``."""

    detector: DetectorConfig | None
    runner: str | None
    ray: RayOptions | None
    series: str | None
    retry_failed: bool
    chunk_seconds: float
    render: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions:
    """How episodes are indexed.

    Attributes:
        detector: which detector looks, and how; None for the default.
        runner: ``inline`` or ``ray``; None for Ray unless there is too little to share out.
        ray: which Ray cluster, and what is used of it; None for that of ``RAY_ADDRESS``, and
            where there is none a cluster of the job's own.
        series: name of the show that new episodes belong to.
        retry_failed: try again the chunks and files that failed before.
        chunk_seconds: least length of the chunks of new episodes; it changes no row.
        render: ``soft`` or ``burn`` to write each episode with boxes and names to the folder
            ``annotated`` as soon as it is decided.
    """

    detector: DetectorConfig | None = None
    runner: str | None = None
    ray: RayOptions | None = None
    series: str | None = None
    retry_failed: bool = False
    chunk_seconds: float = 60.0
    render: str | None = None
