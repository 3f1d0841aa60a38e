"""A bundle made of an index: everybody whom people named there, without training."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

import eyecatch
from eyecatch.core.crops import is_crop
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.identity.base_embedder import base_bundle, named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import Card, save_bundle, unsaved_bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.names import folded
from eyecatch.db.connection.urls import shown_url
from eyecatch.db.index import Index
from eyecatch.db.records.face_rows import NamedCrop
from eyecatch.jobs.bundling.index_bundle_card import CharacterCount, index_bundle_card
from eyecatch.training.enrolment.gallery import Gallery
from eyecatch.training.enrolment.whole_cast import CastFaces, enrol_cast

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]

BATCH: Final = 1024
"""Pictures that are read and embedded in one go: 8 MB."""

LOOKED_AT_AGAIN: Final = (
    "%s: %d pictures of named faces have no embedding of the embedder at hand and are looked at "
    "now; eyecatch unknowns --db %s does that once for all."
)


@dataclass(frozen=True, slots=True)
class IndexBundle:
    """A bundle that is on no disk, and its card.

    Attributes:
        bundle: its folder is the embedder's.
        card: where it comes from.
    """

    bundle: Bundle
    card: Card


def bundle_of_index(index: Index, series: str | None = None) -> IndexBundle:
    """Everybody whom people named in an index, as one bundle.

    Args:
        index: the index; nothing is written to it.
        series: only the names of this series, which the bundle is of then. Without it the bundle
            is of everybody, and of a series where all are of the same one.

    Raises:
        RequestError: nobody is named there, or there is no such series.
        ModelError: the embedder can't be used.
    """
    embedder = _embedder(index)
    return _made(_named_crops(index, embedder, series), embedder)


def bundles_of_index(index: Index) -> list[Bundle]:
    """A bundle for each series of an index in which people named somebody, to be asked together.

    Raises:
        RequestError: nobody is named there.
        ModelError: the embedder can't be used.
    """
    embedder = _embedder(index)
    by_series: dict[str | None, list[NamedCrop]] = defaultdict(list)
    for crop in _named_crops(index, embedder):
        by_series[crop.series].append(crop)
    return [
        _made(crops, embedder).bundle
        for crops in by_series.values()
        if any(crop.character is not None for crop in crops)
    ]


def save_made(made: IndexBundle, out: Path, *, force: bool = False) -> Bundle:
    """Write a bundle that was made of an index, with its embedder's weights.

    Raises:
        RequestError: ``out`` is there, or can't be written; see ``save_bundle``.
    """
    bundle = made.bundle
    contents = Contents(**{one.name: getattr(bundle, one.name) for one in fields(Contents)})
    return save_bundle(
        out,
        contents,
        bundle.weights,
        made.card,
        bundle.prototypes,
        cohort=bundle.cohort,
        force=force,
    )


def _embedder(index: Index) -> Bundle:
    """The bundle whose embeddings the index keeps if it is at hand, else the package's."""
    base, used = base_bundle(), index.named_faces.embedder()
    if used is None or used.digest == base.digest or used.network == base.network:
        return base
    with suppress(ModelError):
        known = named_bundle(used.path)
        if known.digest == used.digest and known.prototypes is not None:
            return known
    return base


def _named_crops(index: Index, embedder: Bundle, series: str | None = None) -> list[NamedCrop]:
    """What people named, with embeddings of unit length; RequestError if that is nobody."""
    own = None if series is None else index.characters.series_called(series)
    where = shown_url(index.url)
    crops = index.named_faces.crops(embedder.network, embedder.digest, own)
    if all(crop.character is None for crop in crops):
        of = "" if own is None else f" of {own!r}"
        raise RequestError(
            f"in {where} people have named nobody{of} yet",
            f"name faces first: eyecatch review --db {where}",
        )
    lacking = [crop.id for crop in crops if crop.embedding is None]
    if lacking:
        log.warning(LOOKED_AT_AGAIN, where, len(lacking), where)
    again = dict(_embedded(index, embedder, lacking))
    whole = [replace(one, embedding=again.get(one.id, one.embedding)) for one in crops]
    good = [one for one in whole if one.embedding is not None and one.embedding.any()]
    if all(crop.character is None for crop in good):
        problem = f"in {where} no picture of a face that people named can be read"
        raise RequestError(problem, f"see: eyecatch doctor --db {where}")
    return good


def _embedded(
    index: Index, embedder: Bundle, crop_ids: Sequence[int]
) -> Iterator[tuple[int, Vectors]]:
    identify = Identify(embedder)
    for start in range(0, len(crop_ids), BATCH):
        jpegs = index.named_faces.jpegs(crop_ids[start : start + BATCH])
        good = {crop: jpeg for crop, jpeg in jpegs.items() if is_crop(jpeg)}
        yield from zip(good, identify(list(good.values())).embeddings, strict=True)


def _made(crops: Sequence[NamedCrop], embedder: Bundle) -> IndexBundle:
    named = _by_character(crops)
    strangers = _vectors([crop for crop in crops if crop.character is None], embedder)
    cast = {name: _faces(own, embedder) for name, own in named.items()}
    gallery = _with_aliases(enrol_cast(embedder, cast, strangers), named)
    shows = sorted({crop.series for own in named.values() for crop in own}, key=str)
    gallery = replace(
        gallery,
        contents=replace(
            gallery.contents,
            created_by=f"eyecatch {eyecatch.__version__}",
            series=shows[0] if len(shows) == 1 else None,
        ),
    )
    counts = [_counted(name, own) for name, own in named.items()]
    learned = gallery.prototypes.metric is not None
    card = index_bundle_card(gallery.contents, counts, shows, len(strangers), metric=learned)
    return IndexBundle(unsaved_bundle(gallery.contents, embedder, gallery.prototypes), card)


def _by_character(crops: Sequence[NamedCrop]) -> dict[str, list[NamedCrop]]:
    """The crops of each name, sorted by it; names that differ in case or width alone are one."""
    together: dict[str, list[NamedCrop]] = defaultdict(list)
    for crop in crops:
        if crop.character is not None:
            together[folded(crop.character)].append(crop)
    return dict(sorted((_spelling(own), own) for own in together.values()))


def _spelling(crops: Sequence[NamedCrop]) -> str:
    spelt = Counter(str(crop.character) for crop in crops)
    return min(spelt, key=lambda name: (-spelt[name], name))


def _faces(crops: Sequence[NamedCrop], embedder: Bundle) -> CastFaces:
    tracks = np.array([crop.track for crop in crops], np.int64)
    return CastFaces(_vectors(crops, embedder), tracks)


def _vectors(crops: Sequence[NamedCrop], embedder: Bundle) -> Vectors:
    length = int(embedder.architecture.options["embedding"])
    found = [crop.embedding for crop in crops if crop.embedding is not None]
    return np.array(found, np.float32).reshape(len(found), length)


def _with_aliases(gallery: Gallery, named: Mapping[str, Sequence[NamedCrop]]) -> Gallery:
    """Aliases as the index has them, but for those that are somebody else's in the bundle."""
    for index, own in enumerate(named.values()):
        for alias in dict.fromkeys(alias for crop in own for alias in crop.aliases):
            if gallery.find(alias) is None:
                gallery = gallery.with_aliases(index, [alias])
    return gallery


def _counted(name: str, crops: Sequence[NamedCrop]) -> CharacterCount:
    return CharacterCount(
        name,
        faces=len({crop.track for crop in crops}),
        pictures=len(crops),
        episodes=len({crop.episode for crop in crops}),
        series=tuple(sorted({crop.series for crop in crops if crop.series is not None})),
    )
