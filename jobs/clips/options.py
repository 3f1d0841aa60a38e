"""What can be chosen of clips: a class, and the keywords of ``eyecatch.clips`` for it."""

from __future__ import annotations

from dataclasses import dataclass

from eyecatch.core.errors import RequestError
from eyecatch.jobs.render.options import EncodingKeywords, EncodingOptions

LABELS = ("none", "soft", "burn")


class ClipKeywords(EncodingKeywords, total=False):
    """The keywords of ``ClipOptions``."""

    together: bool
    pad: float
    gap: float
    shortest: float
    longest: float | None
    min_confidence: float
    unsure: bool
    labels: str
    fast: bool
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipOptions(EncodingOptions):
    """Which clips are cut, and how; lengths are in seconds.

    Attributes:
        together: only while all characters are on screen at once; else each for itself.
        pad: shown before and after, as far as the episode goes.
        gap: what may lie between two scenes that become one clip; scenes that touch always do.
        shortest: clips that are shorter are left out.
        longest: clips that are longer are cut into equal parts; None for any length.
        min_confidence: least confidence of an appearance, 0 to 1.
        unsure: also where it may be them.
        labels: ``none``, ``soft`` or ``burn``.
        fast: copy from keyframe to keyframe, so that clips begin earlier and end later.
        force: replace files that are there.
    """

    together: bool = False
    pad: float = 0.0
    gap: float = 0.0
    shortest: float = 0.0
    longest: float | None = None
    min_confidence: float = 0.0
    unsure: bool = False
    labels: str = "none"
    fast: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        if self.labels not in LABELS:
            problem = f"there are no labels {self.labels!r}"
            raise RequestError(problem, f"choose of {', '.join(LABELS)}")
        if self.fast and self.labels == "burn":
            problem = "labels can't be burnt in without encoding"
            raise RequestError(problem, "leave --fast or take soft")
        if min(self.pad, self.gap, self.shortest) < 0:
            raise RequestError("a clip's padding, gap and length can't be negative")
        if self.longest is not None and self.longest <= max(0.0, self.shortest):
            raise RequestError("the longest clip must be longer than the shortest")
