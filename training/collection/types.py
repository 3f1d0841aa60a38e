"""Faces that were collected: where each is from, and the name of its file."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from eyecatch.core.file_names import fitted, shown
from eyecatch.training.near_duplicates import difference_hashes

MAX_STEM = 100
"""Bytes of a source's name that a face's keeps; with all the rest it stays below the 255 of most
file systems, Japanese names too, whose letters take three bytes each."""

Key = tuple[str, int | None, tuple[int, int, int, int]]
"""Which face: digest of the source, number of the frame (None in a picture), and the box."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face cut out of a picture or a video.

    Attributes:
        source: the file it is from.
        digest: of that file (``core.video.content_hash``), so that it is known under any name.
        frame: number of the frame; None in a picture.
        time: seconds at which the frame is shown; None in a picture.
        box: x, y, w, h, brow to chin, in pixels of the source.
        score: of the detection, 0..1.
        quality: how well the face can be recognised, 0..1 (``core.scan.crop_selection.quality``).
        jpeg: the crop, as ``core.crops`` encodes it.
    """

    source: Path
    digest: str
    frame: int | None
    time: Fraction | None
    box: tuple[int, int, int, int]
    score: float
    quality: float
    jpeg: bytes

    @property
    def key(self) -> Key:
        """Which face it is, whatever became of its file."""
        return self.digest, self.frame, self.box

    @property
    def hash(self) -> int:
        """Its difference hash, 64 bits, see ``training.near_duplicates``."""
        return int(difference_hashes([self.jpeg])[0])

    @property
    def name(self) -> str:
        """A file name of source, time and box: ``ep1-3fa9c1-00h12m34.567s-4_8_96_96.jpg``.

        The six digits are the digest's: sources of one name in several folders stay cannot_link.
        """
        stem = fitted(shown(self.source.stem), most=MAX_STEM)
        parts = [stem, self.digest[:6]]
        if self.time is not None:
            parts.append(_clock(self.time))
        return "-".join([*parts, "_".join(map(str, self.box))]) + ".jpg"


Person = tuple[Face, ...]
"""Faces that are of one person for certain: of one track, or one face of a picture."""


@dataclass(frozen=True, slots=True)
class ExtractedFaces:
    """The faces of one picture or video.

    Attributes:
        people: the faces of each track, or each face of a picture by itself.
        cannot_link: pairs of indices into ``people`` of two who were seen at once, so are not the
            same person.
        notes: warnings, one sentence each.
    """

    people: tuple[Person, ...] = ()
    cannot_link: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """What a run of ``collect`` did.

    Attributes:
        labels: how many faces went into each folder.
        notes: what was left out and why, one sentence each.
        duplicates: how many faces were left out that nearly equal another.
        unread: how many files and folders could not be read.
    """

    labels: dict[str, int]
    notes: tuple[str, ...]
    duplicates: int = 0
    unread: int = 0

    @property
    def faces(self) -> int:
        """How many in all."""
        return sum(self.labels.values())


def _clock(seconds: Fraction) -> str:
    whole, thousandths = divmod(round(max(seconds, Fraction(0)) * 1000), 1000)
    return f"{whole // 3600:02}h{whole // 60 % 60:02}m{whole % 60:02}.{thousandths:03}s"
