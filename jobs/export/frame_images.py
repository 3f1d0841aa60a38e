"""Pictures of an episode with faces on them, each drawing at most once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from eyecatch.core.video.decode import decode
from eyecatch.core.video.frame import Picture
from eyecatch.core.video.plan import plan
from eyecatch.db.index import Index
from eyecatch.db.records.face_rows import FrameRow
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.found_file import found_file

CHUNK = 10.0
"""Seconds decoded at once for the pictures in them: short, so that what lies between is skipped."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A frame that is exported, and its faces.

    Attributes:
        episode: whose it is.
        frame: its number.
        faces: all of them, those without a name too.
        folder: of its episode's pictures; no other episode's.
    """

    episode: EpisodeRecord
    frame: int
    faces: tuple[FrameRow, ...]
    folder: str

    @property
    def name(self) -> str:
        """Of its file, below a folder of pictures and without a suffix."""
        return f"{self.folder}/{self.frame:06}"

    def boxes(self) -> Iterator[tuple[str | None, FrameRow, tuple[int, int, int, int]]]:
        """Name, row and box (x, y, w, h) of each face, cut off at the picture's edges."""
        video = self.episode.video
        for face in self.faces:
            left, top = max(face.x, 0), max(face.y, 0)
            right, bottom = min(face.x + face.w, video.width), min(face.y + face.h, video.height)
            if right > left and bottom > top:
                yield face.character, face, (left, top, right - left, bottom - top)


def choose_drawings(
    index: Index,
    episode: EpisodeRecord,
    every: int,
    characters: Collection[str] = (),
    *,
    unsure: bool = False,
) -> list[Drawing]:
    """Every n-th drawing of an episode with a face on it; held frames are copies and left out.

    Args:
        index: where it is.
        episode: which.
        every: 1 for all drawings.
        characters: only drawings with one of them; all if empty.
        unsure: names that are unsure count too.
    """
    rows = groupby(index.exports.frames(episode.id, unsure=unsure), key=attrgetter("frame"))
    drawings = [Drawing(episode, frame, tuple(faces), episode.title) for frame, faces in rows]
    wanted = [
        drawing
        for drawing in drawings
        if not all(face.held for face in drawing.faces)
        and (not characters or any(face.character in characters for face in drawing.faces))
    ]
    return wanted[::every]


def decode_frames(
    index: Index, episode: EpisodeRecord, frames: Collection[int]
) -> Iterator[tuple[int, Picture]]:
    """Frames of an episode, exactly those, as uint8 (height, width, 3) BGR pictures, in order.

    Raises:
        MediaError: its file is gone, has changed, or can't be decoded there.
    """
    video = replace(episode.video, path=found_file(index, episode))
    wanted = frozenset(frames)
    for chunk in plan(video, CHUNK).chunks:
        here = {frame for frame in wanted if chunk.start <= frame < chunk.stop or chunk.straight}
        if not here:
            continue
        last = max(here)
        for frame in decode(video, chunk):
            if frame.number in here:
                yield frame.number, frame.bgr()
            if frame.number >= last:
                break
