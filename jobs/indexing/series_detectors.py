"""Which detector scans which episode: one that learned its series, or the one that was named."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.detector_file import cached_detector_file
from eyecatch.core.detect.registry import ADAPTED, resolve
from eyecatch.core.errors import EyecatchError, ModelError
from eyecatch.core.files import user_cache
from eyecatch.core.inputs import Sources
from eyecatch.core.scan.config import ScanConfig
from eyecatch.db.connection.urls import shown_url
from eyecatch.db.index import Index
from eyecatch.db.records.scan import FileStamp, KeptDetector
from eyecatch.jobs.adapting.adapt import Adapted, adapt
from eyecatch.jobs.adapting.pace import AdaptListener


class SeriesScans:
    """How episodes are scanned.

    Args:
        index: an open index.
        scan: how episodes are scanned that no detector of their series is for.
        alike: all of them are scanned so, as a detector was named.

    Attributes:
        scan: the same.
    """

    def __init__(self, index: Index, scan: ScanConfig, *, alike: bool) -> None:
        self.scan = scan
        self._index, self._alike = index, alike
        self._known: dict[str | None, ScanConfig] = {}

    def of(self, episode: int) -> ScanConfig:
        """How an episode is scanned.

        Raises:
            ModelError: the detector of its series is of another version of eyecatch, or damaged.
        """
        if self._alike:
            return self.scan
        series = self._index.episodes.get(episode).series
        if series not in self._known:
            kept = self._index.detectors.of_series(series)
            self._known[series] = self.scan if kept is None else self._with(kept, series)
        return self._known[series]

    def _with(self, kept: KeptDetector, series: str | None) -> ScanConfig:
        if kept.content is None:
            return self.scan
        path = cached_detector_file(kept.content)
        try:
            return replace(self.scan, detector=resolve(DetectorConfig(ADAPTED, str(path))))
        except ModelError as error:
            problem = f"the index's detector of {_called(series)} can't be used: {error.problem}"
            advice = "learn it again: index --adapt-again, or name a --detector"
            raise ModelError(shown_url(self._index.url), problem, advice) from error


def learn_series(  # noqa: PLR0913 - each is one plain wish of the caller's
    index: Index,
    db: str,
    files: Sources,
    *,
    series: str | None,
    again: bool,
    detector: DetectorConfig,
    listener: AdaptListener,
) -> list[str]:
    """Lets a detector learn each series of some files that none has learned yet, and keeps it.

    Args:
        index: an open index.
        db: where it is, for the faces that people named in it.
        files: the episodes.
        series: name of the show that new ones belong to.
        again: learn anew what was learned before, too.
        detector: which one to begin with.
        listener: is called with how far it is.

    Returns:
        A sentence for each series that was learned, on what came of it.

    Raises:
        EyecatchError: nothing can be learned, for want of memory or of room.
    """
    notes = []
    for name, some in _by_series(index, files, series).items():
        if again or index.detectors.of_series(name) is None:
            key = hashlib.sha256(f"{shown_url(index.url)}\0{name}".encode("utf-8", "replace"))
            out = user_cache() / "adapting" / f"{key.hexdigest()[:32]}.detector"
            adapted = adapt(some, out=out, db=db, detector=detector, force=True, listener=listener)
            index.detectors.keep(name, _kept(adapted))
            out.unlink(missing_ok=True)
            notes.append(_note(name, adapted))
    return notes


def _kept(adapted: Adapted) -> KeptDetector:
    if adapted.out is None:
        return KeptDetector(None, None, adapted.refused)
    return KeptDetector(resolve(adapted.out).digest, adapted.out.read_bytes())


def _note(series: str | None, adapted: Adapted) -> str:
    if adapted.kept is None:
        why = adapted.refused.rstrip(".")
        return f"The weights as they are are used for {_called(series)}: {why}."
    sure, before = adapted.kept.sure, adapted.before.sure
    return (
        f"The detector learned {_called(series)}: in frames held out it is sure of {sure} faces, "
        f"and was of {before} before."
    )


def _called(series: str | None) -> str:
    return "these episodes" if series is None else series


def _by_series(index: Index, files: Sources, series: str | None) -> dict[str | None, list[Path]]:
    """The files of each series; of those that the index doesn't know, of ``series``."""
    found: defaultdict[str | None, list[Path]] = defaultdict(list)
    for file in files.files:
        try:
            digest = index.episodes.digest_of(FileStamp.of(file))
            known = None if digest is None else index.episodes.by_digest(digest)
        except (OSError, EyecatchError):  # registering says what is wrong with it
            continue
        found[series if known is None else known.series].append(file)
    return dict(found)
