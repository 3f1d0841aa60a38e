"""What goes into the index, and comes out of it while it is made; no type of SQL is in it.

What answers questions is in ``db.records.answers``.

Times are exact Fractions of a second, pts x time base, on the clock of the episode's stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from eyecatch.core.distinct import Called
from eyecatch.core.episode_name import NO_NAME, EpisodeName
from eyecatch.core.file_names import shown
from eyecatch.core.reprs import brief
from eyecatch.core.storage import reachable
from eyecatch.core.video.types import Video

if TYPE_CHECKING:  # a question to the index needn't wait for NumPy
    import numpy as np
    import numpy.typing as npt

MAX_TRIES: Final = 3
"""Processes that a chunk may kill: after so many the chunk itself is to blame, and fails."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as the file system tells of it; while these stay, so does its content."""

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> FileStamp:
        """The stamp of a file that exists; OSError if it does not, MediaError of a service."""
        with reachable(path):
            stat = path.stat()
        return cls(str(path.absolute()), stat.st_size, stat.st_mtime_ns)


def likely_origin(origin: Fraction | None, start: Fraction) -> Fraction:
    """Where players begin to count.

    Args:
        origin: what the file says; None where nobody has asked it.
        start: when its first frame begins, which is asked then: within a second of 0, 0 is meant.
    """
    if origin is not None:
        return origin
    return start if start >= 1 else Fraction(0)


class Damage(NamedTuple):
    """Frames that could not be decoded, or only in part; or a hole of the file.

    Attributes:
        start, stop: half-open; of a hole both are the number of the first frame after it.
        start_pts, stop_pts: when the first of them begins and the last one ends; see ``Hole``.
    """

    start: int
    stop: int
    start_pts: int
    stop_pts: int


class KeptDetector(NamedTuple):
    """What came of learning a series: a detector, or the reason why there is none.

    Attributes:
        digest: of its weights; None without one.
        content: of its file; None without one.
        reason: why there is none, as a sentence; None with one.
    """

    digest: str | None
    content: bytes | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """An episode of the index.

    Attributes:
        id: its number in this index.
        digest: hash of its content.
        video: what was probed, with the path where it was last seen.
        series: name of its series, or None.
        frames: how many were planned.
        end: when its last readable frame ends.
        complete: False where its file breaks off.
        state: ``pending``, ``done``, ``incomplete`` or ``failed``; see ``db.models.base``.
        scan_digest: of the scan that its tracks were made from; None before that.
        bundle_id: of the bundle, or bundles together, that decided its tracks; None where none did.
        names_due: what people said of other faces has yet to follow to its tracks.
        start: when its first frame begins; 0 where its container doesn't say.
        replaced: its file holds another content now; see ``db.review.replacement``.
        damage: where frames could not be decoded, in order; until it is decided, its holes.
        called: what it is called where its file's name isn't enough to tell it from others.
        named: its season, number and title, with its series.
        named_by: who says so: ``file`` or ``person``; None where nobody looked yet.
    """

    id: int
    digest: str
    video: Video
    series: str | None
    frames: int
    end: Fraction
    complete: bool
    state: str
    scan_digest: str | None
    bundle_id: int | None
    names_due: bool = False
    start: Fraction = Fraction(0)
    replaced: bool = False
    damage: tuple[Damage, ...] = ()
    called: Called | None = None
    named: EpisodeName = NO_NAME
    named_by: str | None = None

    @property
    def origin(self) -> Fraction:
        """Seconds on its clock at which players begin to count."""
        return likely_origin(self.video.origin, self.start)

    @property
    def length(self) -> Fraction:
        """Exact seconds that a player shows at its end; never below 0."""
        return max(self.end - self.origin, Fraction(0))

    @property
    def seconds(self) -> float:
        """The same, rounded as floats are."""
        return float(self.length)

    @property
    def name(self) -> str:
        """The file's name, as it is shown; where others are called so too, with folders before."""
        return shown(self.video.path.name) if self.called is None else self.called.name

    @property
    def damaged(self) -> int:
        """How many frames could not be decoded, or only in part."""
        return sum(some.stop - some.start for some in self.damage)

    @property
    def heading(self) -> str:
        """Its show and label, such as ``Show S01E03``; where one isn't known, its ``title``."""
        label = self.named.label
        return self.title if label is None or self.series is None else f"{self.series} {label}"

    @property
    def title(self) -> str:
        """The name without its suffix, as a file may be called."""
        return shown(self.video.path.stem) if self.called is None else self.called.title

    @property
    def path(self) -> Path:
        """Where its file was last seen."""
        return self.video.path

    def __repr__(self) -> str:
        return brief(self, name=self.name, seconds=self.seconds, state=self.state)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is to be done of an episode: numbers of chunks, and of frames in them."""

    chunks: int
    frames: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """What rows were made by: scan, run and bundle.

    Attributes:
        scan_digest: of the ``ScanConfig``.
        run_id: the run, whose config and versions are in the index; None outside a run.
        bundle_id: the bundle, or the bundles together, that decides; None if none does.
    """

    scan_digest: str
    run_id: int | None = None
    bundle_id: int | None = None


class Vectors(Protocol):
    """A bundle's predictions for n crops."""

    @property
    def embeddings(self) -> npt.NDArray[np.float32]:
        """float32 (n, d)."""

    @property
    def logits(self) -> npt.NDArray[np.float32]:
        """float32 (n, characters)."""


class LinkedShot(Protocol):
    """Frames between two cuts, as a half-open range."""

    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def stop(self) -> int: ...  # noqa: D102


class LinkedTrack(LinkedShot, Protocol):
    """Tracklets that are one face in one shot."""

    @property
    def shot(self) -> int:
        """Index of its shot."""

    @property
    def tracklets(self) -> Sequence[tuple[int, int]]:
        """Index of the chunk and position in it, of each tracklet."""


class Linked(Protocol):
    """The shots and tracks of a whole episode."""

    @property
    def shots(self) -> Sequence[LinkedShot]: ...  # noqa: D102
    @property
    def tracks(self) -> Sequence[LinkedTrack]: ...  # noqa: D102


class Verdict(Protocol):
    """Who a track was decided to be."""

    @property
    def character(self) -> str | None:
        """The name, or None for unknown; where ``unsure``, the name it may be."""

    @property
    def confidence(self) -> float:
        """How sure, calibrated, 0..1."""

    @property
    def unsure(self) -> bool:
        """Between "no" and "yes"."""

    @property
    def top(self) -> Sequence[tuple[str, float]]:
        """The likeliest names with their probabilities, best first."""


@dataclass(frozen=True, slots=True)
class CropBatch:
    """Crops that a bundle has not classified yet: ids of this index, and a JPEG each."""

    ids: tuple[int, ...]
    jpegs: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Crops that a network has embedded: n ids of this index, and embeddings float32 (n, d)."""

    ids: tuple[int, ...]
    embeddings: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TrackVotes:
    """A track with a bundle's predictions for its crops.

    Attributes:
        track_id: number of the track in this index.
        embeddings: float32 (n, d).
        logits: float32 (n, characters of the bundle).
        weights: float32 (n,): quality of the crops, higher is better to judge by.
    """

    track_id: int
    embeddings: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
