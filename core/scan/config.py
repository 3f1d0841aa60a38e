"""Everything that decides what a scan finds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from eyecatch.core.detect.config import EARLIER_WEIGHTS, DetectorConfig, without_defaults

_FIRST_OPTIONS = ("held_change", "every", "crops", "version")
"""Those that the digest has held from the start."""


@dataclass(frozen=True, slots=True)
class ScanConfig:
    """What a scan does; two scans of equal digest give equal rows.

    Attributes:
        detector: the detector and its options.
        held_change: a frame that differs less than this from the last fresh one is held (0..1).
        every: most frames from one sample of the detector to the next; see ``core.scan.sampling``.
        crops: how many crops are kept of a tracklet.
        version: raised whenever the scan's code, or the default of an option, changes what it
            finds.
    """

    detector: DetectorConfig = field(default_factory=DetectorConfig)
    held_change: float = 0.004
    every: int = 6
    crops: int = 3
    version: int = 2

    @property
    def digest(self) -> str:
        """SHA-256, hex, of the scan's options and of those that its detector reads.

        An index keeps it with every chunk: a chunk of another digest is scanned again. So an
        option that is added later is part of it only where it hasn't its default.
        """
        values = without_defaults(self, _FIRST_OPTIONS, without={"detector"})
        values["detector"] = self.detector.digested()
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def earlier_scans(scan: ScanConfig) -> Iterator[ScanConfig]:
    """The same scan with the weights of each earlier version of the package."""
    for digest in EARLIER_WEIGHTS:
        yield replace(scan, detector=replace(scan.detector, digest=digest))
