"""Every face of every frame, as rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

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
        that the face of an unsure track may have, and empty for other tracks.
    """
    for episode in episodes:
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
            )
