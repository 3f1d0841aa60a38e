"""The folders of a collection: faces are written once, and near duplicates are dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eyecatch.core.crops import CROP_SIZE, decode
from eyecatch.core.errors import RequestError
from eyecatch.core.files import check_folder
from eyecatch.core.images import encode_jpeg
from eyecatch.training.collection.manifest import DUPLICATE, CollectedFace, Manifest
from eyecatch.training.collection.types import Face
from eyecatch.training.near_duplicates import MAX_DISTANCE

NUMBER = re.compile(r"group_(\d+)")

MAX_TILES = 60
COLUMNS = 10
"""Of a contact sheet, in crops: six rows of ten, 1280 pixels wide."""


class FaceStore:
    """The folders of a collection.

    Args:
        out: holds them; made when the first face comes.

    Raises:
        RequestError: it is a file, can't be written, or its ``collected.csv`` can't be read.
    """

    def __init__(self, out: Path) -> None:
        check_folder(out)
        self.out = out
        self.manifest = Manifest(out)
        self.duplicates = 0
        """Faces that were dropped because they nearly equal another."""
        # Files of an interrupted run that the manifest doesn't know of.
        self._written = {path.name: path for path in out.rglob("*.jpg")}
        taken = [*self.manifest.kept, *(path.name for path in out.glob("group_*"))]
        self._groups = max((int(m[1]) for m in map(NUMBER.match, taken) if m), default=0)

    def next_group(self, faces: int) -> str:
        """A folder's name with a number that no group had before."""
        self._groups += 1
        return f"group_{self._groups:03}_{faces:03}faces"

    def drop_known(self, faces: Sequence[Face]) -> list[Face]:
        """The faces without those that were found before, or are nearly the same as another.

        Of several near duplicates the one of the best quality is kept; the others are entered as
        duplicates.
        """
        new = [face for face in faces if not self.manifest.knows(face)]
        hashes = np.append(self.manifest.hashes, np.zeros(len(new), np.uint64))
        end = len(hashes) - len(new)
        kept: set[int] = set()
        for index in sorted(range(len(new)), key=lambda index: -new[index].quality):
            hashes[end] = new[index].hash
            if not (np.bitwise_count(hashes[:end] ^ hashes[end]) <= MAX_DISTANCE).any():
                kept.add(index)
                end += 1
        dropped = [face for index, face in enumerate(new) if index not in kept]
        self.manifest.add(CollectedFace(face, DUPLICATE) for face in dropped)
        self.duplicates += len(dropped)
        return [new[index] for index in sorted(kept)]

    def put(self, folder: str, faces: Sequence[Face], rest: Sequence[Face] = ()) -> None:
        """Write faces into a folder.

        Args:
            folder: its name; a new one gets a contact sheet beside it.
            faces: what to write.
            rest: faces of the same group that are only entered in the manifest.

        Raises:
            RequestError: they can't be written.
        """
        try:
            entries = [CollectedFace(face, folder, self._write(folder, face)) for face in faces]
        except OSError as error:
            raise RequestError(f"{self.out} can't be written ({error.strerror})") from error
        self.manifest.add([*entries, *(CollectedFace(face, folder) for face in rest)])

    def put_sheet(self, folder: str, faces: Sequence[Face]) -> None:
        """Writes a contact sheet beside a folder; in it, ``train`` would take it for a face."""
        (self.out / f"{folder}.jpg").write_bytes(sheet([face.jpeg for face in faces]))

    def _write(self, folder: str, face: Face) -> str:
        path = self._written.get(face.name, self.out / folder / face.name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(face.jpeg)
        return path.relative_to(self.out).as_posix()


def sheet(faces: Sequence[bytes]) -> bytes:
    """Crops side by side, evenly chosen where there are many, as a JPEG."""
    step = max(1, -(-len(faces) // MAX_TILES))
    tiles = [decode(jpeg) for jpeg in faces[::step]]
    columns = min(COLUMNS, len(tiles))
    tiles += [np.zeros((CROP_SIZE, CROP_SIZE, 3), np.uint8)] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return encode_jpeg(np.vstack(rows), 85)
