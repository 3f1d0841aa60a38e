"""``collected.csv``: every face that was ever found, so that another run adds only new ones.

A row stays whatever a person does with the file, so a face that was renamed, moved or deleted is
not collected again.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import RequestError
from eyecatch.core.folders import COLLECTED
from eyecatch.training.collection.types import Face, Key

FILE = "collected.csv"
COLUMNS = (
    "file", "source", "frame", "time", "x", "y", "w", "h", "score", "group", "digest", "print",
)  # fmt: skip

SCANNED = COLLECTED
"""Beside it: digest of each source that was scanned, even without a face, and of the extractor."""

DUPLICATE = "duplicate"
"""Stands for the group of a face that nearly equals another; its file is empty."""


@dataclass(frozen=True, slots=True)
class CollectedFace:
    """A face, and where it was written.

    Attributes:
        face: the face.
        group: the folder it was sorted into, whatever it is called now; or ``DUPLICATE``.
        file: path in the folder of the collection; empty if it was not written.
    """

    face: Face
    group: str
    file: str = ""


class Manifest:
    """The faces that were collected into a folder, in this run and before.

    Args:
        folder: of the collection; made on the first ``add``.

    Raises:
        RequestError: its ``collected.csv`` can't be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Key] = set()
        self._hashes: list[int] = []
        self.kept: Counter[str] = Counter()
        """How many faces were written into each group; 0 if they were only entered here."""
        for line, row in _rows(folder / FILE):
            try:
                self._remember(_key(row), row["group"], row["file"], int(row["print"], 16))
            except (KeyError, TypeError, ValueError) as error:
                problem = f"line {line} of {folder / FILE} makes no sense"
                raise RequestError(problem, "mend it, or collect into another folder") from error
        scanned = folder / SCANNED
        self._scanned = set(scanned.read_text().splitlines()) if scanned.is_file() else set()

    def knows(self, face: Face) -> bool:
        """Whether the face was found before."""
        return face.key in self._known

    @property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """Difference hashes of all faces that were kept."""
        return np.array(self._hashes, np.uint64)

    def add(self, entries: Iterable[CollectedFace]) -> None:
        """Enters faces.

        Raises:
            RequestError: it can't be written.
        """
        entries = list(entries)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / FILE
            fresh = not path.exists()
            # A source's name may be in no encoding at all.
            with path.open("a", encoding="utf-8", errors="backslashreplace", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows([COLUMNS] if fresh else [])
                writer.writerows(_row(entry) for entry in entries)
        except OSError as error:
            raise RequestError(f"{self._folder} can't be written ({error.strerror})") from error
        for entry in entries:
            self._remember(entry.face.key, entry.group, entry.file, entry.face.hash)

    def was_scanned(self, source: str, extractor: str) -> bool:
        """Whether a source was scanned by an extractor; both are digests."""
        return f"{source} {extractor}" in self._scanned

    def mark_scanned(self, sources: Iterable[str], extractor: str) -> None:
        """Remembers that sources were scanned; to be called when all their faces are written."""
        new = [line for source in sources if (line := f"{source} {extractor}") not in self._scanned]
        if new:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / SCANNED).open("a") as file:
                file.writelines(f"{line}\n" for line in new)
            self._scanned.update(new)

    def _remember(self, key: Key, group: str, file: str, hash_: int) -> None:
        self._known.add(key)
        self.kept[group] += bool(file)
        if file:
            self._hashes.append(hash_)


def _rows(path: Path) -> Sequence[tuple[int, Mapping[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return [(reader.line_num, row) for row in reader]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = f"{path} can't be read ({error})"
        raise RequestError(problem, "mend it, or collect into another folder") from error


def _key(row: Mapping[str, str]) -> Key:
    x, y, w, h = (int(row[column]) for column in "xywh")
    return row["digest"], int(row["frame"]) if row["frame"] else None, (x, y, w, h)


def _row(entry: CollectedFace) -> Sequence[str | int]:
    face = entry.face
    time = "" if face.time is None else f"{float(face.time):.3f}"
    frame = "" if face.frame is None else face.frame
    return (
        entry.file, str(face.source), frame, time, *face.box, f"{face.score:.3f}",
        entry.group, face.digest, f"{face.hash:016x}",
    )  # fmt: skip
