"""The segments of episodes: what the formats of ``export segments`` are written from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from eyecatch.core.segments.kinds import STORY
from eyecatch.core.segments.story_parts import NamedPart, Stretch, named_parts
from eyecatch.core.video.chapter_files import ffmetadata, matroska_chapters
from eyecatch.db.index import Index
from eyecatch.db.records.answers import SegmentRow
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.tables import Column, Row
from eyecatch.jobs.origins import with_clock

COLUMNS: Final = (
    Column("episode", "label"),
    Column("kind", "label"),
    Column("start", "float"),
    Column("stop", "float"),
    Column("start_frame", "int"),
    Column("stop_frame", "int"),
    Column("confidence", "float"),
    Column("by", "label"),
)


@dataclass(frozen=True, slots=True)
class EpisodeSegments:
    """An episode and its segments.

    Attributes:
        episode: the episode.
        segments: in order; none that says that there is none.
    """

    episode: EpisodeRecord
    segments: tuple[SegmentRow, ...]

    def stretches(self) -> list[Stretch]:
        """The segments, in seconds as players count."""
        origin = self.episode.origin
        return [
            Stretch(
                one.kind, max(one.start - origin, Fraction(0)), max(one.stop - origin, Fraction(0))
            )
            for one in self.segments
        ]


def segments_of(index: Index, episodes: Sequence[EpisodeRecord]) -> list[EpisodeSegments]:
    """The segments of episodes, in their order."""
    found = index.segments.by_episode([one.id for one in episodes])
    return [
        EpisodeSegments(
            with_clock(index, one),
            tuple(segment for segment in found.get(one.id, ()) if segment.kind != STORY),
        )
        for one in episodes
    ]


def segment_rows(episodes: Sequence[EpisodeSegments]) -> Iterator[Row]:
    """Rows of ``COLUMNS``; times are those of the episode's own clock, in seconds."""
    for one in episodes:
        for segment in one.segments:
            yield (
                one.episode.name,
                segment.kind,
                round(float(segment.start), 6),
                round(float(segment.stop), 6),
                segment.start_frame,
                segment.stop_frame,
                round(segment.confidence, 4),
                segment.by,
            )


def write_ffmetadata(episode: EpisodeSegments) -> str:
    """FFmpeg's metadata file: a chapter for each part of an episode."""
    return ffmetadata(_parts(episode), episode.episode.video.time_base)


def write_matroska(episode: EpisodeSegments) -> str:
    """The same as mkvmerge reads it."""
    return matroska_chapters(_parts(episode))


def _parts(episode: EpisodeSegments) -> list[NamedPart]:
    return named_parts(episode.stretches(), episode.episode.length)
