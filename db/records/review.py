"""Rows for naming and for the review's pages: faces, clusters, actions, counts, timelines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # a question to the index needn't wait for NumPy
    import numpy as np
    import numpy.typing as npt

Box = tuple[int, int, int, int]
"""x, y, w, h in pixels of the video."""


@dataclass(frozen=True, slots=True)
class Share:
    """Seconds of faces on screen, each face by itself.

    Attributes:
        seconds: of all.
        named: of those with a name that is sure.
        aside: of those that a person said are nobody.
    """

    seconds: float
    named: float
    aside: float

    @property
    def part(self) -> float:
        """What part of it has a name, 0..1, without what was set aside; 1 where there is none."""
        wanted = self.seconds - self.aside
        return min(self.named / wanted, 1.0) if wanted > 0 else 1.0


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """Faces that look like one person and wait for a name.

    Attributes:
        id: its number.
        series_id, series: of its episodes, or None.
        faces: how many wait; each is followed through one shot.
        episodes: how many they are in.
        seconds: how long they are on screen.
        stamp: another one when other faces wait.
        edited: a person merged or split it.
    """

    id: int
    series_id: int | None
    series: str | None
    faces: int
    episodes: int
    seconds: float
    stamp: str
    edited: bool


@dataclass(frozen=True, slots=True)
class FaceRow:
    """The face of a track.

    Attributes:
        id: its number.
        cluster: the number of its cluster; None before it is grouped.
        episode_id: id of the episode.
        episode: name of the file.
        path: of the file.
        track: number of the track that follows it, in the episode.
        seconds: how long it is on screen.
        time: seconds at which its track begins, on the episode's clock.
        shown: seconds that a player shows then.
        character: who it is; where ``unsure``, who it may be; None for unknown.
        confidence: of the verdict; None before there is one.
        unsure: between "no" and "yes".
        decided_by: ``model`` or ``person``; None before there is a verdict.
    """

    id: int
    cluster: int | None
    episode_id: int
    episode: str
    path: str
    track: int
    seconds: float
    time: float
    shown: float
    character: str | None
    confidence: float | None
    unsure: bool
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What a person did.

    Attributes:
        id: its number; higher is later.
        message: as a clause: "named 12 faces Hiei".
        undone: whether it was taken back.
        episodes: ids of the episodes whose names changed.
    """

    id: int
    message: str
    undone: bool
    episodes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentEdit:
    """What a person says that a part of an episode is.

    Attributes:
        episode_id: the episode.
        start, stop: frames, half-open.
        kind: one of ``core.segments.kinds.KINDS``, or ``story``: there is nothing.
        at: frames of the segment that it was so far; None for the one that lies there, or a new
            one where none does.
        only_here: it says nothing of other episodes.
        elsewhere: (episode, start, stop) of the same in other episodes, if it is new.
    """

    episode_id: int
    start: int
    stop: int
    kind: str
    at: tuple[int, int] | None = None
    only_here: bool = False
    elsewhere: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is.

    Attributes:
        episodes: all of them.
        pending: those that are not indexed to their end.
        unseen: those that are, but whose faces nobody has looked at.
    """

    episodes: int
    pending: int
    unseen: int


@dataclass(frozen=True, slots=True)
class ScreenTime:
    """Seconds of a character in an episode, of sure appearances."""

    character_id: int
    character: str
    episode_id: int
    seconds: float


class ScreenTimes(list[ScreenTime]):
    """Who is in which episodes.

    Args:
        times: those that count.
        glimpses: how many stretches are too short to (``core.counting``).
    """

    def __init__(self, times: Iterable[ScreenTime] = (), glimpses: int = 0) -> None:
        super().__init__(times)
        self.glimpses = glimpses


@dataclass(frozen=True, slots=True)
class Bar:
    """A track on an episode's timeline; times in pts.

    Attributes:
        track: its number in the episode.
        start_pts, stop_pts: from when to when.
        character_id, character: who it is; where ``unsure``, who it may be; None for unknown.
        confidence: of the verdict; None before there is one.
        unsure: between "no" and "yes".
        by: ``model`` or ``person``; None before there is a verdict.
        cluster: of its face; None before it is grouped.
    """

    track: int
    start_pts: int
    stop_pts: int
    character_id: int | None
    character: str | None
    confidence: float | None
    unsure: bool
    by: str | None
    cluster: int | None


class FaceMoment(NamedTuple):
    """The frame that the picture of a face is from: its episode, and its pts there."""

    episode_id: int
    pts: int


class TrackSpot(NamedTuple):
    """Where a track is in its episode: its number there, and from when to when in pts."""

    track: int
    start_pts: int
    stop_pts: int


@dataclass(frozen=True, slots=True)
class DrawnFace:
    """A face that no detector found, as a person drew it.

    Attributes:
        episode_id: id of the episode.
        frame: number of the frame it was drawn in.
        box: its box there, brow to chin.
        start, stop: the frames that show the same at that place, half-open; ``frame`` is in them.
        jpeg, quality: its crop; see ``core.scan.types.Crop``.
        embedding: of the crop, float32 (d,) of unit length.
        bundle_id: whose embedding it is.
    """

    episode_id: int
    frame: int
    box: Box
    start: int
    stop: int
    jpeg: bytes
    quality: float
    embedding: npt.NDArray[np.float32]
    bundle_id: int


@dataclass(frozen=True, slots=True)
class MissedFaceRow:
    """A face that a person drew and that still no detector finds.

    Attributes:
        id: its number.
        frame, pts: of the frame it was drawn in.
        box: its box there.
        face: number of its face, as of any other.
        character: who it is; None for unknown.
    """

    id: int
    frame: int
    pts: int
    box: Box
    face: int | None
    character: str | None


@dataclass(frozen=True, slots=True)
class CheckedFace:
    """A box in a frame of which a person said whether a face is in it.

    Attributes:
        episode_id: id of the episode.
        frame: number of the frame.
        pts: when it begins, in the episode's time base.
        box: the box.
        is_face: whether it is; False if a person called it no face.
        drawn: the person drew the box; else a detector found it.
    """

    episode_id: int
    frame: int
    pts: int
    box: Box
    is_face: bool
    drawn: bool


class CheckedCounts(NamedTuple):
    """How a scan stands against what people said of faces: each face of a shot counts once.

    Attributes:
        found: faces that it found.
        missed: faces that it didn't.
        wrong: what it found and a person called no face.
        avoided: what a person called no face and it didn't find.
    """

    found: int
    missed: int
    wrong: int
    avoided: int
