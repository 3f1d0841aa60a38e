"""Writing a bundle: whole, or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from eyecatch.core.errors import RequestError
from eyecatch.core.files import atomic_folder, check_writable
from eyecatch.core.identity.bundle import MANIFEST, Bundle, load_bundle, write_manifest
from eyecatch.core.identity.bundle_files import (
    CARD,
    CARD_TEXT,
    COHORT,
    METRIC,
    PROTOTYPES,
    WEIGHTS,
)
from eyecatch.core.identity.cohort import Cohort, write_cohort
from eyecatch.core.identity.manifest import Contents, check_prototypes
from eyecatch.core.identity.networks import Network
from eyecatch.core.identity.prototypes import Prototypes, write_prototypes
from eyecatch.core.identity.show_metric import write_metric


@dataclass(frozen=True, slots=True)
class Card:
    """How a bundle was trained and measured: plain values for JSON, and the same as Markdown."""

    facts: Mapping[str, Any]
    text: str


def check_free(folder: Path, force: bool) -> None:
    """Complains, before any work is done, if a bundle can't be written to ``folder``.

    Raises:
        RequestError: something is there, or nothing can be. With ``force`` a bundle may be there,
            and nothing else.
    """
    if not folder.exists():
        if not folder.absolute().parent.is_dir():
            raise RequestError(
                f"the folder {folder.absolute().parent} doesn't exist", "make it first"
            )
    elif not (folder / MANIFEST).is_file():
        raise RequestError(f"{folder} exists and is no bundle", "choose another name")
    elif not force:
        raise RequestError(f"{folder} exists", "choose another name, or use --force to replace it")
    check_writable(folder)


def save_bundle(  # noqa: PLR0913 - each is a part of a bundle
    folder: Path,
    contents: Contents,
    network: Network | Path,
    card: Card,
    prototypes: Prototypes | None = None,
    *,
    cohort: Cohort | None = None,
    force: bool = False,
) -> Bundle:
    """Writes a bundle, which appears only when it is whole (``atomic_folder``).

    Args:
        folder: where to.
        contents: what ``bundle.json`` is to say.
        network: the trained ``keras.Model`` that ``contents.architecture`` builds, or the file of
            weights of another bundle, which is copied as it is.
        card: how it was trained and measured.
        prototypes: of a network that ``embeds``, an owner for each of ``contents.names``, with
            their metric if they have one; None if there are no names.
        cohort: people whom such a network never saw.
        force: replace a bundle of that name.

    Raises:
        RequestError: ``folder`` exists (see ``check_free``), or can't be written.
    """
    check_free(folder, force)
    if prototypes is None and contents.architecture.embeds:
        prototypes = Prototypes.none(int(contents.architecture.options["embedding"]))
    check_prototypes(contents, prototypes)
    try:
        with atomic_folder(folder) as new:
            _write_weights(new / WEIGHTS, contents, network)
            if prototypes is not None:
                write_prototypes(new / PROTOTYPES, prototypes)
            if prototypes is not None and prototypes.metric is not None:
                write_metric(new / METRIC, prototypes.metric)
            if cohort is not None:
                write_cohort(new / COHORT, cohort)
            (new / CARD).write_text(json.dumps(card.facts, ensure_ascii=False, indent=1), "utf-8")
            (new / CARD_TEXT).write_text(card.text, "utf-8")
            write_manifest(new, contents)
    except OSError as error:
        raise RequestError(f"{folder} can't be written ({error.strerror})") from error
    return load_bundle(folder)


def unsaved_bundle(contents: Contents, embedder: Bundle, prototypes: Prototypes) -> Bundle:
    """A bundle that is on no disk: other characters for the network of an embedder.

    Its folder is the embedder's, where its weights are; it has no card of its own.

    Raises:
        ValueError: these are not the prototypes that such contents need.
    """
    check_prototypes(contents, prototypes)
    said = hashlib.sha256(json.dumps(asdict(contents), sort_keys=True).encode())
    said.update(embedder.weights_digest.encode())
    metric = prototypes.metric
    mapping = () if metric is None else (metric.matrix, metric.centre)
    for array in (prototypes.vectors, prototypes.owners, prototypes.counts, *mapping):
        said.update(array.tobytes())
    return Bundle(
        **{one.name: getattr(contents, one.name) for one in fields(Contents)},
        folder=embedder.folder,
        file_digest=said.hexdigest(),
        weights_digest=embedder.weights_digest,
        prototypes=prototypes,
        cohort=embedder.cohort,
    )


def _write_weights(path: Path, contents: Contents, network: Network | Path) -> None:
    if isinstance(network, Path):
        shutil.copyfile(network, path)
        return
    # A fresh network has no optimizer, whose state would be saved with the weights.
    plain = contents.architecture.build()
    plain.set_weights(network.get_weights())
    plain.save(path)
