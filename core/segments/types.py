"""What is known of an episode for finding what repeats, and what is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # a question to the index needn't wait for NumPy
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class PictureHashes:
    """Perceptual hashes of a chunk's drawings, or of an episode's.

    Attributes:
        frames: int32 (n,): numbers of the frames that were hashed, rising; each stands for all up
            to the next.
        hashes: uint64 (n,): one of each; see ``core.segments.hashing``.
    """

    frames: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class SoundHashes:
    """Chromaprint's hashes of a sound stream.

    Attributes:
        start: seconds on the episode's clock that the first one is of. A hash hears from .87 s
            before its time to 1.5 s after it (``core.video.sound.MIDDLE``).
        step: seconds from one to the next.
        hashes: uint32 (n,); of an episode without sound n is 0.
    """

    start: float
    step: float
    hashes: npt.NDArray[np.uint32]


class ChapterMark(NamedTuple):
    """A chapter as the file's maker named it; seconds on the episode's clock, half-open."""

    start: float
    stop: float
    title: str


@dataclass(frozen=True, slots=True)
class EpisodeSignature:
    """All by which an episode's parts are known again in other episodes.

    Attributes:
        times: float64 (frames + 1,): seconds at which each frame begins, and the last one ends.
        pictures: hashes of its drawings.
        cuts: int32 (k,): numbers of the frames after a cut, rising, without 0.
        sound: None where nobody has listened.
        chapters: in order.
    """

    times: npt.NDArray[np.float64]
    pictures: PictureHashes
    cuts: npt.NDArray[np.int32]
    sound: SoundHashes | None = None
    chapters: tuple[ChapterMark, ...] = ()


class FoundSegment(NamedTuple):
    """A part of an episode that repeats, and what it is.

    Attributes:
        episode: its place among those that were compared.
        kind: one of ``core.segments.kinds.KINDS``.
        start, stop: numbers of its first frame, and of the first after it.
        confidence: 0..1.
        shared: equal for those that show the same.
    """

    episode: int
    kind: str
    start: int
    stop: int
    confidence: float
    shared: int
