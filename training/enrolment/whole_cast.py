"""A whole cast enrolled at once, from embeddings of faces that somebody named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.decision import probabilities
from eyecatch.core.identity.prototypes import make_prototypes
from eyecatch.core.identity.show_metric import fit_show_metric
from eyecatch.training.enrolment.gallery import Gallery
from eyecatch.training.enrolment.thresholds import LEFT_OUT, Similarity, taken_for, thresholds
from eyecatch.training.open_set import ENROLLED_SHARE, FittedCalibration, calibrate_open_set

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

FOLDS: Final = 5
"""Parts of a character's faces; each is judged by prototypes made of the others."""

MOST_JUDGED: Final = 1000
"""Faces that the calibration is fitted on, spread evenly over a cast: more change no digit that is
shown, and the fit takes a second for each thousand."""

MOST_PROTOTYPES: Final = 64
"""Of a character. Of a handful of pictures eight say all (``prototypes.MAX_PROTOTYPES``); of a
season's faces each more tells another pose of a show that the embedder doesn't know."""

PULL: Final = 0.5
"""How far they are moved to the mean: less than those of a handful of pictures, which are chance.
The figures are in docs/identity.md."""


@dataclass(frozen=True, slots=True, eq=False)
class CastFaces:
    """The faces of one character.

    Attributes:
        embeddings: float32 (n, d), of unit length; n at least 1.
        tracks: int64 (n,): equal for faces that look alike anyway, such as those of one shot.
    """

    embeddings: Vectors
    tracks: Places

    @property
    def parts(self) -> Places:
        """int64 (n,): which of ``FOLDS`` parts each face is in; those of a track are in one."""
        return np.unique(self.tracks, return_inverse=True)[1].reshape(-1) % FOLDS


def enrol_cast(embedder: Bundle, cast: Mapping[str, CastFaces], strangers: Vectors) -> Gallery:
    """A gallery of characters that an embedder shall know, with its calibration and thresholds.

    With ``open_set.MIN_FACES`` faces and two characters, temperature, "nobody" and thresholds
    are fitted on the faces, each judged by prototypes of which it is no part, and once more as if
    its character were not known. With fewer the embedder's own calibration stays, and a character's
    thresholds are raised to where nobody else of the cast is taken for it, as ``enrol`` does.

    Args:
        embedder: a bundle with prototypes; who it knows already is left out.
        cast: the faces of each character, by its name.
        strangers: float32 (m, d): embeddings of faces that are nobody of the cast.

    Raises:
        RequestError: the network can't be enrolled into.
    """
    empty = _without_anybody(Gallery.of(embedder))
    gallery = _with_prototypes(_with_metric(empty, cast), cast)
    fitted = _calibrate(empty, gallery, cast, strangers, embedder.cohort)
    own = list(fitted.thresholds[: len(cast)])
    kept = fitted.calibration == empty.contents.calibration
    if kept:  # it was fitted on embeddings as they are
        gallery = _with_prototypes(empty, cast)
    trust = gallery.contents.trust if kept else fitted.trust
    contents = replace(gallery.contents, calibration=fitted.calibration, trust=trust)
    gallery = replace(gallery, contents=contents)
    if kept:
        default = contents.calibration.thresholds
        own = [
            thresholds(_similarity(gallery, index, strangers), default)
            for index in range(len(cast))
        ]
    for index, pair in enumerate(own):
        if pair is not None:
            gallery = gallery.with_thresholds(index, pair)
    return gallery


def _without_anybody(gallery: Gallery) -> Gallery:
    contents = replace(gallery.contents, characters=(), nobody=False, series=None)
    length = gallery.prototypes.vectors.shape[1]
    return Gallery(contents, gallery.prototypes.none(length, gallery.prototypes.cohort))


def _with_metric(gallery: Gallery, cast: Mapping[str, CastFaces]) -> Gallery:
    """A gallery of nobody with the metric that a cast's faces teach."""
    embeddings = np.concatenate([faces.embeddings for faces in cast.values()])
    people = np.repeat(np.arange(len(cast)), [len(faces.tracks) for faces in cast.values()])
    tracks = np.concatenate([faces.tracks for faces in cast.values()])
    metric = fit_show_metric(embeddings, people, tracks)
    return replace(gallery, prototypes=replace(gallery.prototypes, metric=metric))


def _with_prototypes(gallery: Gallery, cast: Mapping[str, CastFaces]) -> Gallery:
    for name, faces in cast.items():
        mapped = gallery.prototypes.mapped(faces.embeddings)
        vectors = make_prototypes(mapped, MOST_PROTOTYPES, PULL)
        gallery = gallery.with_prototypes(name, *vectors)
    return gallery


def _calibrate(
    empty: Gallery,
    gallery: Gallery,
    cast: Mapping[str, CastFaces],
    strangers: Vectors,
    cohort: Cohort | None,
) -> FittedCalibration:
    logits, labels = _held_out(empty, cast)
    theirs = gallery.prototypes.logits(strangers) if len(strangers) else np.zeros((0, len(cast)))
    both = np.concatenate([logits, theirs[:: _step(len(theirs), MOST_JUDGED)]])
    never_seen = None
    if cohort is not None:
        never_seen = cohort, _with_nobody(gallery.prototypes.logits(cohort.vectors))
    nobody = np.full(len(both) - len(labels), len(cast))
    return calibrate_open_set(
        _with_nobody(both),
        np.concatenate([labels, nobody]),
        (*cast, None),
        empty.contents.calibration,
        never_seen,
        ENROLLED_SHARE,
    )


def _with_nobody(logits: npt.NDArray[np.floating]) -> Vectors:
    """With a last column of nobody, who has no prototypes: no face is near to it."""
    columns = np.full((len(logits), 1), LEFT_OUT)
    return np.concatenate([logits, columns], axis=1).astype(np.float32)


def _held_out(empty: Gallery, cast: Mapping[str, CastFaces]) -> tuple[Vectors, Places]:
    """Logits (n, c) of faces by prototypes made without them, and whose each is, int64 (n,).

    Who is in one track only can't be held out, and is judged by none of its faces.
    """
    logits, labels = [np.zeros((0, len(cast)))], [np.zeros(0, np.int64)]
    most = max(1, MOST_JUDGED // max(len(cast) * FOLDS, 1))
    for part in range(FOLDS):
        rest = {name: _others(faces, part) for name, faces in cast.items()}
        prototypes = _with_prototypes(_with_metric(empty, rest), rest).prototypes
        for index, faces in enumerate(cast.values()):
            mine = faces.embeddings[faces.parts == part]
            if len(mine) and len(mine) < len(faces.embeddings):
                judged = mine[:: _step(len(mine), most)]
                logits.append(prototypes.logits(judged))
                labels.append(np.full(len(judged), index))
    return np.concatenate(logits).astype(np.float32), np.concatenate(labels)


def _others(faces: CastFaces, part: int) -> CastFaces:
    """The faces of the other parts; all of them where there are none."""
    kept = faces.parts != part
    return CastFaces(faces.embeddings[kept], faces.tracks[kept]) if kept.any() else faces


def _step(count: int, most: int) -> int:
    """Every how manieth to take of ``count``, so that there are at most ``most``."""
    return max(1, -(-count // most))


def _similarity(gallery: Gallery, index: int, strangers: Vectors) -> Similarity:
    """How sure the gallery would be that the others, and strangers, are a character."""
    others = taken_for(gallery, index)
    if len(strangers):
        logits = gallery.prototypes.logits(strangers)
        chances = probabilities(logits, gallery.contents.calibration)[:, index]
        others = np.concatenate([others, chances])
    return Similarity(np.zeros(0), others)
