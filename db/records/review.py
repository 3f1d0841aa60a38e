"""Rows that the index gives: faces and tracks, crops, clusters, and what a person did."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class FrameRow:
    """A face in a frame.

    Attributes:
        episode: name of the file.
        frame: number of the frame.
        pts: when it begins, in ``time_base``.
        track: number of the face's track in the episode, from 0; None before tracks are made.
        character: who it is; None for unknown.
        confidence: of the track's verdict; None before there is one.
        x, y, w, h: pixels of the video.
        score: of the detection, 0..1; 0 where the box is interpolated.
        held: the frame shows the same drawing as the one before it.
        time_base: seconds of one unit of a pts.
    """

    episode: str
    frame: int
    pts: int
    track: int | None
    character: str | None
    confidence: float | None
    x: int
    y: int
    w: int
    h: int
    score: float
    held: bool
    time_base: Fraction

    @property
    def time(self) -> Fraction:
        """Seconds at which the frame begins."""
        return self.pts * self.time_base


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A track and who it was decided to be.

    Attributes:
        number: its place in the episode, from 0.
        start, stop: frames, half-open.
        start_pts, stop_pts: when the first frame begins and the last one ends.
        character: the name; None for unknown or undecided. Where ``unsure``, the name it may be.
        confidence: of the verdict; None before there is one.
        unsure: between "no" and "yes".
        top: the likeliest names with their probabilities, best first; empty if a person decided.
        decided_by: ``model`` or ``person``; None before there is a verdict.
    """

    number: int
    start: int
    stop: int
    start_pts: int
    stop_pts: int
    character: str | None
    confidence: float | None
    unsure: bool
    top: tuple[tuple[str, float], ...]
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class CropRow:
    """A stored crop of a named face.

    Attributes:
        character: whose it is.
        track: number of its track in the episode.
        frame: number of the frame it was cut from.
        time: seconds at which that frame begins.
        quality: higher is better to judge by.
        jpeg: the picture.
    """

    character: str
    track: int
    frame: int
    time: Fraction
    quality: float
    jpeg: bytes


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
        touched: a person merged or split it.
    """

    id: int
    series_id: int | None
    series: str | None
    faces: int
    episodes: int
    seconds: float
    stamp: str
    touched: bool


@dataclass(frozen=True, slots=True)
class FaceRow:
    """The face of a track.

    Attributes:
        id: its number.
        cluster: the number of its cluster; None before it is grouped.
        episode_id: id of the episode.
        episode: name of the file.
        track: number of the track that follows it, in the episode.
        seconds: how long it is on screen.
        time: seconds at which its track begins, on the episode's clock.
        character: who it is; where ``unsure``, who it may be; None for unknown.
        confidence: of the verdict; None before there is one.
        unsure: between "no" and "yes".
        decided_by: ``model`` or ``person``; None before there is a verdict.
    """

    id: int
    cluster: int | None
    episode_id: int
    episode: str
    track: int
    seconds: float
    time: float
    character: str | None
    confidence: float | None
    unsure: bool
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What a person did.

    Attributes:
        id: its number; higher is later.
        told: as a clause: "named 12 faces Hiei".
        undone: whether it was taken back.
        episodes: ids of the episodes whose names changed.
    """

    id: int
    told: str
    undone: bool
    episodes: tuple[int, ...] = ()
