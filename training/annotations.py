"""Box files: a CSV of image,x,y,w,h, perhaps with label and score, a face a line."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from eyecatch.core.detections import Box
from eyecatch.core.errors import RequestError

_COLUMNS: Final = ("image", "x", "y", "w", "h")
_REST: Final = "more fields than columns"


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """One face, boxed by a person or a program.

    Attributes:
        line: of the file, from 1; the first face stands on line 2.
        image: name of the picture: as the file has it, but for a ``./`` before it and the like.
        box: x, y, w, h, brow to chin, in pixels of the picture; may reach beyond its edge.
        label: who it is; empty where the file doesn't say.
        score: of the detection in 0..1; 1 where the file has none.
    """

    line: int
    image: str
    box: Box
    label: str = ""
    score: float = 1.0


def read_boxes(path: Path, *, labels: bool = False) -> list[LabelledBox]:
    """Reads a box file; columns it doesn't know are passed over.

    Args:
        path: a CSV in UTF-8, with or without a byte order mark.
        labels: it has to have the column ``label``.

    Raises:
        RequestError: it can't be read, lacks a column, or a line of it makes no sense.
    """
    columns = (*_COLUMNS, "label") if labels else _COLUMNS
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey=_REST)
            _check_head(path, reader.fieldnames or (), columns)
            return [_read(path, reader.line_num, row) for row in reader]
    except OSError as error:
        raise RequestError(
            f"{path} can't be read ({error.strerror})", f"name a CSV of {','.join(columns)}"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise RequestError(f"{path} is no CSV file", "save it as CSV in UTF-8") from error


def by_image(boxes: Iterable[LabelledBox]) -> dict[str, list[LabelledBox]]:
    """Boxes by the name of their picture, in the order of the file."""
    found: defaultdict[str, list[LabelledBox]] = defaultdict(list)
    for one in boxes:
        found[one.image].append(one)
    return dict(found)


def _check_head(path: Path, head: Sequence[str], columns: Sequence[str]) -> None:
    advice = f"its first line must be {','.join(columns)}"
    for name in columns:
        if name not in head:
            raise RequestError(f"{path} has no column {name!r}", advice)
    for name in (*columns, "score"):
        if head.count(name) > 1:
            raise RequestError(f"{path} has the column {name!r} more than once", advice)


def _read(path: Path, line: int, row: Mapping[str, str | None]) -> LabelledBox:
    where = f"{path}, line {line}"
    if any(row.get(_REST) or ()):
        raise RequestError(f"{where}: it has more fields than the first line", "mend the line")
    image = row["image"] or ""
    if not image:
        raise RequestError(f"{where}: there is no image", "name the picture of the box")
    if "\0" in image:
        raise RequestError(f"{where}: no picture has such a name", "mend the line")
    box = _box(where, row)
    name = PurePosixPath(image).as_posix()  # as it comes out of a folder: not a/./b, nor a//b
    return LabelledBox(line, name, box, (row.get("label") or "").strip(), _score(where, row))


def _box(where: str, row: Mapping[str, str | None]) -> Box:
    try:
        x, y, w, h = (float(row[column] or "") for column in "xywh")
    except ValueError as error:
        raise RequestError(
            f"{where}: x, y, w and h must be numbers", "give pixels, with a point for decimals"
        ) from error
    if not all(map(math.isfinite, (x, y, w, h))) or w <= 0 or h <= 0:
        raise RequestError(
            f"{where}: the box {x:g},{y:g},{w:g},{h:g} has no size", "w and h must be above 0"
        )
    return x, y, w, h


def _score(where: str, row: Mapping[str, str | None]) -> float:
    text = row.get("score")
    try:
        score = float(text) if text else 1.0
    except ValueError:
        score = math.nan
    if not 0 <= score <= 1:
        raise RequestError(f"{where}: the score {text!r} is no number from 0 to 1", "mend the line")
    return score
