"""Which scan each episode gets: by a series' detector, by the one named, or one that it has."""

from __future__ import annotations

from dataclasses import replace

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.detector_file import cached_detector_file
from eyecatch.core.detect.registry import ADAPTED, resolve
from eyecatch.core.errors import ModelError
from eyecatch.core.scan.config import ScanConfig, earlier_scans
from eyecatch.db.connection.urls import shown_url
from eyecatch.db.index import Index
from eyecatch.db.models.base import PENDING
from eyecatch.db.records.scan import EpisodeRecord, KeptDetector
from eyecatch.jobs.indexing.series_detectors import called


class EpisodeScans:
    """How episodes are scanned.

    Args:
        index: an open index.
        scan: how episodes are scanned that no detector of their series is for.
        alike: all of them are scanned so, as a detector was named.
        rescan: also those that an earlier version's detector scanned.
        retry_failed: chunks that failed are tried again.

    Attributes:
        scan: the same.
        kept: episodes that keep the scan of an earlier version's detector.
    """

    def __init__(
        self,
        index: Index,
        scan: ScanConfig,
        *,
        alike: bool = False,
        rescan: bool = False,
        retry_failed: bool = False,
    ) -> None:
        self.scan = scan
        self.kept: set[int] = set()
        self._index, self._alike, self._retry_failed = index, alike, retry_failed
        self._series: dict[str | None, ScanConfig] = {}
        self._earlier = {} if alike or rescan else {one.digest: one for one in earlier_scans(scan)}

    def of(self, episode: int) -> ScanConfig:
        """How an episode is scanned, or was: a whole scan by an earlier version is kept.

        Raises:
            ModelError: the detector of its series is of another version of eyecatch, or damaged.
        """
        if self._alike:
            return self.scan
        record = self._index.episodes.get(episode)
        if record.series not in self._series:
            kept = self._index.detectors.of_series(record.series)
            scan = self.scan if kept is None else self._with(kept, record.series)
            self._series[record.series] = scan
        scan = self._series[record.series]
        earlier = self._earlier.get(record.scan_digest or "")
        if earlier is None or scan is not self.scan or self._is_due(record, earlier):
            return scan
        self.kept.add(episode)
        return earlier

    def _is_due(self, record: EpisodeRecord, scan: ScanConfig) -> bool:
        """Whether an episode has something to be scanned, were it to keep a scan."""
        backlog = self._index.chunks.backlog(
            record.id, scan.digest, retry_failed=self._retry_failed
        )
        return record.state == PENDING or backlog.chunks > 0

    def _with(self, kept: KeptDetector, series: str | None) -> ScanConfig:
        if kept.content is None:
            return self.scan
        path = cached_detector_file(kept.content)
        try:
            return replace(self.scan, detector=resolve(DetectorConfig(ADAPTED, str(path))))
        except ModelError as error:
            problem = f"the index's detector of {called(series)} can't be used: {error.problem}"
            advice = "learn it again: index --adapt-again, or name a --detector"
            raise ModelError(shown_url(self._index.url), problem, advice) from error
