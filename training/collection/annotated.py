"""``collect --boxes``: exactly the faces of a box file, in folders by label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import cut, encode
from eyecatch.core.detections import Box
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.files import check_folder
from eyecatch.core.folders import COLLECTED
from eyecatch.core.images import read_image
from eyecatch.training.annotations import LabelledBox, by_image, read_boxes
from eyecatch.training.collection.types import Collected

MAX_OVERSIZE = 4
"""A box so many times as large as its picture is no face; to cut it would fill the memory."""

MAX_NAME_BYTES = 255
"""Of a folder's name, on the usual file systems."""

_FAULT = "lies outside the picture, or is far larger than it"


def cut_boxes(paths: Sequence[Path], out: Path, boxes: Path) -> Collected:
    """Cuts exactly the faces of a box file, into ``out``/<label>/.

    Each is cut and stored as the index stores the crops of an episode (``core.crops``), so that
    training and use see the same.

    Args:
        paths: pictures, and folders of pictures; ``image`` in the file is the name of one of them.
        out: a folder that is made; one that holds something already is not touched.
        boxes: the file, see ``read_boxes``.

    Raises:
        RequestError: a path is missing, ``out`` isn't empty or can't be written, or the file makes
            no sense.
    """
    paths = [Path(path) for path in paths]
    for path in paths:
        if not path.exists():
            raise RequestError(f"{path} doesn't exist", "give pictures or folders of pictures")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RequestError(f"{out} exists and isn't empty", "choose another folder")
    check_folder(out)
    rows = read_boxes(boxes, labels=True)
    for row in rows:
        _check_label(boxes, row)
    out.mkdir(parents=True, exist_ok=True)
    for label in {row.label for row in rows}:
        (out / label).mkdir(parents=True, exist_ok=True)
    (out / COLLECTED).touch()
    images = sorted(by_image(rows).items())
    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(lambda part: _cut(paths, out, *part), images))
    counts = Counter(row.label for cut_out, _ in parts for row in cut_out)
    return Collected(
        dict(sorted(counts.items())), tuple(note for _, problems in parts for note in problems)
    )


def _check_label(boxes: Path, row: LabelledBox) -> None:
    """Makes sure that a label can be the name of a folder."""
    label = row.label
    fine = len(label.encode()) <= MAX_NAME_BYTES and not any(mark in label for mark in "/\\\0")
    if not label or label.startswith(".") or not fine:
        raise RequestError(
            f"{boxes}, line {row.line}: the label {label[:40]!r} can't be a folder's name",
            f"leave out slashes, and full stops at its beginning; {MAX_NAME_BYTES} bytes at most",
        )


def _cut(
    paths: Sequence[Path], out: Path, image: str, rows: Sequence[LabelledBox]
) -> tuple[list[LabelledBox], list[str]]:
    """Cuts the faces of one picture; returns those that were cut, and warnings about them."""
    source = _find(paths, image)
    if source is None:
        return [], [f"{image}: there is no such picture in the given folders; it is left out."]
    try:
        picture = read_image(source)
    except MediaError as problem:
        return [], [f"{problem} It is left out."]
    inside = [row for row in rows if _fits(picture, row.box)]
    for row in inside:
        name = f"{Path(image).stem}-{row.line:06d}.jpg"
        (out / row.label / name).write_bytes(encode(cut(picture, row.box)))
    return inside, [
        f"{source}: the box of line {row.line} {_FAULT}; it is left out."
        for row in rows
        if row not in inside
    ]


def _find(paths: Sequence[Path], image: str) -> Path | None:
    if ".." in Path(image).parts or Path(image).is_absolute():
        return None
    candidates = [path / image if path.is_dir() else path for path in paths]
    try:
        return next((c for c in candidates if c.is_file() and c.name == Path(image).name), None)
    except OSError:  # no file can be called so
        return None


def _fits(picture: npt.NDArray[np.uint8], box: Box) -> bool:
    height, width = picture.shape[:2]
    x, y, w, h = box
    touches = x < width and y < height and x + w > 0 and y + h > 0
    return touches and max(w, h) <= MAX_OVERSIZE * max(width, height)
