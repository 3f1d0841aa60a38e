"""A trained classifier on disk, with all it needs: read without TensorFlow, and without running it.

A bundle is a folder::

    bundle.json    format, network and its hyperparameters, characters, calibration, digests
    model.keras    the weights; nothing else of it is ever read
    card.json      how it was trained and measured
    card.md        the same for people

``bundle.json`` holds the SHA-256 of every other file, so that its own is the bundle's digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.networks import Architecture
from eyecatch.core.identity.vote import Calibration

FORMAT = "eyecatch bundle"
VERSION = 1
"""Raised whenever a reader of the last version would misread a bundle."""

MANIFEST, WEIGHTS, CARD, CARD_TEXT = "bundle.json", "model.keras", "card.json", "card.md"
LARGEST_MANIFEST = 16 * 2**20
"""Bytes; ten thousand characters with aliases take less than two million."""


@dataclass(frozen=True, slots=True)
class Character:
    """Someone the bundle knows.

    Attributes:
        name: as the folder of faces was called.
        aliases: other names that are asked for.
    """

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What ``bundle.json`` says, digests aside.

    Attributes:
        architecture: the network.
        characters: in the order of the network's classes.
        nobody: the network has one more class, its last: a face that is nobody of ``characters``.
        calibration: how logits become answers.
        crop_size: pixels of a side of the crops it was trained on.
        created_by: the program and its version.
    """

    architecture: Architecture
    characters: tuple[Character, ...]
    nobody: bool
    calibration: Calibration
    crop_size: int
    created_by: str

    def __post_init__(self) -> None:
        if not self.characters or len(self.names) != self.architecture.classes:
            raise ValueError(f"{len(self.names)} names for {self.architecture.classes} classes")

    @property
    def names(self) -> tuple[str | None, ...]:
        """The name of each class, in order; None is nobody."""
        return (*(c.name for c in self.characters), *((None,) if self.nobody else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Contents):
    """A bundle on disk; its weights stay there until ``Identify`` needs them.

    Attributes:
        folder: where it is.
        digest: SHA-256, hex, over all its content; another bundle, another digest.
    """

    folder: Path
    digest: str

    @property
    def weights(self) -> Path:
        """The file of weights."""
        return self.folder / WEIGHTS

    @property
    def card(self) -> dict[str, Any]:
        """How it was trained and measured, as written by ``training``."""
        card: dict[str, Any] = json.loads((self.folder / CARD).read_text("utf-8"))
        return card


def load_bundle(folder: Path | str) -> Bundle:
    """Reads a bundle and checks every file of it against its digest.

    Raises:
        ModelError: it is no bundle, is of another format version, lacks a file, or one was changed.
    """
    folder = Path(folder)
    raw = _read_manifest(folder)
    try:
        manifest = json.loads(raw)
        format_, version = manifest["format"], manifest["version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_bundle(folder, f"its {MANIFEST} can't be read") from error
    if format_ != FORMAT:
        raise _no_bundle(folder, f"its {MANIFEST} is of something else")
    if version != VERSION:
        raise ModelError(
            str(folder),
            f"its format version is {version!r}, and this program reads {VERSION}",
            "train it again, or use the version of eyecatch that made it",
        )
    try:
        bundle = _parse(folder, manifest, hashlib.sha256(raw).hexdigest())
        files = {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _no_bundle(folder, f"its {MANIFEST} is damaged ({error})") from error
    _check_files(folder, files)
    return bundle


def write_manifest(folder: Path, contents: Contents) -> None:
    """Writes ``bundle.json`` for the files that already stand in ``folder``."""
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "created_by": contents.created_by,
        "network": {
            "name": contents.architecture.name,
            "options": dict(contents.architecture.options),
        },
        "characters": [asdict(character) for character in contents.characters],
        "nobody": contents.nobody,
        "calibration": asdict(contents.calibration),
        "crop_size": contents.crop_size,
        "files": {name: _sha256(folder / name) for name in (WEIGHTS, CARD, CARD_TEXT)},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text, "utf-8")


def _read_manifest(folder: Path) -> bytes:
    path = folder / MANIFEST
    if not folder.exists():
        raise ModelError(str(folder), "there is no such bundle", "train one with eyecatch train")
    if not path.is_file():
        raise _no_bundle(folder, f"it has no {MANIFEST}")
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise _no_bundle(folder, f"its {MANIFEST} is too large")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(str(path), f"it can't be read ({error.strerror})") from error


def _parse(folder: Path, manifest: Mapping[str, Any], digest: str) -> Bundle:
    network = manifest["network"]
    return Bundle(
        architecture=Architecture(str(network["name"]), dict(network["options"])),
        characters=tuple(
            Character(str(c["name"]), tuple(map(str, c["aliases"]))) for c in manifest["characters"]
        ),
        nobody=bool(manifest["nobody"]),
        calibration=Calibration(**manifest["calibration"]),
        crop_size=int(manifest["crop_size"]),
        created_by=str(manifest["created_by"]),
        folder=folder,
        digest=digest,
    )


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    for name in (WEIGHTS, CARD, CARD_TEXT):
        if not (folder / name).is_file():
            raise ModelError(str(folder), f"the bundle lacks its {name}", "copy it again, whole")
        if files.get(name) != _sha256(folder / name):
            raise ModelError(
                str(folder / name),
                "it is not the file that the bundle was made with (its digest differs)",
                "copy the bundle again, whole",
            )


def _no_bundle(folder: Path, why: str) -> ModelError:
    return ModelError(str(folder), f"it is no bundle: {why}", "train one with eyecatch train")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(str(path), f"it can't be read ({error.strerror})") from error
