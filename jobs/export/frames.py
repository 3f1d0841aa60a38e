"""Every face of every frame, as rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from eyecatch.core.segments.stretches import KindSpan
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.tables import Column, Row

COLUMNS = (
    Column("episode", "label"),
    Column("frame", "int"),
    Column("time", "float"),
    Column("track", "int"),
    Column("character", "label"),
    Column("confidence", "float"),
    Column("x", "int"),
    Column("y", "int"),
    Column("w", "int"),
    Column("h", "int"),
    Column("held", "bool"),
    Column("score", "float", in_csv=False),
    Column("unsure", "chances", in_csv=False),
    Column("segment", "label", in_csv=False),
)


def frame_rows(
    index: Index,
    episodes: Sequence[EpisodeRecord],
    characters: Collection[str] = (),
    *,
    unsure: bool = False,
) -> Iterator[Row]:
    """A row a face, by episode, frame and left edge.

    Args:
        index: stays open while rows are taken.
        episodes: which.
        characters: only faces with these names; all faces if empty.
        unsure: name the faces of unsure tracks too.

    Yields:
        Rows of ``COLUMNS``. ``time`` is in seconds, to the microsecond; ``unsure`` are the names
        that the face of an unsure track may have, and empty for other tracks; ``segment`` is the
        kind of segment that the frame is in.
    """
    for episode in episodes:
        inside = index.segments.stretches(episode.id)
        ends = [one.stop for one in inside]
        maybe = {
            track.number: list(track.top)
            for track in index.exports.tracks(episode.id)
            if track.unsure
        }
        for face in index.exports.frames(episode.id, unsure=unsure):
            if characters and face.character not in characters:
                continue
            yield (
                face.episode,
                face.frame,
                round(float(face.time), 6),
                face.track,
                face.character,
                None if face.confidence is None else round(face.confidence, 4),
                face.x,
                face.y,
                face.w,
                face.h,
                face.held,
                face.score,
                [] if face.track is None else maybe.get(face.track, []),
                _segment(face.frame, inside, ends),
            )


def _segment(frame: int, inside: Sequence[KindSpan], ends: Sequence[int]) -> str | None:
    place = bisect_right(ends, frame)
    return inside[place].kind if place < len(ends) and inside[place].start <= frame else None
