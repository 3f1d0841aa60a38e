"""A picture of each cluster: its contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eyecatch.core.crops import is_crop
from eyecatch.core.errors import RequestError
from eyecatch.core.palette import UNKNOWN
from eyecatch.core.text import clock
from eyecatch.db.index import Index
from eyecatch.db.records.review import ClusterRow, FaceRow
from eyecatch.jobs.export.contact_sheet import MAX_FACES, SheetFace, draw_faces


def write_sheets(
    index: Index, clusters: Sequence[tuple[ClusterRow, Sequence[FaceRow]]], folder: Path
) -> None:
    """Write ``<number>.png`` for each cluster; RequestError if the folder can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for row, faces in clusters:
            shown = [one for face in faces[:MAX_FACES] if (one := _shown(index, face)) is not None]
            draw_faces(f"cluster {row.id}", UNKNOWN, shown, folder / f"{row.id}.png", "png")
    except OSError as error:
        raise RequestError(f"{folder} can't be written ({error.strerror})") from error


def _shown(index: Index, face: FaceRow) -> SheetFace | None:
    jpeg = index.faces.jpeg(face.id)
    return (
        None
        if jpeg is None or not is_crop(jpeg)
        else SheetFace(jpeg, f"{face.id}  {clock(face.shown)}")
    )
