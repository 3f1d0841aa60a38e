"""From a box that a person draws on a paused video to a face of the index."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
from fastapi import HTTPException

from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.scan.still_boxes import Thumbnail, drawn_crop, still_span, thumbnail
from eyecatch.core.scan.types import Crop
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.records.review import ActionRow, Box, DrawnFace
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.frame_images import decode_frames
from eyecatch.jobs.origins import with_clock
from eyecatch.jobs.review.state import AppState

LEAST: Final = 8
"""Pixels of the video: a smaller box shows no face that anybody recognises."""

AROUND: Final = 5
"""Seconds before and after its frame in which a drawn box is looked for: what is decoded for it."""

_ROUNDED: Final = Fraction(2, 1000)
"""Seconds by which a browser's time may lie before that of the frame it shows: containers and
scripts keep milliseconds."""


def draw_missed(
    room: AppState, episode_id: int, seconds: float, box: Box, name: str | None
) -> ActionRow:
    """Add a face that no detector found, with what follows from its name.

    Args:
        room: of the page.
        episode_id: which episode.
        seconds: where the video stands, as players count.
        box: x, y, w, h of the face, in pixels of the video.
        name: who it is; None for somebody without a name.

    Raises:
        RequestError: the box can't be a face, there is one already, or this can't be a name.
        HTTPException: there is no such episode, or its file can't be read.
    """
    known = room.index.episodes.get_or_none(episode_id)
    if known is None:
        raise HTTPException(404, "there is no such episode")
    episode = with_clock(room.index, known)
    box = _clipped(box, episode)
    frame = _frame(room, episode, seconds)
    try:
        crop, (start, stop) = _seen(room, episode, frame, box)
    except MediaError as error:
        raise HTTPException(404, str(error).rstrip(".")) from error
    drawn = DrawnFace(
        episode_id,
        frame,
        box,
        start,
        stop,
        crop.jpeg,
        crop.quality,
        room.pipeline.embedding_of(crop.jpeg),
        room.pipeline.embedder_id,
    )
    return room.act(lambda index: index.actions.draw(drawn, name), group=True)


def _clipped(box: Box, episode: EpisodeRecord) -> Box:
    """The part of a box that is in the picture; RequestError if that is hardly anything."""
    x, y, w, h = box
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + w, episode.video.width), min(y + h, episode.video.height)
    if right - left < LEAST or bottom - top < LEAST:
        raise RequestError(
            f"this box is smaller than {LEAST} pixels, or not in the picture",
            "draw it around the face, from brow to chin",
        )
    return left, top, right - left, bottom - top


def _frame(room: AppState, episode: EpisodeRecord, seconds: float) -> int:
    """The number of the frame that a browser shows at its time."""
    clock = room.index.chunks.frame_times(episode.id)
    base = episode.video.time_base
    pts = (Fraction(seconds) + episode.origin + _ROUNDED) / base
    if not len(clock.pts) or pts >= clock.end + _ROUNDED / base:
        raise RequestError("the episode has no frame at that time", "pause it where the face is")
    return max(_last_at(clock, pts), 0)


def _last_at(clock: FrameTimes, pts: Fraction) -> int:
    return int(np.searchsorted(clock.pts, int(pts), side="right")) - 1


def _seen(
    room: AppState, episode: EpisodeRecord, frame: int, box: Box
) -> tuple[Crop, tuple[int, int]]:
    """The crop of a box in a frame, and the frames of its shot that show the same there."""
    shot = room.index.missed_faces.shot_at(episode.id, frame)
    if shot is None:
        raise RequestError(f"frame {frame} of this episode is not indexed", "index it first")
    far = round(AROUND * float(episode.video.rate or 24))
    wanted = range(max(shot[0], frame - far), min(shot[1], frame + far + 1))
    small: dict[int, Thumbnail] = {}
    crop: Crop | None = None
    for number, picture in decode_frames(room.index, episode, wanted):
        small[number] = thumbnail(picture, box)
        if number == frame:
            crop = drawn_crop(picture, frame, box)
    if crop is None:
        problem = f"frame {frame} can't be decoded"
        raise MediaError(str(episode.video.path), problem, "draw the face in another frame")
    return crop, still_span(small, frame)
