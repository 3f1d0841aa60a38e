"""The files beside a bundle's manifest: which there are, and that they are those it was made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.cohort import read_cohort
from eyecatch.core.identity.manifest import Contents, check_prototypes
from eyecatch.core.identity.prototypes import Prototypes, read_prototypes
from eyecatch.core.identity.show_metric import read_metric

WEIGHTS: Final = "model.keras"
CARD: Final = "card.json"
CARD_TEXT: Final = "card.md"
PROTOTYPES: Final = "prototypes.npz"
COHORT: Final = "cohort.npz"
METRIC: Final = "metric.npz"

Digests = Mapping[str, str]
"""SHA-256, hex, of files by their names, as a manifest says."""


def digests_of(folder: Path, contents: Contents) -> dict[str, str]:
    """The digests of the files that stand in a folder, for its manifest."""
    names = (*_needed(contents), COHORT, METRIC)
    perhaps = {COHORT, METRIC}
    return {
        name: sha256_of(folder / name)
        for name in names
        if name not in perhaps or (folder / name).is_file()
    }


def check_files(folder: Path, contents: Contents, digests: Digests) -> None:
    """Raises ModelError if the folder lacks a file that the contents need, or has another one."""
    for name in _needed(contents):
        check_file(folder, name, digests)


def check_file(folder: Path, name: str, digests: Digests) -> None:
    """The same of one file."""
    if not (folder / name).is_file():
        raise ModelError(str(folder), f"the bundle lacks its {name}", "copy it again, whole")
    if digests.get(name) != sha256_of(folder / name):
        raise ModelError(
            str(folder / name),
            "it is not the file that the bundle was made with (its digest differs)",
            "copy the bundle again, whole",
        )


def prototypes_in(folder: Path, contents: Contents, digests: Digests) -> Prototypes | None:
    """The prototypes of a network that embeds, with the cohort and the metric if there are any.

    Raises:
        ModelError: they aren't there, can't be read, or are not those of the contents.
    """
    if not contents.architecture.embeds:
        return None
    length = int(contents.architecture.options["embedding"])
    cohort, metric = (_perhaps(folder, name, digests) for name in (COHORT, METRIC))
    prototypes = read_prototypes(
        folder / PROTOTYPES,
        None if cohort is None else read_cohort(cohort, length),
        None if metric is None else read_metric(metric, length),
    )
    try:
        check_prototypes(contents, prototypes)
    except ValueError as error:
        raise no_bundle(folder, f"it has {error}") from error
    return prototypes


def no_bundle(folder: Path, why: str) -> ModelError:
    """What is said of something that is no bundle; ``why`` is a clause."""
    return ModelError(str(folder), f"it is no bundle: {why}", "train one with eyecatch train")


def sha256_of(path: Path) -> str:
    """SHA-256, hex, of a file; ModelError if it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(str(path), f"it can't be read ({error.strerror})") from error


def _needed(contents: Contents) -> tuple[str, ...]:
    return WEIGHTS, CARD, CARD_TEXT, *((PROTOTYPES,) if contents.architecture.embeds else ())


def _perhaps(folder: Path, name: str, digests: Digests) -> Path | None:
    """A file that not every bundle has, and that none needs to answer."""
    if name not in digests:
        return None
    check_file(folder, name, digests)
    return folder / name
