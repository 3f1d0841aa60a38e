"""``eyecatch identify``: who is in a still image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core import crops
from eyecatch.core.arguments import Database, Paths, checked, renamed, several
from eyecatch.core.detect.base import Detector, detect_downscaled
from eyecatch.core.detect.config import DetectorConfig, NamedDetector
from eyecatch.core.detect.registry import load
from eyecatch.core.detections import Box, Detections
from eyecatch.core.errors import EyecatchError, MediaError
from eyecatch.core.identity.decision import Verdict
from eyecatch.core.identity.ensemble import Ensemble
from eyecatch.core.identity.inference import IdentifyAll
from eyecatch.core.identity.trust import BALANCED, check_level
from eyecatch.core.images import read_image
from eyecatch.core.inputs import images as images_of
from eyecatch.db.index import open_index
from eyecatch.jobs.bundling.index_bundle import bundles_of_index
from eyecatch.jobs.classify import Models, load_models

# Images read before their faces are identified in one go; bounds memory to some hundred crops.
BATCH = 64

STRANGER: Final = Verdict(None, 0.0, False, ())
"""Who a face is if nobody is known."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a still.

    Attributes:
        box: x, y, w, h in pixels of the image.
        score: of the detection, 0..1.
        character: the name, or None for unknown.
        confidence: how sure, calibrated, 0..1.
        unsure: a name is given, but with less than the sure confidence.
        top: the likeliest names with their probabilities, best first.
    """

    box: Box
    score: float
    character: str | None
    confidence: float
    unsure: bool
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Still:
    """An image and the faces in it; or the reason, as a sentence, why it can't be read."""

    image: Path
    faces: tuple[Face, ...]
    error: str | None = None


@renamed(paths="images")
@checked
def identify(  # noqa: PLR0913 - each is an option of its own
    images: Paths,
    *,
    model: Models = (),
    db: Database | None = None,
    detector: NamedDetector | None = None,
    crop: bool = False,
    series: str | None = None,
    trust: str | None = None,
) -> Iterator[Still]:
    """Say who is in each image, in the order given.

    Args:
        images: an image or several, and folders of them.
        model: folder of the bundle that names the faces, or of several that decide together.
        db: an index, whose names that people gave are known too: path of an SQLite file, or any
            SQLAlchemy URL. Without a model and without an index faces are found, and are nobody.
        detector: which detector looks: its name, its file, or a configuration;
            None for the default.
        crop: the images are faces already, so none is looked for.
        series: name of the show that they are of: its own bundle, and its own names of the index,
            are preferred.
        trust: ``high``, ``balanced`` or ``eager``: how sure a name has to be; None for the level of
            the index, or ``balanced`` without one.

    Yields:
        One still an image; an image that can't be read has an error instead of faces.

    Raises:
        RequestError: nobody is named in the index, or there is no such level of trust.
        EyecatchError: the detector, a bundle or the index can't be used, or a bundle not at that
            level.

    Example:
        >>> import eyecatch
        >>> for still in eyecatch.identify("still.png", model="season.bundle"):
        ...     print(still.image, [face.character for face in still.faces])
        still.png [...'Mizore'...]
    """
    ensemble = _asked(model, db, trust)
    classify = IdentifyAll(ensemble.bundles if ensemble else ())
    finder = None if crop else load(detector or DetectorConfig(), multiscale=True)
    sources = images_of(several(images))
    for fault in sources.faults:
        yield Still(Path(fault.path), (), str(fault))
    for start in range(0, len(sources.files), BATCH):
        detected = [_detect(path, finder) for path in sources.files[start : start + BATCH]]
        for one, verdicts in zip(
            detected, _identify(detected, classify, ensemble, series), strict=True
        ):
            yield Still(
                one.path,
                tuple(map(_face, one.detections.boxes, one.detections.scores, verdicts)),
                one.error,
            )


def names_somebody(db: Database) -> bool:
    """Whether there is an index in which people named somebody, and it can be asked."""
    try:
        with open_index(db, create=False) as index:
            return index.named_faces.anybody()
    except EyecatchError:
        return False


def _asked(model: Models, db: Database | None, trust: str | None) -> Ensemble | None:
    """The bundles, and the names of the index as bundles; None where neither was given."""
    given = load_models(model).bundles if model else ()
    if db is None:
        level = check_level(trust or BALANCED)
        return Ensemble(given).with_trust(level) if given else None
    with open_index(db, create=False, filled=True) as index:
        level = trust or index.bundles.trust()
        return Ensemble([*given, *bundles_of_index(index)]).with_trust(level)


@dataclass(frozen=True, slots=True)
class _Detected:
    path: Path
    detections: Detections
    crops: Sequence[bytes]
    error: str | None = None


def _detect(path: Path, finder: Detector | None) -> _Detected:
    try:
        picture = read_image(path)
    except MediaError as error:
        return _Detected(path, Detections.none(), (), str(error))
    if finder is None:
        height, width = picture.shape[:2]
        whole = Detections(np.array([[0, 0, width, height]], np.float32), np.ones(1, np.float32))
        return _Detected(path, whole, [crops.encode(crops.resize(picture))])
    found = detect_downscaled(finder, [picture])[0]
    return _Detected(path, found, [crops.encode(crops.cut(picture, box)) for box in found.boxes])


def _identify(
    detected: Sequence[_Detected],
    classify: IdentifyAll,
    ensemble: Ensemble | None,
    series: str | None,
) -> Iterator[list[Verdict]]:
    """Who the faces of each picture are."""
    if ensemble is None:
        for one in detected:
            yield [STRANGER] * len(one.crops)
        return
    predictions = classify([jpeg for one in detected for jpeg in one.crops])
    faces = (
        ensemble.vote(logits, np.ones(1), series)
        for logits in zip(*(one.logits[:, None] for one in predictions), strict=True)
    )
    for one in detected:
        yield list(islice(faces, len(one.crops)))


def _face(box: npt.NDArray[np.float32], score: float, verdict: Verdict) -> Face:
    x, y, w, h = (float(value) for value in box)
    return Face(
        (x, y, w, h),
        float(score),
        verdict.character,
        verdict.confidence,
        verdict.unsure,
        verdict.top,
    )
