"""Boxes and names of pictures, as trainings elsewhere read them: COCO and YOLO."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from eyecatch import __version__
from eyecatch.jobs.export.frame_images import Drawing

UNKNOWN: Final = "unknown"
"""The class of a face that nobody named: it is a face, and a detector should learn it."""

RESERVED: Final = frozenset({"images"})
"""Folders that no episode may have: YOLO finds a picture's boxes by replacing this in its path."""

Classes = Mapping[str | None, str]
"""What the class of each character is called, and of None, the unknown; in order."""


def classes_of(drawings: Sequence[Drawing]) -> Classes:
    """The characters in alphabetical order, then the unknown; nobody who is called so is that."""
    found = {name for drawing in drawings for name, _, _ in drawing.boxes()}
    named: dict[str | None, str] = {name: name for name in sorted(filter(None, found))}
    if UNKNOWN in named:
        tries = (f"{UNKNOWN} ({number})" for number in count(2))
        named[UNKNOWN] = next(name for name in tries if name not in named)
    return named | {None: UNKNOWN} if None in found else named


def describe_coco(drawings: Sequence[Drawing], classes: Classes, folder: Path) -> None:
    """``annotations.json`` as the COCO data format has it (cocodataset.org, "Object Detection")."""
    video = [drawing.episode.video for drawing in drawings]
    answer: dict[str, Any] = {
        "info": {"description": "Faces of characters", "contributor": f"eyecatch {__version__}"},
        "licenses": [],
        "categories": [
            {"id": number, "name": name, "supercategory": "face"}
            for number, name in enumerate(classes.values(), 1)
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
    number = {name: place for place, name in enumerate(classes)}
    for image, drawing in enumerate(drawings, 1):
        for name, face, box in drawing.boxes():
            answer["annotations"].append(
                {
                    "id": len(answer["annotations"]) + 1,
                    "image_id": image,
                    "category_id": number[name] + 1,
                    "bbox": box,
                    "area": box[2] * box[3],
                    "segmentation": [],
                    "iscrowd": 0,
                    "track": face.track,
                }
            )
    write_json(folder / "annotations.json", answer)


def describe_yolo(drawings: Sequence[Drawing], classes: Classes, folder: Path) -> None:
    """``data.yaml`` and ``labels`` as Ultralytics' YOLO reads them (docs, "Object Detection").

    Episodes are what is split: neighbouring frames in both parts would be no test. The last one is
    for validation.
    """
    number = {name: place for place, name in enumerate(classes)}
    for drawing in drawings:
        video = drawing.episode.video
        lines = []
        for name, _, (x, y, w, h) in drawing.boxes():
            middle = (x + w / 2) / video.width, (y + h / 2) / video.height
            values = (*middle, w / video.width, h / video.height)
            lines.append(f"{number[name]} {' '.join(f'{v:.6f}' for v in values)}\n")
        path = folder / "labels" / f"{drawing.name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines))
    titles = list(dict.fromkeys(f"images/{drawing.folder}" for drawing in drawings))
    described = [
        "# Split by episode: the last one is for validation (a single one is for both).",
        f"train: {_yaml(titles[:-1] or titles)}",
        f"val: {_yaml(titles[-1:])}",
        "names:",
        *(f"  {n}: {_yaml(name)}" for n, name in enumerate(classes.values())),
    ]
    (folder / "data.yaml").write_text("\n".join(described) + "\n", encoding="utf-8")


_NOT_PRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _yaml(value: object) -> str:
    """JSON is YAML, but for letters that YAML takes as escapes only (YAML 1.2, section 5.1)."""
    text = json.dumps(value, ensure_ascii=False)
    return _NOT_PRINTED.sub(lambda letter: f"\\u{ord(letter.group()):04x}", text)


def write_json(path: Path, value: object) -> None:
    """Write JSON that people may read too."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
