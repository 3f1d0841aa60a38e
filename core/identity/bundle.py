"""A trained classifier on disk, with all it needs: read without TensorFlow, and without running it.

A bundle is a folder::

    bundle.json       format, network and its hyperparameters, characters, calibration, thresholds
                      for each level of trust, digests
    model.keras       the weights; nothing else of it is ever read
    prototypes.npz    of a network that only embeds: what stands for each character
    cohort.npz        perhaps, of such a network: faces of people whom it never saw
    metric.npz        perhaps, of such a network: how faces of the show are compared
    card.json         how it was trained and measured
    card.md           the same for people

``bundle.json`` holds the SHA-256 of every other file, so that its own is the bundle's digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.bundle_files import (
    CARD,
    CARD_TEXT,
    METRIC,
    WEIGHTS,
    check_file,
    check_files,
    digests_of,
    no_bundle,
    prototypes_in,
)
from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.decision import Calibration, Thresholds
from eyecatch.core.identity.manifest import Character, Contents
from eyecatch.core.identity.networks import Architecture
from eyecatch.core.identity.prototypes import Prototypes
from eyecatch.core.identity.trust import BALANCED, check_level

FORMAT = "eyecatch bundle"
VERSION = 2
"""Raised whenever a reader of the last version would misread a bundle."""

VERSION_WITH_METRIC = 3
"""Of bundles with a metric: whoever doesn't know it would answer wrongly, and refuses them."""

READABLE = (1, 2, 3)
"""Version 1 knew neither prototypes, nor thresholds of a character, nor the series. Levels of trust
came to version 2 later: whoever doesn't know them decides at ``balanced``, and rightly so."""

MANIFEST = "bundle.json"
LARGEST_MANIFEST = 16 * 2**20
"""Bytes; ten thousand characters with aliases take less than two million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Contents):
    """A bundle on disk; its weights stay there until ``Identify`` needs them.

    Attributes:
        folder: where it is.
        file_digest: SHA-256, hex, over all its content on disk. Bundles of equal ones answer alike
            at whatever level of trust: embeddings and logits are the same.
        weights_digest: SHA-256, hex, of its weights; bundles of equal ones embed alike.
        prototypes: of a network that ``embeds``, with an owner for each of ``names``; else None.
        cohort: people whom such a network never saw; None where none are known.
        level: of trust, at which it decides.
    """

    folder: Path
    file_digest: str
    weights_digest: str
    prototypes: Prototypes | None = field(compare=False, repr=False)
    cohort: Cohort | None = field(default=None, compare=False, repr=False)
    level: str = BALANCED

    @property
    def digest(self) -> str:
        """Equal for bundles that decide alike; SHA-256, hex. At ``balanced`` that of the file."""
        if self.level == BALANCED:
            return self.file_digest
        text = f"eyecatch trust 1\n{self.file_digest} {self.level}"
        return hashlib.sha256(text.encode()).hexdigest()

    def with_trust(self, level: str) -> Bundle:
        """The same bundle, as it is on disk, deciding at a level of trust.

        Raises:
            RequestError: there is no such level.
            ModelError: the bundle has no thresholds for it.
        """
        if self.level != BALANCED:
            raise ValueError(f"expected a bundle as it is on disk, got one at {self.level}")
        try:
            moved = Contents.with_trust(self, check_level(level))
        except ValueError as error:
            raise ModelError(
                str(self.folder), str(error), f"train it again, or use --trust {BALANCED}"
            ) from error
        return replace(moved, level=level)

    @property
    def network(self) -> str:
        """Equal for bundles of one network: the same weights in the same architecture."""
        options = json.dumps(self.architecture.options, sort_keys=True)
        return f"{self.weights_digest} {self.architecture.name} {options}"

    @property
    def weights(self) -> Path:
        """The file of weights."""
        return self.folder / WEIGHTS

    def check_weights(self) -> None:
        """Raises ModelError if the weights are no longer those that the bundle was read with."""
        check_file(self.folder, WEIGHTS, {WEIGHTS: self.weights_digest})

    @property
    def card(self) -> dict[str, Any]:
        """How it was trained and measured, as written by ``training``; ModelError if it is none."""
        try:
            card = json.loads((self.folder / CARD).read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise no_bundle(self.folder, f"its {CARD} can't be read") from error
        if not isinstance(card, dict):
            raise no_bundle(self.folder, f"its {CARD} holds no object")
        return card

    @property
    def card_text(self) -> str:
        """The same for people, as Markdown."""
        try:
            return (self.folder / CARD_TEXT).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise no_bundle(self.folder, f"its {CARD_TEXT} can't be read") from error


def load_bundle(folder: Path | str) -> Bundle:
    """Reads a bundle and checks every file of it against its digest.

    Raises:
        ModelError: it is no bundle, is of another format version, lacks a file, or one was changed.

    Example:
        >>> from eyecatch.core.identity.base_embedder import FOLDER
        >>> base = load_bundle(FOLDER)
        >>> base.architecture.name, base.architecture.size, base.characters
        ('compact', 96, ())
    """
    folder = Path(folder)
    raw = _read_manifest(folder)
    try:
        manifest = json.loads(raw)
        format_, version = manifest["format"], manifest["version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise no_bundle(folder, f"its {MANIFEST} can't be read") from error
    if format_ != FORMAT:
        raise no_bundle(folder, f"its {MANIFEST} is of something else")
    if version not in READABLE:
        raise ModelError(
            str(folder),
            f"its format version is {version!r}, and this program reads {READABLE[-1]} and before",
            "train it again, or use the version of eyecatch that made it",
        )
    try:
        contents = _parse(manifest)
        files = {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        why = str(error).partition("\n")[0]
        raise no_bundle(folder, f"its {MANIFEST} is damaged ({why})") from error
    check_files(folder, contents, files)
    prototypes = prototypes_in(folder, contents, files)
    return Bundle(
        **{one.name: getattr(contents, one.name) for one in fields(Contents)},
        folder=folder,
        file_digest=hashlib.sha256(raw).hexdigest(),
        weights_digest=files[WEIGHTS],
        prototypes=prototypes,
        cohort=None if prototypes is None else prototypes.cohort,
    )


def write_manifest(folder: Path, contents: Contents) -> None:
    """Writes ``bundle.json`` for the files that already stand in ``folder``."""
    manifest = {
        "format": FORMAT,
        "version": VERSION_WITH_METRIC if (folder / METRIC).is_file() else VERSION,
        "created_by": contents.created_by,
        "network": {
            "name": contents.architecture.name,
            "options": dict(contents.architecture.options),
        },
        "characters": [asdict(character) for character in contents.characters],
        "nobody": contents.nobody,
        "calibration": asdict(contents.calibration),
        **({"trust": _trust_table(contents)} if contents.trust else {}),
        "crop_size": contents.crop_size,
        "series": contents.series,
        "files": digests_of(folder, contents),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text, "utf-8")


def _read_manifest(folder: Path) -> bytes:
    path = folder / MANIFEST
    if not folder.exists():
        raise ModelError(str(folder), "there is no such bundle", "train one with eyecatch train")
    if not path.is_file():
        raise no_bundle(folder, f"it has no {MANIFEST}")
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise no_bundle(folder, f"its {MANIFEST} is too large")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(str(path), f"it can't be read ({error.strerror})") from error


def _parse(manifest: Mapping[str, Any]) -> Contents:
    network, series = manifest["network"], manifest.get("series")
    return Contents(
        architecture=Architecture(str(network["name"]), dict(network["options"])),
        characters=tuple(_character(entry) for entry in manifest["characters"]),
        nobody=bool(manifest["nobody"]),
        calibration=Calibration(**manifest["calibration"]),
        crop_size=int(manifest["crop_size"]),
        created_by=str(manifest["created_by"]),
        series=None if series is None else str(series),
        trust=_parse_trust(manifest["trust"]) if "trust" in manifest else {},
    )


def _trust_table(contents: Contents) -> dict[str, dict[str, float]]:
    return {level: {"maybe": low, "sure": high} for level, (low, high) in contents.trust.items()}


def _parse_trust(table: Mapping[str, Any]) -> dict[str, Thresholds]:
    if not table:
        raise ValueError("trust: expected levels")
    return {str(level): _parse_thresholds(**both) for level, both in table.items()}


def _parse_thresholds(maybe: float, sure: float) -> Thresholds:
    return maybe, sure


def _character(entry: Mapping[str, Any]) -> Character:
    name, aliases = str(entry["name"]), tuple(map(str, entry["aliases"]))
    return Character(name, aliases, entry.get("maybe"), entry.get("sure"))
