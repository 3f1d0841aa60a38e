"""The frames of a chunk, each with its number, wherever decoding has to start for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Set
from itertools import chain

import numpy as np
from av.video.frame import VideoFrame

from eyecatch.core.errors import MediaError
from eyecatch.core.video.container import has_free_clock, open_container
from eyecatch.core.video.decoder import Decoder, longest_gap
from eyecatch.core.video.frame import Converter, Frame
from eyecatch.core.video.geometry import Cropper
from eyecatch.core.video.sparing import Sparing
from eyecatch.core.video.types import Chunk, Video

SEEK_BACK = (0, 2, 8, 32)
"""Seconds before a chunk at which decoding is tried to begin, should its keyframe not do: the index
of the container may be wrong, or the picture be refreshed bit by bit over seconds (x264's
intra-refresh). After these comes the start of the file, from where everything can be decoded."""

MAX_REORDER = 16
"""Frames by which a decoder may output a frame too late: the most that H.264 and HEVC buffer."""

MakeFrame = Callable[[int, int, bool, VideoFrame], Frame]


def decode(
    video: Video, chunk: Chunk, *, threads: int = 1, sparing: Sparing | None = None
) -> Iterator[Frame]:
    """Decodes one chunk.

    A frame that is damaged beyond decoding is left out; the numbers of the others stay.

    Args:
        video: the file, as probed.
        chunk: one of its plan.
        threads: how many threads decode, a frame each.
        sparing: says which frames are left out, and is to be told of those that come; None decodes
            all.

    Yields:
        The frames of the chunk in order of their numbers.

    Raises:
        MediaError: the file can't be opened, or decoding stopped before the end of the chunk, after
            all frames were yielded that there are.

    Example:
        >>> from pathlib import Path
        >>> from eyecatch.core.synthetic.season import draw_episode
        >>> from eyecatch.core.video.plan import plan
        >>> from eyecatch.core.video.probe import probe
        >>> faces = draw_episode(Path("episode.mkv"), seconds=1, size=(320, 180))
        >>> video = probe(Path("episode.mkv"))
        >>> for chunk in plan(video).chunks:
        ...     for frame in decode(video, chunk):
        ...         if frame.number % 12 == 0:
        ...             print(float(frame.pts * video.time_base), frame.bgr().shape)
        0.0 (180, 320, 3)
        0.501 (180, 320, 3)
    """
    converter = Converter(video.width, video.height, video.rotation, video.mirrored)
    cropper = Cropper(video.crop)

    def make(number: int, pts: int, keyframe: bool, picture: VideoFrame) -> Frame:
        return Frame(number, pts, keyframe, cropper(picture), converter)

    if chunk.straight:
        return _straight(video, chunk, threads, make)
    return _planned(video, chunk, threads, make, sparing)


def _planned(
    video: Video, chunk: Chunk, threads: int, make: MakeFrame, sparing: Sparing | None
) -> Iterator[Frame]:
    spared = sparing.spared if sparing is not None else frozenset[int]()
    for target in _targets(video, chunk):
        with open_container(video.path) as container:
            decoder = Decoder(container, video, threads, sparing)
            found = decoder.pictures() if target is None else decoder.pictures_from(target)
            pictures = _within(found, chunk, spared)
            first = next(pictures, None)
            right = first is not None and first[0] == 0
            if target is None or right or (first is not None and decoder.damaged):
                frames = chain([first] if first else [], pictures)
                yield from _number(video, chunk, decoder, frames, make)
                return


def _targets(video: Video, chunk: Chunk) -> list[int | None]:
    """Times to seek to, until one is right; None is the start of the file."""
    if chunk.start == 0:
        return [None]
    start = int(chunk.pts[0])
    return [*(start - int(seconds / video.time_base) for seconds in SEEK_BACK), None]


def _within(
    pictures: Iterator[VideoFrame], chunk: Chunk, spared: Set[int]
) -> Iterator[tuple[int, VideoFrame]]:
    """The pictures that belong to a chunk, each with its place in it, rising.

    A picture is held back only while one before it is missing: a damaged picture, or one that the
    decoder shows too late because it underrates how far its codec reorders; not for those whose
    pts are ``spared``.
    """
    waiting: dict[int, VideoFrame] = {}
    following = beyond = 0
    for picture in pictures:
        place = _place(picture, chunk)
        if place is not None and following <= place < len(chunk.pts):
            waiting[place] = picture
        while waiting:
            if len(waiting) > MAX_REORDER:
                following = min(waiting)
            if following in waiting:
                yield following, waiting.pop(following)
            elif int(chunk.pts[following]) not in spared:
                break
            following += 1
        beyond += place == len(chunk.pts)
        if following == len(chunk.pts) or beyond > MAX_REORDER:
            break
    yield from sorted(waiting.items(), key=lambda item: item[0])


def _place(picture: VideoFrame, chunk: Chunk) -> int | None:
    """Place of a picture in its chunk, one past the last if it comes later; None if nowhere."""
    if picture.pts is None:
        return None
    place = int(np.searchsorted(chunk.pts, picture.pts))
    later = place == len(chunk.pts)
    return place if later or chunk.pts[place] == picture.pts else None


def _number(
    video: Video,
    chunk: Chunk,
    decoder: Decoder,
    pictures: Iterator[tuple[int, VideoFrame]],
    make: MakeFrame,
) -> Iterator[Frame]:
    keyframes = set(chunk.keyframes.tolist())
    last = None
    for place, picture in pictures:
        number, last = chunk.start + place, int(chunk.pts[place])
        yield make(number, last, number in keyframes, picture)
    unread = decoder.furthest is None or decoder.furthest < chunk.pts[-1]
    if last is None or unread or (decoder.broken and last < chunk.pts[-1]):
        raise _stopped(video, int(chunk.pts[0]) if last is None else last)


def _straight(video: Video, chunk: Chunk, threads: int, make: MakeFrame) -> Iterator[Frame]:
    with open_container(video.path) as container:
        decoder = Decoder(container, video, threads)
        step = max(1, round(1 / (video.rate * video.time_base))) if video.rate else 1
        gap = longest_gap(video) if has_free_clock(container) else math.inf
        last = None
        for number, picture in enumerate(decoder.pictures(), chunk.start):
            # Times must rise; a frame without one of its own comes a nominal frame later.
            pts = picture.pts
            if last is not None and (pts is None or not last < pts <= last + gap):
                pts = last + step
            last = pts or 0
            yield make(number, last, picture.key_frame or number == chunk.start, picture)
        if last is None or decoder.broken:
            raise _stopped(video, last or 0)


def _stopped(video: Video, pts: int) -> MediaError:
    problem = f"decoding stopped at {float(pts * video.time_base):.3f} s"
    return MediaError(str(video.path), problem, "what comes before is kept")
