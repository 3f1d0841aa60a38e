"""``collected.csv``: every face that was ever found, so that running again adds only what is new.

A row stays whatever a person does with the file: a face that was renamed, moved or thrown away is
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
from eyecatch.training.collection.types import Face, Key

NAME = "collected.csv"
COLUMNS = (
    "file", "source", "frame", "time", "x", "y", "w", "h", "score", "group", "digest", "print",
)  # fmt: skip

LOOKED_AT = ".looked-at"
"""Beside it: digest of each source that was looked at, and of how; even of those without a face."""

DUPLICATE = "duplicate"
"""Stands for the group of a face that nearly equals another; its file is empty."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a face.

    Attributes:
        face: the face.
        group: the folder it was sorted into, whatever it is called now; or ``DUPLICATE``.
        file: where it was written, in the folder of the collection; empty if it was not.
    """

    face: Face
    group: str
    file: str = ""


class Ledger:
    """What was collected into a folder before, and now.

    Args:
        folder: of the collection; made on the first ``add``.

    Raises:
        RequestError: its ``collected.csv`` can't be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Key] = set()
        self._prints: list[int] = []
        self.kept: Counter[str] = Counter()
        """How many faces were written into each group; 0 where they were only written down."""
        for line, row in _rows(folder / NAME):
            try:
                self._note(_key(row), row["group"], row["file"], int(row["print"], 16))
            except (KeyError, TypeError, ValueError) as error:
                problem = f"line {line} of {folder / NAME} makes no sense"
                raise RequestError(problem, "mend it, or collect into another folder") from error
        looked_at = folder / LOOKED_AT
        self._looked_at = set(looked_at.read_text().splitlines()) if looked_at.is_file() else set()

    def knows(self, face: Face) -> bool:
        """Whether the face was found before."""
        return face.key in self._known

    @property
    def prints(self) -> npt.NDArray[np.uint64]:
        """Difference hashes of all faces that were kept."""
        return np.array(self._prints, np.uint64)

    def add(self, entries: Iterable[Entry]) -> None:
        """Write down what became of faces.

        Raises:
            RequestError: it can't be written.
        """
        entries = list(entries)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / NAME
            fresh = not path.exists()
            # A source's name may be in no encoding at all.
            with path.open("a", encoding="utf-8", errors="backslashreplace", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows([COLUMNS] if fresh else [])
                writer.writerows(_row(entry) for entry in entries)
        except OSError as error:
            raise RequestError(f"{self._folder} can't be written ({error.strerror})") from error
        for entry in entries:
            self._note(entry.face.key, entry.group, entry.file, entry.face.print)

    def looked_at(self, source: str, how: str) -> bool:
        """Whether a source was looked at in the same way; both are digests."""
        return f"{source} {how}" in self._looked_at

    def look_no_more(self, sources: Iterable[str], how: str) -> None:
        """Remember that sources were looked at, when all their faces are written."""
        new = [line for source in sources if (line := f"{source} {how}") not in self._looked_at]
        if new:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / LOOKED_AT).open("a") as file:
                file.writelines(f"{line}\n" for line in new)
            self._looked_at.update(new)

    def _note(self, key: Key, group: str, file: str, print_: int) -> None:
        self._known.add(key)
        self.kept[group] += bool(file)
        if file:
            self._prints.append(print_)


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


def _row(entry: Entry) -> Sequence[str | int]:
    face = entry.face
    time = "" if face.time is None else f"{float(face.time):.3f}"
    frame = "" if face.frame is None else face.frame
    return (
        entry.file, str(face.source), frame, time, *face.box, f"{face.score:.3f}",
        entry.group, face.digest, f"{face.print:016x}",
    )  # fmt: skip
