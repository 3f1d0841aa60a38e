"""What can be chosen of an index job: a class, and the keywords of ``eyecatch.index`` for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from eyecatch.core.detect.config import NamedDetector
from eyecatch.jobs.adapting.pace import AdaptListener, unheard
from eyecatch.jobs.ray_options import RayOptions


class IndexKeywords(TypedDict, total=False):
    """The fields of ``IndexOptions``, for type checkers."""

    detector: NamedDetector | None
    runner: str | None
    ray: RayOptions | None
    series: str | None
    trust: str | None
    adapt: bool
    adapt_again: bool
    on_adapt: AdaptListener
    rescan: bool
    segments: bool
    retry_failed: bool
    chunk_seconds: float | None
    render: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions:
    """How episodes are indexed; ``eyecatch.index`` says what each field means."""

    detector: NamedDetector | None = None
    runner: str | None = None
    ray: RayOptions | None = None
    series: str | None = None
    trust: str | None = None
    adapt: bool = False
    adapt_again: bool = False
    on_adapt: AdaptListener = unheard
    rescan: bool = False
    segments: bool = False
    retry_failed: bool = False
    chunk_seconds: float | None = None
    render: str | None = None
