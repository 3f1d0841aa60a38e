"""The worst mistakes on one sheet, to see what they have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from eyecatch.core.crops import decode
from eyecatch.core.plotting import FAINT, INK, canvas, save, shown
from eyecatch.training.evaluation.predictions import Asked, Mistake

COLUMNS, ROWS = 8, 5

_CELL, _TEXT = 1.1, 0.42  # inches
_LONGEST = 18  # signs of a name: as many as fit under a face


def draw_mistakes(
    mistakes: Sequence[Mistake], known: Asked, strangers: Asked | None, path: Path
) -> None:
    """Draws the first forty: whose face it is, and below the name that came first, with its chance.

    A name in grey was not given: the face was called unknown.
    """
    crops = dict(zip(map(str, known.paths), known.crops, strict=True))
    if strangers is not None:
        crops |= dict(zip(map(str, strangers.paths), strangers.crops, strict=True))
    chosen = mistakes[: COLUMNS * ROWS]
    rows = max(1, math.ceil(len(chosen) / COLUMNS))
    width, height = COLUMNS * _CELL, rows * (_CELL + _TEXT)
    with canvas(width, height) as figure:
        if not chosen:
            figure.text(0.5, 0.5, "No mistakes.", color=FAINT, ha="center", va="center")
        for k, one in enumerate(chosen):
            left = (k % COLUMNS) * _CELL
            top = height - (k // COLUMNS) * (_CELL + _TEXT)
            axes = figure.add_axes(
                ((left + 0.04) / width, (top - _CELL) / height, (_CELL - 0.08) / width,
                 (_CELL - 0.08) / height)
            )  # fmt: skip
            axes.imshow(decode(crops[one.path])[:, :, ::-1])
            axes.axis("off")
            middle = (left + _CELL / 2) / width
            figure.text(
                middle, (top - _CELL - 0.1) / height, _short(one.true or "unknown"),
                fontsize=6.5, color=INK, ha="center", va="center",
            )  # fmt: skip
            figure.text(
                middle, (top - _CELL - 0.24) / height,
                f"{_short(one.first or 'unknown')} {one.confidence:.2f}",
                fontsize=6.5, color=INK if one.named else FAINT, ha="center", va="center",
            )  # fmt: skip
        save(figure, path, "png")


def _short(name: str) -> str:
    return shown(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")
