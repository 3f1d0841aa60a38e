"""The keywords of ``eyecatch.enrol``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from eyecatch.core.arguments import Names
from eyecatch.core.detect.config import DetectorConfig, NamedDetector
from eyecatch.core.tensorflow import Device


class EnrolKeywords(TypedDict, total=False):
    """The fields of ``EnrolOptions``, for type checkers."""

    crop: bool
    aliases: Names
    variant: bool
    remove: bool
    series: str | None
    detector: NamedDetector | None
    force: bool
    device: Device


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolOptions:
    """How a character is enrolled; ``eyecatch.enrol`` says what each field means."""

    crop: bool = False
    aliases: Names = ()
    variant: bool = False
    remove: bool = False
    series: str | None = None
    detector: NamedDetector | None = None
    force: bool = False
    device: Device = "auto"

    @property
    def image_detector(self) -> NamedDetector | None:
        """The detector that looks for faces in the images; None if these are faces already."""
        return None if self.crop else self.detector or DetectorConfig()
