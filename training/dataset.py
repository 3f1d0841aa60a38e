"""Reads FACES/<character>/*.jpg as crops, with warnings about what is left out."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from eyecatch.core.crops import decode, encode, resize
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.files import CARD, FOLDERS
from eyecatch.core.images import is_image, read_content, read_image
from eyecatch.core.names import check_name, require_name

NOBODY = "unknown"
"""The folder of faces of nobody in particular, which the classifier learns not to name."""

JPEG = b"\xff\xd8"

MAX_NAMED = 5
"""Files with the same problem that are named; the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Face pictures of some characters, as crops.

    Attributes:
        names: of the characters, sorted; None, always last, stands for faces of the folder
            ``unknown``.
        crops: JPEGs as ``core.crops`` encodes them.
        labels: index into ``names`` of each crop.
        paths: the file of each crop.
        notes: warnings, one sentence each.
    """

    names: tuple[str | None, ...]
    crops: tuple[bytes, ...]
    labels: tuple[int, ...]
    paths: tuple[Path, ...]
    notes: tuple[str, ...]

    @property
    def characters(self) -> tuple[str, ...]:
        """The names without None."""
        return tuple(name for name in self.names if name is not None)

    @property
    def counts(self) -> dict[str, int]:
        """How many faces each has, ``unknown`` included."""
        return {name or NOBODY: self.labels.count(k) for k, name in enumerate(self.names)}


def read_faces(folder: Path) -> Faces:
    """Reads ``folder``/<character>/*.{jpg,png,webp,…}.

    Files beside the folders, other files in them, pictures that can't be read and folders without a
    picture are left out, with a warning in ``notes``. What ``eyecatch export`` wrote has the names
    that no folder can have.

    Raises:
        RequestError: there is no such folder, no character in it, or two that differ in case only.
    """
    if not folder.is_dir():
        raise RequestError(
            f"{folder} is no folder", "give a folder with a folder for each character"
        )
    entries = _entries(folder)
    folders = [entry for entry in entries if entry.is_dir()]
    _check_names(folder, folders)
    notes = _listed(folder, "is in no character's folder and is left out", entries, folders)
    found: dict[str | None, list[tuple[Path, bytes]]] = {}
    names = {**_renamed(folder), NOBODY: None}
    for place in folders:
        pictures, problems = read_pictures(place)
        deeper = [entry for entry in _entries(place) if entry.is_dir()]
        notes += problems + _listed(
            place, "is a folder in a character's and is left out", deeper, []
        )
        if pictures:
            found[names.get(place.name, place.name)] = pictures
        else:
            notes.append(f"{place}: holds no picture that can be read; the character is left out.")
    if not found:
        raise RequestError(f"no folder in {folder} holds a picture", "add JPEG, PNG or WebP files")
    return _faces(found, notes)


def _renamed(folder: Path) -> dict[str, str | None]:
    """Names by folder of an export's characters that can't be called so; of other folders, none."""
    try:
        said = json.loads((folder / CARD).read_text(encoding="utf-8"))[FOLDERS]
        pairs = {str(place): str(name) for place, name in said.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return {place: name for place, name in pairs.items() if name != NOBODY and _is_name(name)}


def _is_name(text: str) -> bool:
    try:
        check_name(text)
    except ValueError:
        return False
    return True


def read_pictures(folder: Path) -> tuple[list[tuple[Path, bytes]], list[str]]:
    """The pictures right in a folder as crops, in order of their names, and warnings about them.

    Folders in it are passed over.
    """
    files = [entry for entry in _entries(folder) if entry.is_file()]
    images = [file for file in files if is_image(file)]
    notes = _listed(folder, "is no picture and is left out", files, images)
    with ThreadPoolExecutor() as pool:
        crops = list(pool.map(_crop, images))
    broken = [crop for crop in crops if isinstance(crop, MediaError)]
    notes += [f"{problem} It is left out." for problem in broken[:MAX_NAMED]]
    if len(broken) > MAX_NAMED:
        notes.append(f"{folder}: {len(broken)} pictures in all can't be read and are left out.")
    good = [(path, c) for path, c in zip(images, crops, strict=True) if isinstance(c, bytes)]
    return good, notes


def _entries(folder: Path) -> list[Path]:
    """What is in a folder, by name, but for hidden files; nothing if it may not be read."""
    return sorted(entry for entry in folder.glob("*") if not entry.name.startswith("."))


def _crop(path: Path) -> bytes | MediaError:
    """A picture as a crop; one that is a crop already stays as it is, to the byte."""
    try:
        content = read_content(path)
        if content.startswith(JPEG) and decode(content).size:
            return content
    except MediaError:
        pass  # no crop yet, or no picture at all, which the next lines will say
    try:
        return encode(resize(read_image(path)))
    except MediaError as problem:
        return problem


def _faces(found: dict[str | None, list[tuple[Path, bytes]]], notes: list[str]) -> Faces:
    names = tuple(sorted(found, key=lambda name: (name is None, name or "")))
    rows = [(k, path, crop) for k, name in enumerate(names) for path, crop in found[name]]
    return Faces(
        names=names,
        crops=tuple(crop for _, _, crop in rows),
        labels=tuple(label for label, _, _ in rows),
        paths=tuple(path for _, path, _ in rows),
        notes=tuple(notes),
    )


def _check_names(folder: Path, folders: Sequence[Path]) -> None:
    if not folders:
        raise RequestError(f"{folder} has no folders", "put each character's pictures in a folder")
    seen: dict[str, str] = {}
    for place in folders:
        require_name(place.name, f"rename this folder of {folder}")
        key = unicodedata.normalize("NFKC", place.name).casefold()
        if key in seen:
            raise RequestError(
                f"{folder}: the folders {seen[key]!r} and {place.name!r} differ only in "
                "the case or form of letters",
                "merge them or rename one",
            )
        seen[key] = place.name


def _listed(folder: Path, what: str, entries: Iterable[Path], used: Sequence[Path]) -> list[str]:
    taken = set(used)
    rest = [entry.name for entry in entries if entry not in taken]
    notes = [f"{folder / name}: {what}." for name in rest[:MAX_NAMED]]
    if len(rest) > MAX_NAMED:
        notes.append(f"{folder}: {len(rest)} entries in all are left out.")
    return notes
