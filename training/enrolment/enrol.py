"""A character more or less in a bundle: from a few pictures, and without training."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import decode, encode
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import check_free, save_bundle
from eyecatch.core.identity.decision import vote
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.prototypes import make_prototypes
from eyecatch.core.tensorflow import Device
from eyecatch.training.enrolment.card import Entry, unchanged, with_entry, without_entries
from eyecatch.training.enrolment.gallery import Roster
from eyecatch.training.enrolment.images import Portraits, read_portraits
from eyecatch.training.enrolment.thresholds import compare, thresholds

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]


def enrol(  # noqa: PLR0913 - each is one plain choice of the caller's
    bundle: Bundle | Path | str,
    name: str,
    images: Iterable[Path] = (),
    *,
    out: Path,
    crop: bool = False,
    aliases: Sequence[str] = (),
    variant: bool = False,
    remove: bool = False,
    series: str | None = None,
    detector: DetectorConfig | None = None,
    force: bool = False,
    device: Device = "auto",
) -> Bundle:
    """Adds a character to a bundle from one to five pictures, or more, in seconds.

    The network stays as it is: the character gets prototypes, thresholds and a line in the card.
    What is odd about the pictures is logged as warnings, and stands in the card.

    Args:
        bundle: the bundle, where it is, or ``base`` for the embedder in the package.
        name: of the character; with ``remove`` or ``variant`` an alias will do.
        images: pictures, and folders of them. Of each the largest face is taken. None are needed to
            remove a character, or to give one that is known other ``aliases``.
        out: the bundle to write; may be where ``bundle`` is.
        crop: the pictures are faces already, so none is looked for.
        aliases: other names to be found by.
        variant: another costume or form of a character that the bundle knows.
        remove: take the character out of the bundle.
        series: the show that all its characters are of; None leaves it as it is.
        detector: which detector looks, and how; None for the default.
        force: replace ``out``.
        device: see ``prepare_tensorflow``.

    Raises:
        RequestError: the name, the pictures or ``out`` don't do, or the bundle has to be trained to
            know a character.
        ModelError: the bundle or the detector can't be used.
    """
    known = bundle if isinstance(bundle, Bundle) else named_bundle(bundle)
    check_free(out, force or out.resolve() == known.folder.resolve())
    roster, pictures = Roster.of(known), list(images)
    if series is not None:
        roster = replace(roster, contents=replace(roster.contents, series=series))
    if remove:
        name = roster.characters[roster.place(name)].name
        changed, card = roster.removed(roster.place(name)), without_entries(known, name)
    elif aliases and not pictures:
        changed, card = roster.called(roster.place(name), aliases), unchanged(known)
    else:
        name = _checked(roster, name, aliases, variant)
        portraits = read_portraits(pictures, None if crop else detector or DetectorConfig())
        embeddings = _embed(Identify(known, device=device), portraits)
        changed, notes = _joined(roster, name, portraits, embeddings)
        changed = changed.called(changed.place(name), aliases)
        card = with_entry(known, Entry(name, len(embeddings), variant, notes))
    return save_bundle(out, changed.contents, known.weights, card, changed.prototypes, force=True)


def _checked(roster: Roster, name: str, aliases: Sequence[str], variant: bool) -> str:
    """The name as it is to be written; complains before any picture is looked at."""
    place = roster.place(name) if variant else None
    if place is None:
        roster.check_new(name)
    for alias in aliases:
        roster.check_new(alias, of=place)
    return name.strip() if place is None else roster.characters[place].name


def _embed(identify: Identify, portraits: Portraits) -> Vectors:
    """The embeddings (n, d) of faces; each is the mean of the face's and its mirror image's."""
    mirrored = [encode(np.ascontiguousarray(decode(crop)[:, ::-1])) for crop in portraits.crops]
    both = identify([*portraits.crops, *mirrored]).embeddings
    mean = both[: len(mirrored)] + both[len(mirrored) :]
    lengths = np.linalg.norm(mean, axis=1, keepdims=True)
    return np.asarray(mean / np.where(lengths == 0, 1, lengths), np.float32)


def _joined(
    roster: Roster, name: str, portraits: Portraits, embeddings: Vectors
) -> tuple[Roster, tuple[str, ...]]:
    """With a character's prototypes and thresholds; and what is odd about the pictures."""
    try:
        changed = roster.joined(name, *make_prototypes(embeddings))
    except ValueError as error:
        raise RequestError(
            f"the pictures of {name!r} tell the network nothing", "use others"
        ) from error
    place = changed.place(name)
    likeness = compare(roster, changed, name, embeddings)
    own = thresholds(likeness, changed.contents.thresholds[place])
    notes = [*portraits.notes, *_looks_known(roster, name, portraits, embeddings)]
    notes += [
        f"{portraits.paths[k]}: looks unlike the other pictures of {name!r}." for k in likeness.odd
    ]
    for note in notes:
        log.warning(note)
    return changed.named_from(place, own), tuple(notes)


def _looks_known(
    roster: Roster, name: str, portraits: Portraits, embeddings: Vectors
) -> Iterator[str]:
    """A sentence for each picture that the bundle was sure to be of somebody else."""
    contents = roster.contents
    for path, logits in zip(portraits.paths, roster.prototypes.logits(embeddings), strict=True):
        said = vote(
            logits[None], np.ones(1), contents.calibration, contents.names, contents.thresholds
        )
        if said.character not in (None, name) and not said.unsure:
            yield f"{path}: looks like {said.character!r}, whom the bundle knows."
