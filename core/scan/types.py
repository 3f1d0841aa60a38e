"""What a scan keeps of a chunk: arrays of rows and a few crops, never whole pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from eyecatch.core.segments.types import PictureHashes

if TYPE_CHECKING:  # a question to the index needn't wait for NumPy
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every frame of a chunk, in order.

    Attributes:
        start: number of the first frame.
        pts: int64 (n,): presentation times in units of the episode's time base.
        held: bool (n,): the frame shows the same drawing as the one before it, whose inference it
            reuses. Never true on a keyframe: there the scan starts afresh, so that an episode may
            be cut into chunks anywhere.
        change: float32 (n,): how much the frame differs from the one before it, 0..1 (see
            ``core.scan.cuts``); NaN for the first frame of the chunk, whose predecessor is in
            another.
        first_thumbnail, last_thumbnail: uint8 (h, w, 3): with them ``change`` of the first frame
            is computed once the neighbouring chunks are known.
    """

    start: int
    pts: npt.NDArray[np.int64]
    held: npt.NDArray[np.bool_]
    change: npt.NDArray[np.float32]
    first_thumbnail: npt.NDArray[np.uint8]
    last_thumbnail: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Crop:
    """A face cut out for the classifier, as a JPEG.

    The JPEG itself is what is classified, now or years later with another bundle, so that an answer
    never depends on when it was asked.

    Attributes:
        frame: number of the frame it was cut from.
        quality: 0..1, higher is easier to recognise; see ``core.scan.crop_selection.quality``.
        jpeg: the picture, ``core.crops.CROP_SIZE`` pixels square.
    """

    frame: int
    quality: float
    jpeg: bytes

    def __reduce__(self) -> tuple[type[Self], tuple[int, float, bytes]]:
        """As pickle has it: there are hundreds in a chunk, and the generic way is slow."""
        return type(self), (self.frame, self.quality, self.jpeg)


@dataclass(frozen=True, slots=True)
class Tracklet:
    """One face tracked between two keyframes; a track is made of one or several.

    Attributes:
        frames: int32 (n,): numbers of its frames, rising without gaps (a face missed for a few
            frames in the middle is interpolated).
        boxes: int32 (n, 4): x, y, w, h in pixels of the video.
        scores: float32 (n,): of the detection; 0 where the box is interpolated.
        crops: its best crops, best first; at least one.
    """

    frames: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    crops: tuple[Crop, ...]

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """As that of ``Crop``."""
        return type(self), (self.frames, self.boxes, self.scores, self.crops)


@dataclass(frozen=True, slots=True)
class ScannedChunk:
    """All that a scan found in one chunk.

    Attributes:
        index: of the chunk in its episode.
        timeline: every frame of it.
        tracklets: in order of their first frame, then of their left edge.
        broken: why decoding stopped before the chunk's end, or None; what came before is kept.
        damage: half-open ranges of frames that were not decoded, or only in part, in order.
        pictures: hashes of its drawings, by which they are known again in other episodes.
    """

    index: int
    timeline: Timeline
    tracklets: tuple[Tracklet, ...]
    broken: str | None = None
    damage: tuple[tuple[int, int], ...] = ()
    pictures: PictureHashes | None = None
