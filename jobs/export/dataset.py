"""Pictures with boxes and names, and crops by character, for those who train elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eyecatch import __version__
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.files import CARD
from eyecatch.core.images import encode_jpeg
from eyecatch.db.index import Index
from eyecatch.jobs.export.frame_images import Drawing, choose_drawings, decode_frames
from eyecatch.jobs.progress import StepListener
from eyecatch.jobs.render.source import found_file
from eyecatch.jobs.selection import Selection

UNKNOWN = "unknown"
"""The class of a face that nobody named: it is a face, and a detector should learn it."""


_Describe = Callable[[Sequence[Drawing], Sequence[str], Path], None]
"""Writes boxes and names of pictures into a dataset's folder: drawings, classes, folder."""


def write_coco(selection: Selection, every: int, folder: Path, on_progress: StepListener) -> int:
    """Fill an empty folder with pictures and ``annotations.json``.

    Args:
        selection: of what; the index is open.
        every: every n-th drawing becomes a picture.
        folder: is there.
        on_progress: called with how many pictures are written, and of how many.

    Returns:
        How many pictures it has.

    Raises:
        RequestError: there is nothing to write.
        MediaError: an episode's file is gone, has changed, or can't be decoded.
    """
    pictures = _write_described(selection, every, folder, on_progress, _describe_coco)
    return _finish("coco", selection, every, folder, pictures)


def write_yolo(selection: Selection, every: int, folder: Path, on_progress: StepListener) -> int:
    """Fill an empty folder with pictures, ``labels`` and ``data.yaml``; see ``write_coco``."""
    pictures = _write_described(selection, every, folder, on_progress, _describe_yolo)
    return _finish("yolo", selection, every, folder, pictures)


def write_crops(
    selection: Selection,
    every: int,  # noqa: ARG001 - the index keeps the best crops of each track; all are written
    folder: Path,
    on_progress: StepListener,  # noqa: ARG001 - nothing is decoded, so it takes no time
) -> int:
    """Write ``<character>/<episode>_<frame>_<track>.jpg``, as ``eyecatch train`` takes them.

    They are the crops that the index keeps: the best ones of each track. See ``write_coco``.
    """
    pictures = 0
    for episode in selection.episodes:
        for crop in selection.index.exports.crops(
            episode.id, selection.characters, unsure=selection.unsure
        ):
            place = folder / file_name(crop.character)
            place.mkdir(exist_ok=True)
            name = f"{episode.title}_{crop.frame:06}_{crop.track}.jpg"
            (place / name).write_bytes(crop.jpeg)
            pictures += 1
    return _finish("crops", selection, None, folder, pictures)


def _write_described(
    selection: Selection, every: int, folder: Path, on_progress: StepListener, describe: _Describe
) -> int:
    drawings = [
        drawing
        for episode in selection.episodes
        for drawing in choose_drawings(
            selection.index, episode, every, selection.characters, unsure=selection.unsure
        )
    ]
    if drawings:
        describe(drawings, _names(drawings), folder)
        _write_pictures(selection.index, drawings, folder / "images", on_progress)
    return len(drawings)


def _finish(form: str, selection: Selection, every: int | None, folder: Path, pictures: int) -> int:
    """Write how the dataset was made; RequestError if there is nothing in it."""
    if not pictures:
        raise RequestError("no face was found", "there is nothing to export")
    card = {
        "written_by": f"eyecatch {__version__}",
        "form": form,
        "pictures": pictures,
        "every": every,
        "unsure": selection.unsure,
        "characters": list(selection.characters),
        "episodes": [
            {"file": episode.name, "digest": episode.digest} for episode in selection.episodes
        ],
    }
    _write_json(folder / CARD, card)
    return pictures


def _names(drawings: Sequence[Drawing]) -> list[str]:
    """Classes: the characters in alphabetical order, then the unknown."""
    found = {name for drawing in drawings for name, _, _ in drawing.boxes()}
    named = sorted(name for name in found if name is not None)
    return [*named, UNKNOWN] if None in found else named


def _write_pictures(
    index: Index, drawings: Sequence[Drawing], folder: Path, on_progress: StepListener
) -> None:
    episodes = {drawing.episode.id: drawing.episode for drawing in drawings}.values()
    for episode in episodes:
        found_file(index, episode)  # one that is gone is reported before an hour of decoding
    done = 0
    for episode in episodes:
        names = {one.frame: one.name for one in drawings if one.episode.id == episode.id}
        (folder / episode.title).mkdir(parents=True)
        for frame, picture in decode_frames(index, episode, names):
            (folder / f"{names.pop(frame)}.jpg").write_bytes(encode_jpeg(picture))
            done += 1
            on_progress(done, len(drawings))
        if names:
            problem = f"frame {min(names)} can't be decoded any more"
            raise MediaError(str(episode.video.path), problem, "index it again")


def _describe_coco(drawings: Sequence[Drawing], names: Sequence[str], folder: Path) -> None:
    """``annotations.json`` as the COCO data format has it (cocodataset.org, "Object Detection")."""
    video = [drawing.episode.video for drawing in drawings]
    answer: dict[str, Any] = {
        "info": {"description": "Faces of characters", "contributor": f"eyecatch {__version__}"},
        "licenses": [],
        "categories": [
            {"id": number, "name": name, "supercategory": "face"}
            for number, name in enumerate(names, 1)
        ],
        "images": [
            {
                "id": number,
                "file_name": f"{drawing.name}.jpg",
                "width": size.width,
                "height": size.height,
                "episode": drawing.episode.name,
                "frame": drawing.frame,
            }
            for number, (drawing, size) in enumerate(zip(drawings, video, strict=True), 1)
        ],
        "annotations": [],
    }
    for image, drawing in enumerate(drawings, 1):
        for name, face, box in drawing.boxes():
            answer["annotations"].append(
                {
                    "id": len(answer["annotations"]) + 1,
                    "image_id": image,
                    "category_id": names.index(name or UNKNOWN) + 1,
                    "bbox": box,
                    "area": box[2] * box[3],
                    "segmentation": [],
                    "iscrowd": 0,
                    "track": face.track,
                }
            )
    _write_json(folder / "annotations.json", answer)


def _describe_yolo(drawings: Sequence[Drawing], names: Sequence[str], folder: Path) -> None:
    """``data.yaml`` and ``labels`` as Ultralytics' YOLO reads them (docs, "Object Detection").

    Episodes are what is split: neighbouring frames in both parts would be no test. The last one is
    for validation.
    """
    for drawing in drawings:
        video = drawing.episode.video
        lines = []
        for name, _, (x, y, w, h) in drawing.boxes():
            middle = (x + w / 2) / video.width, (y + h / 2) / video.height
            values = (*middle, w / video.width, h / video.height)
            lines.append(f"{names.index(name or UNKNOWN)} {' '.join(f'{v:.6f}' for v in values)}\n")
        path = folder / "labels" / f"{drawing.name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines))
    titles = list(dict.fromkeys(f"images/{drawing.episode.title}" for drawing in drawings))
    described = [
        "# Split by episode: the last one is for validation (a single one is for both).",
        f"train: {json.dumps(titles[:-1] or titles, ensure_ascii=False)}",
        f"val: {json.dumps(titles[-1:], ensure_ascii=False)}",
        "names:",  # JSON is YAML
        *(f"  {n}: {json.dumps(name, ensure_ascii=False)}" for n, name in enumerate(names)),
    ]
    (folder / "data.yaml").write_text("\n".join(described) + "\n", encoding="utf-8")


def file_name(name: str) -> str:
    """A character's name as a file may be called anywhere."""
    plain = "".join("_" if sign in '<>:"/\\|?*' or ord(sign) < 32 else sign for sign in name)
    return plain.strip(" .") or "_"


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
