"""What was learned of a series is kept with the index, one of each."""

from __future__ import annotations

from eyecatch.db.index import open_index
from eyecatch.db.records.scan import KeptDetector

LEARNED = KeptDetector("ab" * 32, b"\x00weights")
REFUSED = KeptDetector(None, None, "only 3 drawn faces are found.")


def test_a_series_has_one_detector(url):
    with open_index(url) as index:
        assert index.detectors.of_series("Drawn") is None
        assert index.detectors.of_series(None) is None
        index.detectors.keep("Drawn", LEARNED)
        index.detectors.keep(None, REFUSED)
        assert index.detectors.of_series("Drawn") == LEARNED
        assert index.detectors.of_series(None) == REFUSED
        assert index.detectors.of_series("Another") is None
        index.detectors.keep("Drawn", REFUSED)
        index.detectors.keep(None, LEARNED)
    with open_index(url) as index:
        assert index.detectors.of_series("Drawn") == REFUSED
        assert index.detectors.of_series(None) == LEARNED
