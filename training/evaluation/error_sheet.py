"""A sheet of pictures with boxes drawn on them, to see what a detector gets wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.files import check_writable, refuse, write_atomically

RED: Final = (40, 40, 230)
BLUE: Final = (230, 120, 20)

_CELL: Final = 240
_COLUMNS: Final = 6
_MAX_TILES: Final = 60
"""Tiles on a sheet: ten rows of six are what a person looks at."""

Picture = npt.NDArray[np.uint8]


def draw_boxes(
    picture: Picture, boxes: Sequence[tuple[npt.NDArray[np.float32], tuple[int, int, int]]]
) -> Picture:
    """A tile (240, 240, 3): the picture with boxes (n, 4) drawn in colours (BGR)."""
    factor = _CELL / max(picture.shape[:2])
    size = [max(1, round(n * factor)) for n in picture.shape[1::-1]]
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for group, colour in boxes:
        for x, y, w, h in (group * factor).round().astype(int).tolist():
            cv2.rectangle(small, (x, y), (x + w, y + h), colour, 2)
    tile = np.zeros((_CELL, _CELL, 3), np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    return tile


def check_sheet(out: Path) -> None:
    """RequestError, before any work, if ``write_sheet`` can't write a picture there."""
    refuse(out, force=True)
    if out.suffix and not cv2.haveImageWriter(f"sheet{out.suffix}"):
        problem = f"{out}: a picture can't be written in this format"
        raise RequestError(problem, "use .png or .jpg")
    check_writable(out)


def write_sheet(tiles: Sequence[Picture], out: Path) -> None:
    """Write up to 60 tiles as one picture, evenly chosen; one empty tile where there is none.

    Args:
        tiles: of ``draw_boxes``.
        out: the picture's file, which ``check_sheet`` let pass.

    Raises:
        MediaError: it can't be written.
    """
    step = max(1, -(-len(tiles) // _MAX_TILES))
    chosen = list(tiles[::step]) or [np.zeros((_CELL, _CELL, 3), np.uint8)]
    chosen += [np.zeros_like(chosen[0])] * (-len(chosen) % _COLUMNS)
    rows = [np.hstack(chosen[i : i + _COLUMNS]) for i in range(0, len(chosen), _COLUMNS)]
    _, data = cv2.imencode(out.suffix or ".png", np.vstack(rows))
    try:
        write_atomically(out, data.tobytes())
    except OSError as error:
        problem = f"the picture can't be written ({error.strerror})"
        raise MediaError(str(out), problem, "choose another place") from error
