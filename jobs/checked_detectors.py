"""How good the detectors of an index are by what people said of the faces that it found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eyecatch.core.arguments import Database, checked
from eyecatch.db.index import open_index
from eyecatch.db.records.review import CheckedCounts


@dataclass(frozen=True, slots=True)
class CheckedDetector:
    """A detector, and what people said in the episodes that it scanned.

    People look at what was found, so its precision is told well and its recall is at most this.

    Attributes:
        detector: its name, and the first letters of its file's digest.
        episodes: how many in which people said something.
        counts: of faces found and missed, and of boxes that are no faces.
    """

    detector: str
    episodes: int
    counts: CheckedCounts

    @property
    def precision(self) -> float | None:
        """Faces among what it found, of that of which people spoke; None of nothing."""
        found = self.counts.found + self.counts.wrong
        return self.counts.found / found if found else None

    @property
    def recall(self) -> float | None:
        """Faces that it found, of those that people know; None of nothing."""
        faces = self.counts.found + self.counts.missed
        return self.counts.found / faces if faces else None


@checked
def checked_detectors(*, db: Database | None = None) -> list[CheckedDetector]:
    """The detectors of an index, measured by what people said; those that said nothing are none.

    Args:
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.

    Raises:
        DatabaseError: there is no index, or it can't be read.
    """
    found: dict[str, list[CheckedCounts]] = defaultdict(list)
    with open_index(db, create=False, filled=True) as index:
        for status in index.summaries.status():
            counts = index.checked_faces.counts(status.episode.id)
            if any(counts):
                found[index.checked_faces.detector(status.episode.id)].append(counts)
    return [
        CheckedDetector(name, len(some), CheckedCounts(*map(sum, zip(*some, strict=True))))
        for name, some in sorted(found.items())
    ]
