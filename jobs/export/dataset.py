"""Pictures with boxes and names, and crops by character, for those who train elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eyecatch import __version__
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.files import CARD
from eyecatch.core.images import encode_jpeg
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.frame_images import Drawing, choose, pull
from eyecatch.jobs.render.source import found_file

UNKNOWN = "unknown"
"""The class of a face that nobody named: it is a face, and a detector should learn it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a dataset is made of; see ``eyecatch.export``."""

    index: Index
    episodes: Sequence[EpisodeRecord]
    characters: Sequence[str]
    unsure: bool
    every: int


def write_dataset(
    order: Order, form: str, folder: Path, listener: Callable[[int, int], None]
) -> int:
    """Fill an empty folder with a dataset, and return how many pictures it has.

    Args:
        order: what it is made of.
        form: ``coco``, ``yolo`` or ``crops``.
        folder: is there.
        listener: is told how many pictures are written, and of how many.

    Raises:
        RequestError: there is nothing to write.
        MediaError: an episode's file is gone, has changed, or can't be decoded.
    """
    if form == "crops":
        pictures = _write_crops(order, folder)
    else:
        drawings = [
            drawing
            for episode in order.episodes
            for drawing in choose(
                order.index, episode, order.every, order.characters, unsure=order.unsure
            )
        ]
        if drawings:
            names = _names(drawings)
            {"coco": _describe_coco, "yolo": _describe_yolo}[form](drawings, names, folder)
            _write_pictures(order.index, drawings, folder / "images", listener)
        pictures = len(drawings)
    if not pictures:
        raise RequestError("no face was found", "there is nothing to export")
    _write_card(order, form, folder, pictures)
    return pictures


def _names(drawings: Sequence[Drawing]) -> list[str]:
    """Classes: the characters in alphabetical order, then the unknown."""
    found = {name for drawing in drawings for name, _, _ in drawing.boxes()}
    named = sorted(name for name in found if name is not None)
    return [*named, UNKNOWN] if None in found else named


def _write_pictures(
    index: Index, drawings: Sequence[Drawing], folder: Path, listener: Callable[[int, int], None]
) -> None:
    episodes = {drawing.episode.id: drawing.episode for drawing in drawings}.values()
    for episode in episodes:
        found_file(index, episode)  # one that is gone is told before an hour of decoding
    done = 0
    for episode in episodes:
        names = {one.frame: one.name for one in drawings if one.episode.id == episode.id}
        (folder / episode.title).mkdir(parents=True)
        for frame, picture in pull(index, episode, names):
            (folder / f"{names.pop(frame)}.jpg").write_bytes(encode_jpeg(picture))
            done += 1
            listener(done, len(drawings))
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
                "episode": size.path.name,
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


def _write_crops(order: Order, folder: Path) -> int:
    """``<character>/<episode>_<frame>_<track>.jpg``, as ``eyecatch train`` takes them.

    They are the crops that the index keeps: the best ones of each track.
    """
    count = 0
    for episode in order.episodes:
        for crop in order.index.exports.crops(episode.id, order.characters, unsure=order.unsure):
            place = folder / file_name(crop.character)
            place.mkdir(exist_ok=True)
            name = f"{episode.title}_{crop.frame:06}_{crop.track}.jpg"
            (place / name).write_bytes(crop.jpeg)
            count += 1
    return count


def file_name(name: str) -> str:
    """A character's name as a file may be called anywhere."""
    plain = "".join("_" if sign in '<>:"/\\|?*' or ord(sign) < 32 else sign for sign in name)
    return plain.strip(" .") or "_"


def _write_card(order: Order, form: str, folder: Path, pictures: int) -> None:
    card = {
        "written_by": f"eyecatch {__version__}",
        "form": form,
        "pictures": pictures,
        "every": None if form == "crops" else order.every,
        "unsure": order.unsure,
        "characters": list(order.characters),
        "episodes": [
            {"file": episode.video.path.name, "digest": episode.digest}
            for episode in order.episodes
        ],
    }
    _write_json(folder / CARD, card)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
