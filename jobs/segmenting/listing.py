"""``eyecatch segments``: openings, endings, recaps and what else is no story, by episode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from eyecatch.core.arguments import AnyPath, Database, checked
from eyecatch.core.reprs import brief
from eyecatch.core.segments.kinds import STORY
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.answers import SegmentRow
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.selection import pick


@dataclass(frozen=True, slots=True)
class EpisodeSegment:
    """A segment with its episode.

    Attributes:
        episode: the episode.
        row: the segment; its times are those of the video's own clock.
    """

    episode: EpisodeRecord
    row: SegmentRow

    @property
    def start(self) -> Fraction:
        """Exact seconds that players show when it begins."""
        return self.row.start - self.episode.origin

    @property
    def stop(self) -> Fraction:
        """Exact seconds that players show when it ends."""
        return self.row.stop - self.episode.origin

    @property
    def start_seconds(self) -> float:
        """When it begins, as players show it."""
        return float(self.start)

    @property
    def stop_seconds(self) -> float:
        """When it ends, as players show it."""
        return float(self.stop)

    @property
    def kind(self) -> str:
        """One of ``core.segments.kinds.KINDS``."""
        return self.row.kind

    def __repr__(self) -> str:
        name = self.episode.name
        return brief(self, episode=name, kind=self.kind, start=self.start, stop=self.stop)


@checked
def segments(
    episode: AnyPath | None = None, *, db: Database | None = None, series: str | None = None
) -> list[EpisodeSegment]:
    """The openings, endings, eyecatches, recaps, previews and reused shots of episodes.

    Args:
        episode: a file's name, with or without its suffix, or a path to it; all episodes if None.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        series: only episodes of this show.

    Returns:
        By series, file name and time; what a person said is story is not in it.

    Raises:
        RequestError: there is no such episode or series, or no episode at all.
        DatabaseError: there is no index, or it can't be read.

    Example:
        >>> import eyecatch
        >>> done = eyecatch.segment("Lantern_Street_S01E01", "0:01", "0:03.5", "opening",
        ...                         db="season.db")
        >>> for one in eyecatch.segments(db="season.db"):
        ...     print(one.episode.title, one.row.kind, f"{one.start_seconds:.1f} s")
        Lantern_Street_S01E01 opening 1.0 s
    """
    with open_index(db, create=False, filled=True) as index:
        episodes = pick(index, [] if episode is None else [episode])
        if series is not None:
            called = index.characters.series_called(series)
            episodes = [one for one in episodes if one.series == called]
        return listed_segments(index, episodes)


def listed_segments(index: Index, episodes: Sequence[EpisodeRecord]) -> list[EpisodeSegment]:
    """The segments of some episodes, without what a person said is story."""
    found = index.segments.by_episode([one.id for one in episodes])
    return [
        EpisodeSegment(one, row)
        for one in episodes
        for row in found.get(one.id, ())
        if row.kind != STORY
    ]
