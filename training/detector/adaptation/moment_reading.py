"""One moment out of a video: a frame and its neighbours, and whether a cut lies between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from eyecatch.core.errors import MediaError
from eyecatch.core.scan.cuts import NEIGHBOURS, SceneChanges, detect_cuts
from eyecatch.core.video.decode import decode
from eyecatch.core.video.frame import Frame, Picture
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.core.video.seek import Seeker
from eyecatch.core.video.types import Video
from eyecatch.training.detector.adaptation.moment_times import CheckedBox, EpisodeSource, Wanted
from eyecatch.training.detector.adaptation.moments import MAX_SIDE, Moment, no_boxes
from eyecatch.training.detector.dataset import Boxes

GAP: Final = Fraction(1, 4)
"""Seconds from a frame to its neighbours: two drawings on threes, and a face has hardly moved."""

_AHEAD: Final = 2
"""Seconds after a keyframe from which on a frame is taken to be too far: streams may have a
keyframe every ten seconds, and what lies between would have to be decoded in vain."""

_MARGIN: Final = Fraction(NEIGHBOURS, 24)
"""Seconds either way that are looked at besides, by which a cut stands out."""


_SHORT: Final = 60.0
"""Seconds of an episode that is decoded whole: some seconds of work, wherever its keyframes are."""


def describe_episode(path: Path, name: str, checked: Sequence[CheckedBox] = ()) -> EpisodeSource:
    """What is to be known of an episode before moments are read of it.

    Args:
        path: its file.
        name: what it is called.
        checked: what people said of its faces.

    Raises:
        MediaError: it can't be read, or is no video.
    """
    video = probe(path)
    start = int((video.origin or 0) / video.time_base)
    if video.duration and _can_be_sought_in(video, start):
        seconds = float(video.duration)
        return EpisodeSource(name, video, seconds, start, seconds <= _SHORT, tuple(checked))
    planned = plan(video)
    first = next((int(chunk.pts[0]) for chunk in planned.chunks if len(chunk.pts)), start)
    seconds = float(planned.end - first * video.time_base)
    return EpisodeSource(name, video, max(seconds, 0.0), first, True, tuple(checked))


def _can_be_sought_in(video: Video, start: int) -> bool:
    middle = start + int((video.duration or 0) / 2 / video.time_base)
    with Seeker(video) as seeker:
        return next(seeker.frames_from(middle), None) is not None


def read_moments(episode: EpisodeSource, wanted: Sequence[Wanted]) -> Iterator[Moment]:
    """Reads moments of an episode; those that can't be read are left out.

    Args:
        episode: the episode.
        wanted: which frames, in order of time; of a ``straight`` episode all of them.

    Raises:
        MediaError: the file can't be opened any more.
    """
    if episode.straight:
        windows = deque(_Window(one.pts, episode.video.time_base, one.checked) for one in wanted)
        return _moments(episode, windows, _all_frames(episode.video))
    return _sought(episode, wanted)


def _all_frames(video: Video) -> Iterator[Frame]:
    for chunk in plan(video).chunks:
        with suppress(MediaError):  # it breaks off: what comes before is there
            yield from decode(video, chunk)


def _sought(episode: EpisodeSource, wanted: Sequence[Wanted]) -> Iterator[Moment]:
    with Seeker(episode.video) as seeker:
        for one in wanted:
            frames = seeker.frames_from(one.pts)
            first = next(frames, None)
            if first is not None:
                pts = one.pts if one.checked else _near(first.pts, one, episode)
                window = _Window(pts, episode.video.time_base, one.checked)
                yield from _moments(episode, deque([window]), chain([first], frames))


def _moments(
    episode: EpisodeSource, windows: deque[_Window], frames: Iterable[Frame]
) -> Iterator[Moment]:
    """The moments of windows, in order of time, that frames go by."""
    for frame in frames:
        for window in windows:
            if not window.reaches(frame.pts):
                break
            window.add(frame)
        while windows and windows[0].is_past(frame.pts):
            yield from windows.popleft().moment(episode)
        if not windows:
            return
    for window in windows:
        yield from window.moment(episode)


def _near(keyframe: int, wanted: Wanted, episode: EpisodeSource) -> int:
    """The time that is wanted, or one shortly after the keyframe if that is far from it."""
    unit = episode.video.time_base
    ahead, gap = int(_AHEAD / unit), int(GAP / unit)
    near = wanted.pts if wanted.pts - keyframe <= ahead else keyframe + int(wanted.spread * ahead)
    return max(near, keyframe + gap)


class _Window:
    """The frames around a time, as they go by.

    Args:
        pts: the time.
        unit: seconds of one unit of it.
        checked: what people said of the frame at that time.
    """

    def __init__(self, pts: int, unit: Fraction, checked: tuple[CheckedBox, ...]) -> None:
        self._checked = checked
        self._pts, self._gap, self._margin = pts, int(GAP / unit), int((GAP + _MARGIN) / unit)
        self._changes = SceneChanges()
        self._found: dict[int, tuple[int, int, Picture]] = {}

    def reaches(self, pts: int) -> bool:
        """Whether the frame of that time may matter, or is later."""
        return pts >= self._pts - self._margin

    def is_past(self, pts: int) -> bool:
        """Whether no frame from that time on matters."""
        return pts > self._pts + self._margin

    def add(self, frame: Frame) -> None:
        """Go on by a frame."""
        if self.is_past(frame.pts):
            return
        place = len(self._changes.values)
        self._changes.add(frame.thumbnail(), place)
        for which, least in ((-1, -self._gap), (0, 0), (1, self._gap)):
            if frame.pts >= self._pts + least and which not in self._found:
                self._found[which] = place, frame.pts, _small(frame)

    def moment(self, episode: EpisodeSource) -> Iterator[Moment]:
        """What was seen; nothing if the video ends before the time."""
        if 0 not in self._found:
            return
        _, pts, picture = self._found[0]
        across, down = (
            picture.shape[1] / episode.video.width,
            picture.shape[0] / episode.video.height,
        )
        scale = np.array([across, down, across, down], np.float32)
        yield Moment(
            name=f"{episode.name}@{pts}",
            episode=episode.name,
            picture=picture,
            before=self._neighbour(-1),
            after=self._neighbour(1),
            faces=_boxes(self._checked, is_face=True) * scale,
            not_faces=_boxes(self._checked, is_face=False) * scale,
        )

    def _neighbour(self, which: int) -> Picture | None:
        """The frame before or after; None where there is none, after a cut, or of another size."""
        place, _, picture = self._found[0]
        other, _, seen = self._found.get(which, (place, 0, picture))
        low, high = sorted((place, other))
        cuts = detect_cuts(np.array(self._changes.values, np.float32)).tolist()
        if other == place or any(low < cut <= high for cut in cuts) or seen.shape != picture.shape:
            return None
        return seen


def _small(frame: Frame) -> Picture:
    width, height = frame.size
    return frame.downscaled(max(1, min(height, MAX_SIDE * height // max(width, height))))


def _boxes(checked: Sequence[CheckedBox], *, is_face: bool) -> Boxes:
    found = [one.box for one in checked if one.is_face == is_face]
    return np.array(found, np.float32) if found else no_boxes()
