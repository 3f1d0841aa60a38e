"""Rows of what was seen, as exports have them: faces in frames, tracks, crops."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a question to the index needn't wait for NumPy
    import numpy as np
    import numpy.typing as npt


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


@dataclass(frozen=True, slots=True, eq=False)
class NamedCrop:
    """A crop of a track of which a person said who it is.

    Attributes:
        id: of the crop.
        track, episode: ids of its track and episode.
        series: of the episode, or None.
        character: the name; None where the person said that it is nobody.
        aliases: other names of the character.
        embedding: float32 (d,), of unit length, or zero where the picture is damaged; None where
            the network that is asked about has not seen it.
    """

    id: int
    track: int
    episode: int
    series: str | None
    character: str | None
    aliases: tuple[str, ...]
    embedding: npt.NDArray[np.float32] | None
