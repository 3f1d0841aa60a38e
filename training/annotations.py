"""Files of boxes: a CSV with the columns image, x, y, w, h and label, one face a line."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eyecatch.core.detections import Box
from eyecatch.core.errors import RequestError

COLUMNS = ("image", "x", "y", "w", "h", "label")


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """One face that a person boxed and named.

    Attributes:
        line: of the file, from 1; the first face stands on line 2.
        image: name of the picture, as the file has it.
        box: brow to chin, in pixels of the picture.
        label: who it is; fit to be a folder's name.
    """

    line: int
    image: str
    box: Box
    label: str


def read_boxes(path: Path) -> list[LabelledBox]:
    """Reads a file of boxes.

    Raises:
        RequestError: it can't be read, lacks a column, or a line of it makes no sense.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise RequestError(
                    f"{path} has no column {missing[0]!r}", f"its head must be {','.join(COLUMNS)}"
                )
            return [_read(path, reader.line_num, row) for row in reader]
    except OSError as error:
        raise RequestError(f"{path} can't be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise RequestError(f"{path} is no CSV file", "save it as CSV in UTF-8") from error


def _read(path: Path, line: int, row: Mapping[str, str | None]) -> LabelledBox:
    where = f"{path}, line {line}"
    try:
        x, y, w, h = (float(row[column] or "") for column in "xywh")
    except ValueError as error:
        raise RequestError(f"{where}: x, y, w and h must be numbers") from error
    if not all(map(math.isfinite, (x, y, w, h))) or w <= 0 or h <= 0:
        raise RequestError(f"{where}: the box {x:g},{y:g},{w:g},{h:g} has no size")
    image, label = row["image"] or "", (row["label"] or "").strip()
    if not image:
        raise RequestError(f"{where}: there is no image")
    if not label or label.startswith(".") or any(mark in label for mark in "/\\\0"):
        raise RequestError(
            f"{where}: the label {label!r} can't be a folder's name",
            "leave out slashes, and full stops at its beginning",
        )
    return LabelledBox(line, image, (x, y, w, h), label)
