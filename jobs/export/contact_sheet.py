"""A character's contact sheet: its faces, as the index keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from eyecatch.core.crops import decode
from eyecatch.core.plotting import FAINT, INK, canvas, fit, save
from eyecatch.core.short_names import short
from eyecatch.core.text import clock
from eyecatch.db.records.face_rows import CropRow
from eyecatch.jobs.selection import Selection

_COLUMNS, _ROWS = 10, 6
MAX_FACES = _COLUMNS * _ROWS
"""Faces on a sheet: as many as can be looked at without scrolling."""

_SIDE, _GAP, _NOTE, _HEAD = 0.85, 0.1, 0.3, 0.7  # inches; 128 pixels at the figures' 150 an inch


_COUNT = 1.1
"""Inches for how many there are."""


class SheetFace(NamedTuple):
    """A face on a sheet: its JPEG, its episode as short as can be, and when a player shows it."""

    jpeg: bytes
    episode: str
    time: str


class SheetFaces(NamedTuple):
    """The faces of a sheet, and how many there were to choose from: one of each track."""

    shown: list[SheetFace]
    total: int

    @property
    def said(self) -> str:
        """How many are shown, and of how many where that is a part."""
        if len(self.shown) < self.total:
            return f"{len(self.shown)} of {self.total} faces"
        return "1 face" if self.total == 1 else f"{self.total} faces"


def pick_faces(chosen: Selection, character: str) -> SheetFaces:
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
    labels = short(episodes)
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
            SheetFace(crop.jpeg, label, clock(float(crop.time - episode.origin)))
            for crop in in_order
        ]
    places = np.linspace(0, len(best) - 1, min(MAX_FACES, len(best))).round().astype(int)
    return SheetFaces([best[place] for place in places], len(best))


def draw_faces(character: str, colour: str, faces: SheetFaces, path: Path, form: str) -> None:
    """Draw a character's faces in order of time, with where they are from.

    Args:
        character: the name.
        colour: of the bar before it.
        faces: one at least, and at most ``MAX_FACES``.
        path: the file.
        form: ``png`` or ``svg``.
    """
    columns = min(_COLUMNS, max(4, len(faces.shown)))
    rows = -(-len(faces.shown) // columns)
    width = 0.4 + columns * (_SIDE + _GAP) - _GAP
    height = _HEAD + rows * (_SIDE + _NOTE + _GAP)
    with canvas(width, height) as figure:
        for place, face in enumerate(faces.shown):
            x = 0.2 + place % columns * (_SIDE + _GAP)
            y = height - _HEAD - place // columns * (_SIDE + _NOTE + _GAP) - _SIDE
            axes = figure.add_axes((x / width, y / height, _SIDE / width, _SIDE / height))
            axes.imshow(decode(face.jpeg)[:, :, ::-1], interpolation="antialiased")
            axes.axis("off")
            for line, (note, ink) in enumerate([(face.episode, INK), (face.time, FAINT)]):
                figure.text(
                    x / width, (y - 0.05 - 0.1 * line) / height, fit(note, _SIDE + _GAP / 2, 5.5),
                    fontsize=5.5, color=ink, va="top",
                )  # fmt: skip
        bar = figure.add_axes((0.2 / width, 1 - 0.42 / height, 0.09 / width, 0.24 / height))
        bar.set_facecolor(colour)
        bar.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        for side in bar.spines.values():
            side.set_visible(False)
        figure.text(
            0.38 / width,
            1 - 0.3 / height,
            fit(character, width - 0.58 - _COUNT, 14),
            fontsize=14,
            va="center",
        )
        figure.text(
            1 - 0.2 / width, 1 - 0.3 / height, faces.said, fontsize=8, color=FAINT,
            ha="right", va="center",
        )  # fmt: skip
        save(figure, path, form)
