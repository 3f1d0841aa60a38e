"""Everything that decides what a scan finds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Which detector looks, and how.

    Attributes:
        name: ``cnn`` or ``cascade``; see ``core.detect``.
        model: path of the detector's file; empty for the place where it looks by itself.
        digest: SHA-256 of the detector's file, hex; filled in by ``core.detect.resolve``.
        lines: height in pixels of the small picture the detector looks at; 0 for what suits it,
            filled in by ``core.detect.resolve``.
        scale: the cascade's step from one size of face to the next.
        neighbours: how many overlapping hits the cascade asks for.
        smallest: height of the smallest face looked for, as a share of the picture's height.
    """

    name: str = "cnn"
    model: str = ""
    digest: str = ""
    lines: int = 0
    scale: float = 1.1
    neighbours: int = 5
    smallest: float = 0.04


@dataclass(frozen=True, slots=True)
class ScanConfig:
    """What a scan does; two scans of equal digest give equal rows.

    Attributes:
        detector: which detector looks, and how.
        held_change: a frame that differs less than this from the last one looked at is held (0..1).
        every: most frames from one look of the detector to the next; see ``core.scan.sampling``.
        crops: how many crops are kept of a tracklet.
        version: raised whenever the scan's code changes what it finds.
    """

    detector: DetectorConfig = field(default_factory=DetectorConfig)
    held_change: float = 0.004
    every: int = 6
    crops: int = 3
    version: int = 2

    @property
    def digest(self) -> str:
        """SHA-256, hex, of all of it but the path of the detector's file."""
        values = asdict(self)
        values["detector"].pop("model")
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
