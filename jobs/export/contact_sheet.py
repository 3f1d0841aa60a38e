"""A character's contact sheet: its faces, as the index keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eyecatch.core.crops import decode
from eyecatch.core.plotting import FAINT, canvas, fit, save
from eyecatch.core.text import clock
from eyecatch.db.records.face_rows import CropRow
from eyecatch.jobs.selection import Selection, short

_COLUMNS, _ROWS = 10, 6
MAX_FACES = _COLUMNS * _ROWS
"""Faces on a sheet: as many as can be looked at without scrolling."""

_SIDE, _GAP, _NOTE, _HEAD = 0.85, 0.1, 0.2, 0.7  # inches; 128 pixels at the figures' 150 an inch


class SheetFace(NamedTuple):
    """A face on a sheet: its JPEG, and what stands below it."""

    jpeg: bytes
    note: str


def pick_faces(chosen: Selection, character: str) -> list[SheetFace]:
    """The best crop of each track, or of evenly spread tracks where there are too many.

    Args:
        chosen: of which episodes, and what counts.
        character: whose.
    """
    index, episodes = chosen.index, chosen.episodes
    found = index.queries.find(
        [character],
        unsure=chosen.unsure,
        with_kinds=chosen.with_kinds,
        min_seconds=chosen.min_seconds,
    )
    counted = {one.episode.id: one.ranges for one in found}
    labels = short([episode.title for episode in episodes])
    best: list[SheetFace] = []
    for label, episode in zip(labels, episodes, strict=True):
        by_track: dict[int, CropRow] = {}
        ranges = counted.get(episode.id, ())
        for crop in index.exports.crops(episode.id, [character], unsure=chosen.unsure):
            if not any(one.start_frame <= crop.frame < one.stop_frame for one in ranges):
                continue
            known = by_track.get(crop.track)
            if known is None or crop.quality > known.quality:
                by_track[crop.track] = crop
        in_order = sorted(by_track.values(), key=lambda crop: crop.frame)
        best += [
            SheetFace(c.jpeg, f"{label}  {clock(float(c.time - episode.origin))}") for c in in_order
        ]
    places = np.linspace(0, len(best) - 1, min(MAX_FACES, len(best))).round().astype(int)
    return [best[place] for place in places]


def draw_faces(
    character: str, colour: str, faces: Sequence[SheetFace], path: Path, form: str
) -> None:
    """Draw a character's faces in order of time, with where they are from.

    Args:
        character: the name.
        colour: of the bar before it.
        faces: one at least, and at most ``MAX_FACES``.
        path: the file.
        form: ``png`` or ``svg``.
    """
    columns = min(_COLUMNS, max(4, len(faces)))
    rows = -(-len(faces) // columns)
    width = 0.4 + columns * (_SIDE + _GAP) - _GAP
    height = _HEAD + rows * (_SIDE + _NOTE + _GAP)
    with canvas(width, height) as figure:
        for place, (jpeg, note) in enumerate(faces):
            x = 0.2 + place % columns * (_SIDE + _GAP)
            y = height - _HEAD - place // columns * (_SIDE + _NOTE + _GAP) - _SIDE
            axes = figure.add_axes((x / width, y / height, _SIDE / width, _SIDE / height))
            axes.imshow(decode(jpeg)[:, :, ::-1], interpolation="antialiased")
            axes.axis("off")
            figure.text(
                x / width, (y - 0.06) / height, fit(note, _SIDE + _GAP, 5.5),
                fontsize=5.5, color=FAINT, va="top",
            )  # fmt: skip
        bar = figure.add_axes((0.2 / width, 1 - 0.42 / height, 0.09 / width, 0.24 / height))
        bar.set_facecolor(colour)
        bar.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        for side in bar.spines.values():
            side.set_visible(False)
        figure.text(
            0.38 / width,
            1 - 0.3 / height,
            fit(character, width - 0.58, 14),
            fontsize=14,
            va="center",
        )
        save(figure, path, form)
