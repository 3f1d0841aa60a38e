"""``eyecatch enrol``: adds a character to a bundle, or takes one out, without training."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

import numpy as np
import numpy.typing as npt

from eyecatch.core.arguments import AnyPath, Paths, checked, several
from eyecatch.core.crops import decode, encode
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import Card, check_free, save_bundle
from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.decision import vote
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.prototypes import make_prototypes
from eyecatch.core.names import require_name
from eyecatch.training.enrolment.card import Enrolment, unchanged, with_entry, without_entries
from eyecatch.training.enrolment.gallery import Gallery
from eyecatch.training.enrolment.images import FaceImages, read_face_images
from eyecatch.training.enrolment.options import EnrolKeywords, EnrolOptions
from eyecatch.training.enrolment.thresholds import compare, thresholds

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]


@checked
def enrol(
    bundle: Bundle | AnyPath,
    name: str,
    images: Paths = (),
    *,
    out: AnyPath,
    **keywords: Unpack[EnrolKeywords],
) -> Bundle:
    """Adds a character to a bundle from one to five images, or more, in seconds.

    The network stays as it is: the character gets prototypes, thresholds and a line in the card.
    Warnings about the images are logged, and stand in the card.

    Args:
        bundle: the bundle, where it is, or ``base`` for the embedder in the package.
        name: of the character; with ``remove`` or ``variant`` an alias will do.
        images: a file or several, and folders of them. Of each the largest face is taken. None are
            needed to remove a character, or to give one that is known other ``aliases``.
        out: the bundle to write; may be where ``bundle`` is.
        **keywords: all optional:

            crop: the images are faces already, so none is looked for.
            aliases: other names to be found by.
            variant: another costume or form of a character that the bundle knows.
            remove: take the character out of the bundle.
            series: the show that all its characters are of; None leaves it as it is.
            detector: which detector looks: its name, its file, or a configuration;
                None for the default.
            force: replace ``out``.
            device: see ``prepare_tensorflow``.

    Returns:
        The bundle, as ``load_bundle(out)`` would return it.

    Raises:
        RequestError: the name, the images or ``out`` don't do, or the bundle has to be trained to
            know a character.
        ModelError: the bundle or the detector can't be used.

    Example:
        >>> import eyecatch
        >>> from pathlib import Path
        >>> images = sorted(Path("faces/Akari").iterdir())[:3]
        >>> bundle = eyecatch.enrol(
        ...     "base", "Akari", images, out="akari.bundle", crop=True, force=True
        ... )
        >>> bundle.names
        ('Akari',)
    """
    options = EnrolOptions(**keywords)
    known = bundle if isinstance(bundle, Bundle) else named_bundle(bundle)
    folder = Path(out)
    check_free(folder, options.force or folder.resolve() == known.folder.resolve())
    gallery, files = Gallery.of(known), [Path(image) for image in several(images)]
    if options.series is not None:
        require_name(options.series)
        gallery = replace(gallery, contents=replace(gallery.contents, series=options.series))
    if options.remove:
        changed, card = _remove(known, gallery, name)
    elif options.aliases and not files:
        changed = gallery.with_aliases(gallery.index_of(name), several(options.aliases))
        card = unchanged(known)
    else:
        changed, card = _add(known, gallery, name, files, options)
    return save_bundle(
        folder,
        changed.contents,
        known.weights,
        card,
        changed.prototypes,
        cohort=known.cohort,
        force=True,
    )


def _remove(bundle: Bundle, gallery: Gallery, name: str) -> tuple[Gallery, Card]:
    index = gallery.index_of(name)
    return gallery.without(index), without_entries(bundle, gallery.characters[index].name)


def _add(
    bundle: Bundle, gallery: Gallery, name: str, files: Sequence[Path], options: EnrolOptions
) -> tuple[Gallery, Card]:
    name = _check_names(gallery, name, options)
    images = read_face_images(files, options.image_detector)
    embeddings = _embed(Identify(bundle, device=options.device), images)
    changed, notes = _with_character(gallery, name, images, embeddings, bundle.cohort)
    changed = changed.with_aliases(changed.index_of(name), options.aliases)
    return changed, with_entry(bundle, Enrolment(name, len(embeddings), options.variant, notes))


def _check_names(gallery: Gallery, name: str, options: EnrolOptions) -> str:
    """The name as it is to be written; complains before any image is read."""
    index = gallery.index_of(name) if options.variant else None
    if index is None:
        gallery.check_new(name)
    for alias in options.aliases:
        gallery.check_new(alias, of=index)
    return name.strip() if index is None else gallery.characters[index].name


def _embed(identify: Identify, images: FaceImages) -> Vectors:
    """The embeddings (n, d) of faces; each is the mean of the face's and its mirror image's."""
    mirrored = [encode(np.ascontiguousarray(decode(crop)[:, ::-1])) for crop in images.crops]
    both = identify([*images.crops, *mirrored]).embeddings
    mean = both[: len(mirrored)] + both[len(mirrored) :]
    lengths = np.linalg.norm(mean, axis=1, keepdims=True)
    return np.asarray(mean / np.where(lengths == 0, 1, lengths), np.float32)


def _with_character(
    gallery: Gallery, name: str, images: FaceImages, embeddings: Vectors, cohort: Cohort | None
) -> tuple[Gallery, tuple[str, ...]]:
    """With a character's prototypes and thresholds; and warnings about the images."""
    try:
        mapped = gallery.prototypes.mapped(embeddings)
        changed = gallery.with_prototypes(name, *make_prototypes(mapped))
    except ValueError as error:
        raise RequestError(
            f"the pictures of {name!r} tell the network nothing", "use others"
        ) from error
    index = changed.index_of(name)
    similarity = compare(gallery, changed, name, embeddings, cohort)
    own = thresholds(similarity, changed.contents.thresholds[index])
    notes = [*images.notes, *_looks_known(gallery, name, images, embeddings)]
    notes += [
        f"{images.paths[k]}: looks unlike the other pictures of {name!r}."
        for k in similarity.outliers
    ]
    for note in notes:
        log.warning(note)
    return changed.with_thresholds(index, own), tuple(notes)


def _looks_known(
    gallery: Gallery, name: str, images: FaceImages, embeddings: Vectors
) -> Iterator[str]:
    """A sentence for each image that the bundle was sure to be of somebody else."""
    contents = gallery.contents
    for path, logits in zip(images.paths, gallery.prototypes.logits(embeddings), strict=True):
        verdict = vote(
            logits[None], np.ones(1), contents.calibration, contents.names, contents.thresholds
        )
        if verdict.character not in (None, name) and not verdict.unsure:
            yield f"{path}: looks like {verdict.character!r}, whom the bundle knows."
