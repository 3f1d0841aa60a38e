"""What can be chosen of an adaptation: a class, and the keywords of ``eyecatch.adapt`` for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from eyecatch.core.arguments import AnyPath, Database
from eyecatch.core.detect.config import NamedDetector
from eyecatch.core.errors import RequestError
from eyecatch.jobs.adapting.pace import AdaptListener, unheard


class AdaptKeywords(TypedDict, total=False):
    """The fields of ``AdaptOptions``, for type checkers."""

    db: Database | None
    boxes: AnyPath | None
    images: AnyPath | None
    detector: NamedDetector | None
    frames: int
    rounds: int
    minutes: float
    seed: int
    force: bool
    listener: AdaptListener


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptOptions:
    """How a detector is adapted; ``eyecatch.adapt`` says what each field means."""

    db: Database | None = None
    boxes: AnyPath | None = None
    images: AnyPath | None = None
    detector: NamedDetector | None = None
    frames: int = 1000
    rounds: int = 2
    minutes: float = 20.0
    seed: int = 1
    force: bool = False
    listener: AdaptListener = unheard

    def check(self) -> None:
        """Raises RequestError if a number is beyond what makes sense."""
        if not 1 <= self.frames <= 20_000:  # a folder of 4 GB
            raise RequestError(f"{self.frames} frames can't be sampled", "choose 1 to 20,000")
        if not 1 <= self.rounds <= 10:
            raise RequestError(f"{self.rounds} rounds can't be learned", "choose 1 to 10")
        if not self.minutes > 0:
            raise RequestError(f"{self.minutes:g} minutes are no time", "give it some")
        if not 0 <= self.seed < 2**31:
            raise RequestError(f"{self.seed} is no seed", "choose a whole number from 0 on")
        if self.images is not None and self.boxes is None:
            raise RequestError("images without their boxes say nothing", "name a box file too")
