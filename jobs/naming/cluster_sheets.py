"""A picture of each cluster: its contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eyecatch.core.arguments import AnyPath, path_of
from eyecatch.core.crops import is_crop
from eyecatch.core.errors import RequestError
from eyecatch.core.files import check_folder
from eyecatch.core.palette import UNKNOWN
from eyecatch.core.short_names import short
from eyecatch.core.text import clock
from eyecatch.db.index import Index
from eyecatch.db.records.review import ClusterRow, FaceRow
from eyecatch.jobs.export.contact_sheet import (
    MAX_FACES,
    SheetFace,
    SheetFaces,
    draw_faces,
)


def sheet_folder(sheet: AnyPath | None) -> Path | None:
    """The folder of the sheets, or None for none; RequestError if nothing can be written there."""
    folder = path_of(sheet)
    if folder is not None:
        check_folder(folder)
    return folder


def write_sheets(
    index: Index, clusters: Sequence[tuple[ClusterRow, Sequence[FaceRow]]], folder: Path
) -> None:
    """Write ``<number>.png`` for each cluster; RequestError if the folder can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        episodes = index.episodes.listed()
        labels = dict(zip((one.id for one in episodes), short(episodes), strict=True))
        for row, faces in clusters:
            shown = [
                SheetFace(jpeg, labels[face.episode_id], f"{face.id}  {clock(face.shown)}")
                for face in faces[:MAX_FACES]
                if (jpeg := index.faces.jpeg(face.id)) is not None and is_crop(jpeg)
            ]
            path = folder / f"{row.id}.png"
            draw_faces(f"cluster {row.id}", UNKNOWN, SheetFaces(shown, len(faces)), path, "png")
    except OSError as error:
        raise RequestError(f"{folder} can't be written ({error.strerror})") from error
