"""Pictures with boxes and names, and crops by character, for those who train elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eyecatch import __version__
from eyecatch.core.distinct import file_names
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.files import CARD, FOLDERS
from eyecatch.core.images import encode_jpeg
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.boxes import (
    RESERVED,
    UNKNOWN,
    Classes,
    classes_of,
    describe_coco,
    describe_yolo,
    write_json,
)
from eyecatch.jobs.export.frame_images import Drawing, choose_drawings, decode_frames
from eyecatch.jobs.export.options import DatasetOptions
from eyecatch.jobs.found_file import found_file
from eyecatch.jobs.progress import StepListener
from eyecatch.jobs.selection import Selection

_Describe = Callable[[Sequence[Drawing], Classes, Path], None]
"""Writes boxes and names of pictures into a dataset's folder."""


def write_coco(
    selection: Selection, options: DatasetOptions, folder: Path, on_progress: StepListener
) -> int:
    """Fill an empty folder with pictures and ``annotations.json``.

    Args:
        selection: of what; the index is open.
        options: ``every`` n-th drawing becomes a picture.
        folder: is there.
        on_progress: called with how many pictures are written, and of how many.

    Returns:
        How many pictures it has.

    Raises:
        RequestError: there is nothing to write.
        MediaError: an episode's file is gone, has changed, or can't be decoded.
    """
    pictures = _write_described(selection, options.every, folder, on_progress, describe_coco)
    return finish(selection, folder, pictures, {"form": "coco", "every": options.every})


def write_yolo(
    selection: Selection, options: DatasetOptions, folder: Path, on_progress: StepListener
) -> int:
    """Fill an empty folder with pictures, ``labels`` and ``data.yaml``; see ``write_coco``."""
    pictures = _write_described(selection, options.every, folder, on_progress, describe_yolo)
    return finish(selection, folder, pictures, {"form": "yolo", "every": options.every})


def write_crops(
    selection: Selection,
    options: DatasetOptions,  # noqa: ARG001 - it keeps the best crops of tracks; all are written
    folder: Path,
    on_progress: StepListener,  # noqa: ARG001 - nothing is decoded, so it takes no time
) -> int:
    """Write ``<character>/<episode>_<frame>_<track>.jpg``, as ``eyecatch train`` takes them.

    They are the crops that the index keeps: the best ones of each track. A folder that can't be
    called like its character is listed with the name in the card. See ``write_coco``.
    """
    index, pictures = selection.index, 0
    names = list(selection.characters) or [one.name for one in index.summaries.characters()]
    folders = dict(zip(names, file_names(names, {UNKNOWN}), strict=True))
    used: set[str] = set()
    for episode, title in titled(selection):
        for crop in index.exports.crops(episode.id, selection.characters, unsure=selection.unsure):
            used.add(crop.character)
            place = folder / folders[crop.character]
            place.mkdir(exist_ok=True)
            (place / f"{title}_{crop.frame:06}_{crop.track}.jpg").write_bytes(crop.jpeg)
            pictures += 1
    renamed = {folders[name]: name for name in used if folders[name] != name}
    facts = {"form": "crops", "every": None, FOLDERS: renamed}
    return finish(selection, folder, pictures, facts)


def _write_described(
    selection: Selection, every: int, folder: Path, on_progress: StepListener, describe: _Describe
) -> int:
    drawings = [
        replace(drawing, folder=title)
        for episode, title in titled(selection)
        for drawing in choose_drawings(
            selection.index, episode, every, selection.characters, unsure=selection.unsure
        )
    ]
    if drawings:
        describe(drawings, classes_of(drawings), folder)
        _write_pictures(selection.index, drawings, folder / "images", on_progress)
    return len(drawings)


def titled(selection: Selection) -> list[tuple[EpisodeRecord, str]]:
    """Each episode, and what its files or its folder are called: no two are alike."""
    titles = [episode.title for episode in selection.episodes]
    return list(zip(selection.episodes, file_names(titles, RESERVED), strict=True))


def finish(selection: Selection, folder: Path, pictures: int, facts: Mapping[str, object]) -> int:
    """Write how the dataset was made; RequestError if there is nothing in it."""
    if not pictures:
        raise RequestError("no face was found", "there is nothing to export")
    card = {
        "written_by": f"eyecatch {__version__}",
        **facts,
        "pictures": pictures,
        "unsure": selection.unsure,
        "characters": list(selection.characters),
        "episodes": [
            {"file": episode.name, "digest": episode.digest} for episode in selection.episodes
        ],
    }
    write_json(folder / CARD, card)
    return pictures


def _write_pictures(
    index: Index, drawings: Sequence[Drawing], folder: Path, on_progress: StepListener
) -> None:
    episodes = {drawing.episode.id: drawing.episode for drawing in drawings}.values()
    for episode in episodes:
        found_file(index, episode)  # one that is gone is reported before an hour of decoding
    done = 0
    for episode in episodes:
        here = [one for one in drawings if one.episode.id == episode.id]
        names = {one.frame: one.name for one in here}
        (folder / here[0].folder).mkdir(parents=True)
        for frame, picture in decode_frames(index, episode, names):
            (folder / f"{names.pop(frame)}.jpg").write_bytes(encode_jpeg(picture))
            done += 1
            on_progress(done, len(drawings))
        if names:
            problem = f"frame {min(names)} can't be decoded any more"
            raise MediaError(str(episode.video.path), problem, "index it again")
