"""What can be chosen of clips: a class, and the keywords of ``eyecatch.clips`` for it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from eyecatch.core.arguments import Names
from eyecatch.core.counting import LEAST_SECONDS
from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import KINDS, kinds_left_out
from eyecatch.jobs.render.options import EncodingKeywords, EncodingOptions

LABELS = ("none", "soft", "burn")

PAD: Final = 0.2
"""Seconds before and after a scene: an eye needs about that long to see where it is."""

GAP: Final = 1.0
"""Seconds that somebody may be out of sight within a scene: a glance at whoever answers."""


class ClipKeywords(EncodingKeywords, total=False):
    """The fields of ``ClipOptions``, for type checkers."""

    together: bool
    pad: float | None
    gap: float | None
    min_seconds: float | None
    shortest: float
    longest: float | None
    min_confidence: float
    unsure: bool
    with_kinds: Names
    kind: str | None
    labels: str
    fast: bool
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipOptions(EncodingOptions):
    """Which clips are cut, and how; ``eyecatch.clips`` says what each field means."""

    together: bool = False
    pad: float | None = None
    gap: float | None = None
    min_seconds: float | None = None
    shortest: float = 0.0
    longest: float | None = None
    min_confidence: float = 0.0
    unsure: bool = False
    with_kinds: Names = ()
    kind: str | None = None
    labels: str = "none"
    fast: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        kinds_left_out(self.with_kinds)  # refused before anything is opened
        if self.kind is not None and self.kind not in KINDS:
            near = difflib.get_close_matches(self.kind, KINDS, n=1)
            advice = f"the nearest is {near[0]}" if near else f"choose of {', '.join(KINDS)}"
            raise RequestError(f"{self.kind!r} is no kind of segment", advice)
        if self.labels not in LABELS:
            problem = f"there are no labels {self.labels!r}"
            raise RequestError(problem, f"choose of {', '.join(LABELS)}")
        if self.fast and self.labels == "burn":
            problem = "labels can't be burnt in without encoding"
            raise RequestError(problem, "leave --fast or take soft")
        if min(self.padding, self.closed_gap, self.least_scene, self.shortest) < 0:
            raise RequestError("a clip's padding, gap and length can't be negative")
        if self.longest is not None and self.longest <= max(0.0, self.shortest):
            raise RequestError("the longest clip must be longer than the shortest")

    @property
    def padding(self) -> float:
        """Seconds before and after a scene."""
        return self._chosen(self.pad, PAD)

    @property
    def closed_gap(self) -> float:
        """Seconds between two ranges that are one scene."""
        return self._chosen(self.gap, GAP)

    @property
    def least_scene(self) -> float:
        """Seconds of the shortest scene, without what is before and after it."""
        return self._chosen(self.min_seconds, LEAST_SECONDS)

    def _chosen(self, given: float | None, usual: float) -> float:
        """What was given, else what is usual of scenes; segments are cut as they are."""
        return given if given is not None else usual if self.kind is None else 0.0
